"""Every text that hygge sends to a server, finished: all of them stand in ``finished.sql``.

A statement of the list has places for names, columns and conditions. What fills them is seen in
what the double was sent, by any test. Names, values and the length of lists do not matter: what is
left of a text is its shape, and a shape that is not in ``finished.sql`` fails the test that saw it.
So whatever a name, a value or a query says, no statement becomes another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from attrs import frozen
from tds.log import Entry

LISTED = Path(__file__).parent / "finished.sql"

#: What a session of hygge says first; the driver and the tests open others.
_OURS = "SET LANGUAGE us_english; SET XACT_ABORT ON;"
_DECLARED = re.compile(r"DECLARE @x type = \?;")
_TYPE = (
    r"(?:(?:n?(?:var)?char|(?:var)?binary|decimal|numeric|datetime2|datetimeoffset|time|float)"
    r"\((?:max|\d+(?:, \d+)?)\)|(?:big|small|tiny)?int|bit|real|float|(?:small)?money|date"
    r"|(?:small)?datetime|uniqueidentifier)"
)
#: What is alike, in this order.
_ALIKE = (
    (r"FROM \((?s:.*)\n\) AS \[hygge_query\]", "FROM (query) AS [x]"),
    (r"\[(?:[^\]]|\]\])*\]", "[x]"),
    (r"N'(?:[^']|'')*'", "N'x'"),
    (r"@P\d+", "?"),
    (rf"(?<= AS ){_TYPE}(?=\))|(?<=CONVERT\(){_TYPE}(?=, )|(?<=\[x\] ){_TYPE}(?= )", "type"),
    (rf"DECLARE @\w+ {_TYPE} = \?;", "DECLARE @x type = ?;"),
    (r"\[x\] type(?: COLLATE \w+)? (?:NOT )?NULL", "[x] type"),
    (r"LOCK_TIMEOUT \d+; SET CONTEXT_INFO 0x[0-9a-f]+", "LOCK_TIMEOUT 0; SET CONTEXT_INFO 0x"),
    (r"(?<=\[x\], )\d+(?=\) AS c )|(?<=SYS_CHANGE_VERSION <= )\d+", "0"),
    (r"^SELECT TOP \(\d+\) ", "SELECT TOP (1) "),
)
#: One column is as good as many.
_MANY = (
    (r"((?:\b[a-z]\.)?\[x\])(?:, \1)+", r"\1"),
    (r"(\[x\] = s\.\[x\])(?:, \1)+", r"\1"),
    (r"(\w+\.\[x\] = \w+\.\[x\])(?: AND \1)+", r"\1"),
    (r"(t\.\[x\] = CAST\(s\.\[x\] AS type\))(?: AND \1)+", r"\1"),
    (r"(\[x\] IS NULL)(?: OR \1)+", r"\1"),
    (r"(DATALENGTH\(\[x\]\) \+ DATALENGTH\(\[x\]\))(?: \+ DATALENGTH\(\[x\]\))+", r"\1"),
)
#: Lists in which each item is a shape of its own: between what stands before and behind them.
_SELECT = re.compile(
    r"(SELECT (?:TOP \(1\) )?)(.*?\bAS \[x\]|MIN\(\[x\]\), MAX\(\[x\]\))( FROM .*)"
)
_WHERE = re.compile(
    r"(SELECT (?:TOP \(1\) )?\.\.\. FROM (?:\[x\]\.\[x\]|\(query\) AS \[x\]) WHERE )(.*)()"
)
_CREATE = re.compile(r"(CREATE TABLE \[x\]\.\[x\] \()(.*)(\))")
#: A condition in brackets: its last part is that the column is NULL.
_BRACKETED = re.compile(r"\(([^()].* IS NULL)\)")


@frozen
class Section:
    """What ``finished.sql`` says of one statement of the list, by its key."""

    key: str
    source: str
    shapes: frozenset[str]


def alike(text: str) -> str:
    """The text without what names, values and numbers of columns make of it."""
    for pattern, put in _ALIKE:
        text = re.sub(pattern, put, text)
    return text


def _as_one(text: str) -> str:
    for pattern, put in _MANY:
        text = re.sub(pattern, put, text)
    return text


def shapes(text: str) -> set[str]:
    """The shapes of one text: of itself, and of the items of its lists."""
    bare = alike(text)
    found = set(_DECLARED.findall(bare))
    bare = _DECLARED.sub("", bare).strip()
    for pattern in (_SELECT, _WHERE, _CREATE):
        parted = pattern.fullmatch(bare)
        if parted:
            head, items, tail = parted.groups()
            bare = f"{head}...{tail}"
            found |= {_as_one(item) for item in _items(_BRACKETED.sub(r"\1", items))}
    return found | {_as_one(bare)}


def _items(text: str) -> Iterator[str]:
    """Cut at what parts them in no bracket: commas, or AND and OR."""
    depth, item = 0, ""
    for word in re.split(r"([(),]| AND | OR )", text):
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth or word not in {",", " AND ", " OR "}:
            item += word
            continue
        yield item.strip()
        item = ""
    yield item.strip()


def sent(entries: Iterable[Entry]) -> Iterator[str]:
    """The texts of hygge's own sessions, without what the driver asks there."""
    ours: set[int] = set()
    for entry in entries:
        if entry.kind == "login":
            ours.discard(entry.spid)
        elif entry.kind in {"batch", "call"} and not entry.sql.startswith("sp_"):
            if entry.sql.startswith(_OURS):
                ours.add(entry.spid)
            if entry.spid in ours:
                yield entry.sql


def sections() -> list[Section]:
    """``finished.sql``: of each statement its key, its documentation, and its shapes."""
    found = []
    for part in LISTED.read_text(encoding="utf-8").split("\n\n")[1:]:
        key, source, *texts = part.strip().splitlines()
        found.append(Section(key.removeprefix("-- "), source.removeprefix("-- "), frozenset(texts)))
    return found


def demand_listed(entries: Iterable[Entry]) -> None:
    """Fails for a shape that is not in the list."""
    listed = {shape for section in sections() for shape in section.shapes}
    unlisted = {shape: text for text in sent(entries) for shape in shapes(text) - listed}
    told = "\n".join(f"{shape}\n    in {text}" for shape, text in unlisted.items())
    assert not unlisted, f"texts that are not in {LISTED.name}:\n{told}"
