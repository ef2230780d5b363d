"""A batch of T-SQL as words: names, literals, variables and signs, each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import frozen

from ..errors import SqlError

_PATTERN = re.compile(
    r"""
    (?P<space>\s+|--[^\n]*)
  | (?P<comment>/\*)
  | (?P<wide>[Nn]'(?:[^']|'')*')
  | (?P<text>'(?:[^']|'')*')
  | (?P<quoted>\[(?:[^\]]|\]\])*\]|"(?:[^"]|"")*")
  | (?P<binary>0[xX][0-9a-fA-F]*)
  | (?P<float>(?:\d+\.?\d*|\.\d+)[eE][+-]?\d*)
  | (?P<decimal>\d+\.\d*|\.\d+)
  | (?P<int>\d+)
  | (?P<variable>@@?[\w$#@]+)
  | (?P<word>[^\W\d][\w$#@]*|\#\#?\w+)
  | (?P<sign><>|!=|<=|>=|!<|!>|\+=|-=|[-+*/%(),.;=<>~&|^:])
    """,
    re.VERBOSE,
)


@frozen
class Token:
    """``kind`` is a group of the pattern, or "end"; ``text`` is the value that it means."""

    kind: str
    text: str
    line: int
    at: int
    end: int

    @property
    def upper(self) -> str:
        """The word in capitals; nothing for a quoted name, which is never a keyword."""
        return self.text.upper() if self.kind in {"word", "sign"} else ""


def scan(batch: str) -> list[Token]:
    """All words of the batch and an end. Raises 102 at what is no T-SQL, 105 at an open quote."""
    return list(_tokens(batch))


def _tokens(batch: str) -> Iterator[Token]:
    at, line = 0, 1
    while at < len(batch):
        found = _PATTERN.match(batch, at)
        if found is None:
            raise _unreadable(batch[at:], line)
        kind, text, end = str(found.lastgroup), found.group(), found.end()
        if kind == "comment":
            end = _comment_end(batch, at)
        elif kind != "space":
            yield Token(kind, _meaning(kind, text), line, at, end)
        line += batch.count("\n", at, end)
        at = end
    yield Token("end", "", line, at, at)


def _comment_end(batch: str, at: int) -> int:
    """Comments nest."""
    depth = 0
    for mark in re.finditer(r"/\*|\*/", batch[at:]):
        depth += 1 if mark.group() == "/*" else -1
        if not depth:
            return at + mark.end()
    raise SqlError(113, "Missing end comment mark '*/'.")


def _meaning(kind: str, text: str) -> str:
    match kind:
        case "wide":
            return text[2:-1].replace("''", "'")
        case "text":
            return text[1:-1].replace("''", "'")
        case "quoted":
            return text[1:-1].replace(text[-1] * 2, text[-1])
    return text


def _unreadable(rest: str, line: int) -> SqlError:
    if rest[0] in "'[\"" or rest[:2] in {"N'", "n'"}:
        return SqlError(
            105, f"Unclosed quotation mark after the character string '{rest[1:40]}'.", line=line
        )
    return SqlError(102, f"Incorrect syntax near '{rest[0]}'.", line=line)
