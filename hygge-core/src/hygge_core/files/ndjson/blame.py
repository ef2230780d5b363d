"""Why pyarrow refused a block of NDJSON: found by reading it once more, slowly, line by line."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from typing import Any

import polars as pl
import pyarrow as pa
from attrs import frozen

from hygge_core.errors import HomeError, SchemaChanged
from hygge_core.files.ndjson.text import BadLine, rows
from hygge_core.files.ndjson.values import joined, misfit, mixes, type_of
from hygge_core.files.text.overrides import toml_line
from hygge_core.scene import Quotes
from hygge_core.types import spell, wider

_SPELLED = partial(json.dumps, ensure_ascii=False)
_NOT_LINES = "NDJSON has one object per line; `jq -c '.[]'` makes it of an array"
_NAMELESS = "a key is empty, and a column needs a name"
_NAME_IT = """give it a name, or leave it out: `jq -c 'del(.[""])'`"""
_LET_NEW = 'schema = { new_columns = "add" } or "ignore" lets new columns come'
#: pyarrow counts from one of its own blocks.
_ROW = re.compile(r" in row \d+$")
_Types = Mapping[str, pl.DataType]


@frozen(kw_only=True)
class Blame:
    """``line`` counts from 0; ``seen`` are the types that disagree, none where it is no JSON."""

    line: int
    problem: str
    hint: str
    seen: Mapping[str, pl.DataType] | None = None

    def error(self, name: str, first_line: int) -> HomeError:
        """The error for a block of the file ``name`` that begins at that line."""
        words = f"{name}: line {first_line + self.line:,}: {self.problem}"
        if self.seen is None:
            return HomeError(words, hint=self.hint)
        return SchemaChanged(words, seen=self.seen, hint=self.hint)


def disagreement(
    text: bytes, known: _Types, wanted: Collection[str], quoted: Quotes, *, ignoring: bool
) -> Blame | None:
    """The first value that its column cannot have, with the types that the whole block needs.

    Only ``wanted`` columns count, and those that are not ``known`` unless ``ignoring`` them.
    """
    first: tuple[int, str, str] | None = None
    seen: dict[str, pl.DataType] = {}
    try:
        for line, name, value in _fields(text):
            dtype = known.get(name)
            if ignoring if dtype is None else not (name in wanted and misfit(value, dtype)):
                continue
            if not name:
                return Blame(line=line, problem=_NAMELESS, hint=_NAME_IT)
            seen[name] = _seen(seen.get(name, dtype or pl.Null()), type_of(value))
            first = first or (line, name, _told(name, dtype, value, quoted))
    except BadLine as exc:
        return Blame(line=exc.line, problem=str(exc), hint=_NOT_LINES)
    if first is None:
        return None
    line, name, problem = first
    hint = toml_line(name) if name in known else _LET_NEW
    return Blame(line=line, problem=problem, hint=hint, seen=seen)


def mixture(text: bytes, overrides: Collection[str], quoted: Quotes) -> Blame | None:
    """The first value for which there is no type that all values of its column have."""
    types: dict[str, pl.DataType] = {}
    try:
        for line, name, value in _fields(text):
            if not name:
                return Blame(line=line, problem=_NAMELESS, hint=_NAME_IT)
            before = types.get(name, pl.Null())
            both = joined(before, type_of(value))
            if name not in overrides and (both is None or mixes(value)):
                problem = _told(name, before, value, quoted)
                if both is not None:
                    told = quoted(name, value, _SPELLED)
                    problem = f"column {name!r} has a list of several kinds: {told}"
                return Blame(line=line, problem=problem, hint=toml_line(name))
            types[name] = both or before
    except BadLine as exc:
        return Blame(line=exc.line, problem=str(exc), hint=_NOT_LINES)
    return None


def first_refused(text: bytes, read: Callable[[bytes], object]) -> int:
    """The first line, from 0, with which ``read`` refuses the text: without it, it does not."""

    def refuses(end: int) -> bool:
        try:
            read(text[:end])
        except (pa.ArrowInvalid, BadLine):
            return True
        return False

    # The whole text is refused, so there is no need to ask for its last line.
    ends = [found.end() for found in re.finditer(rb"\n", text)][:-1]
    return bisect_left(ends, True, key=refuses)


def without_row(said: str) -> str:
    """What pyarrow says, without the row that it means."""
    return _ROW.sub("", said)


def _seen(before: pl.DataType, now: pl.DataType) -> pl.DataType:
    """A type that shows what does not fit; never the one that it does not fit."""
    both = wider(before, now) or joined(before, now)
    return now if both is None or both == before else both


def _fields(text: bytes) -> Iterator[tuple[int, str, Any]]:
    for line, row in rows(text):
        for name, value in row.items():
            yield line, name, value


def _told(name: str, dtype: pl.DataType | None, value: Any, quoted: Quotes) -> str:
    if dtype is None:
        return f"column {name!r} is new"
    return f"column {name!r} is {spell(dtype)}, but here is {quoted(name, value, _SPELLED)}"
