"""NDJSON as Arrow tables by pyarrow, whose reader refuses whatever the schema does not have."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Literal

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from hygge_core.files.ndjson.arrow import to_arrow, with_all_nulls
from hygge_core.files.text.blocks import side_by_side

_PARALLEL_BYTES = 1 << 20
#: From where a float may round a whole number, and what such a number looks like: 2^53 has 16
#: digits, and 2^24 has 8.
_ROUNDING: dict[Any, tuple[float, re.Pattern[bytes]]] = {
    pa.float64(): (2.0**53, re.compile(rb"[\s:\[,]-?[0-9]{16,}[\s,\]}]")),
    pa.float32(): (2.0**24, re.compile(rb"[\s:\[,]-?[0-9]{8,}[\s,\]}]")),
}
_SHORT = 40
_NULL = re.compile(rb"\s*null")
#: After an object, but perhaps inside a string.
_LATER_NULL = re.compile(rb"\}\s*null")
_STRING_OR_PLACE = re.compile(r'"(?:[^"\\]++|\\.)*+"|([0-9]+)')


def parse(
    text: bytes | memoryview,
    schema: Mapping[str, pl.DataType],
    beyond: Literal["infer", "ignore", "error"] = "error",
) -> pa.Table:
    """The rows; ``beyond`` says what becomes of keys that the schema does not have.

    Raises ``pa.ArrowInvalid``, or ``BadLine`` for a null where an object has to be.
    """
    known = pa.schema([(name, to_arrow(dtype)) for name, dtype in schema.items()])
    # Where it joins the types of two blocks, pyarrow ends the process if one is a list or a struct.
    size = len(text) + 1 if beyond == "infer" else side_by_side(text, _PARALLEL_BYTES)
    if any(_NULL.match(text, start) for start in _starts(text, size)):
        _refuse_nulls(text)
    table = pj.read_json(
        pa.BufferReader(pa.py_buffer(text)),
        read_options=pj.ReadOptions(block_size=size),
        parse_options=pj.ParseOptions(explicit_schema=known, unexpected_field_behavior=beyond),
    )
    # A null among the rows is one of nothing but NULLs.
    if all(column.null_count for column in table.columns) and _LATER_NULL.search(text):
        _refuse_nulls(text)
    return with_all_nulls(table)


def _starts(text: bytes | memoryview, size: int) -> Iterator[int]:
    """Where pyarrow's own blocks begin: a null there would end the process."""
    for end in range(0, len(text), size):
        before = bytes(text[max(0, end - size) : end])
        newline = before.rfind(b"\n")
        yield end - len(before) + max(newline, before.rfind(b"\r", newline + 1)) + 1


def _refuse_nulls(text: bytes | memoryview) -> None:
    """Raise ``BadLine`` if what looked like a null between objects is one."""
    for _ in rows(bytes(text)):
        pass


class BadLine(Exception):
    """A line that is no JSON object: ``line`` counts from 0."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line


def _float(text: str) -> float:
    made = float(text)
    if math.isinf(made):
        raise ValueError(f"no float is as large as {text[:_SHORT]}")
    return made


def rows(
    text: bytes,
    whole: Callable[[str], Any] = int,
    fraction: Callable[[str], Any] = _float,
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each row with its line from 0, by Python's reader: slow. Raises ``BadLine``.

    ``whole`` and ``fraction`` make values of the text of numbers.
    """
    for line, each in enumerate(text.split(b"\n")):
        if not each.strip():
            continue
        try:
            row = json.loads(
                each.decode("utf-8"),
                object_pairs_hook=_object,
                parse_int=whole,
                parse_float=fraction,
            )
        except (ValueError, RecursionError) as exc:
            raise BadLine(line, f"not JSON: {exc}") from exc
        if not isinstance(row, dict):
            raise BadLine(line, "expected an object in braces")
        yield line, row


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} is there twice")
    return made


def rewritten(text: bytes, *, drop: Collection[str], as_text: Collection[str]) -> bytes:
    """The same rows without the columns to drop, and values in ``as_text`` as their JSON text.

    Every number is spelled as it was.
    """
    made = []
    numbers = _Spellings()
    for _, row in rows(text, numbers.whole, numbers.fraction):
        kept = {name: value for name, value in row.items() if name not in drop}
        for name in as_text:
            value = kept.get(name)
            if value is not None and not isinstance(value, str):
                kept[name] = numbers.json(value, ensure_ascii=False)
        made.append(numbers.json(kept))
        numbers.clear()
    return "\n".join([*made, ""]).encode()


class _Spellings:
    """How the numbers of a row are spelled. In the row, a number is its place among them.

    A float would round it, and nothing else that Python's writer takes for a number keeps its text.
    """

    def __init__(self) -> None:
        self._spelled: list[str] = []

    def whole(self, text: str) -> int:
        self._spelled.append(text)
        return len(self._spelled) - 1

    def fraction(self, text: str) -> int:
        _float(text)  # refuses what is too large for every reader
        return self.whole(text)

    def json(self, value: Any, *, ensure_ascii: bool = True) -> str:
        """The value with its numbers, without spaces."""
        written = json.dumps(value, ensure_ascii=ensure_ascii, separators=(",", ":"))
        return _STRING_OR_PLACE.sub(self._restored, written)

    def clear(self) -> None:
        self._spelled.clear()

    def _restored(self, found: re.Match[str]) -> str:
        return self._spelled[int(found[1])] if found[1] else found[0]


def may_be_rounded(table: pa.Table, text: bytes | memoryview) -> bool:
    """Whether a float in the table, however deep, may have been a whole number that it rounds, or
    a number that is larger than any float."""
    tops: dict[Any, float] = {}
    for column in table.columns:
        for chunk in column.chunks:
            for kind, top in _tops(chunk):
                tops[kind] = max(top, tops.get(kind, 0.0))
    return any(_may_be_rounded(kind, top, text) for kind, top in tops.items())


def _may_be_rounded(kind: Any, top: float, text: bytes | memoryview) -> bool:
    least, number = _ROUNDING[kind]
    return math.isinf(top) or (top >= least and number.search(text) is not None)


def _tops(values: pa.Array) -> Iterator[tuple[Any, float]]:
    """The largest float of each array of them, whatever its sign."""
    kind = values.type
    if pa.types.is_floating(kind):
        yield kind, pc.max(pc.abs(values)).as_py() or 0.0
    elif pa.types.is_list(kind):
        yield from _tops(values.flatten())
    elif pa.types.is_struct(kind):
        for field in values.flatten():
            yield from _tops(field)
