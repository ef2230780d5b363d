"""The words of :mod:`hygge_core.types.spelling` as Polars types again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import polars as pl

from hygge_core.errors import ConfigError
from hygge_core.nearest import nearest
from hygge_core.types.spelling import WORDS

T = TypeVar("T")

_EXAMPLES = (
    'datetime[us]', 'datetime[us, UTC]', 'duration[us]', 'decimal(38,4)', 'list[int64]',
    'array[int64, 3]', 'struct[a: int64, b: string]', 'map[string, int64]', 'enum["a", "b"]',
    'categorical',
)  # fmt: skip
_WORD = re.compile(r"[a-z0-9]+")
_NUMBER = re.compile(r"[0-9]+")
_NAME = re.compile(r'[A-Za-z_][A-Za-z0-9_]*|"(?:[^"\\]|\\.)*"')
_ZONE = re.compile(r'[A-Za-z0-9_+\-/:]+|"(?:[^"\\]|\\.)*"')


def parse(text: str) -> pl.DataType:
    """The type that ``text`` spells. Raises ``ValueError`` that lists the accepted words."""
    reader = _Reader(text)
    try:
        dtype = reader.dtype()
    except (TypeError, OverflowError, AssertionError, pl.exceptions.PolarsError) as exc:
        raise ValueError(f"{text!r} is not a type: {exc}") from exc
    if reader.rest:
        raise reader.expected("nothing more")
    return dtype


def parse_schema(pairs: Iterable[tuple[str, str]]) -> pl.Schema:
    """The schema of (column, spelled type) pairs, in their order."""
    return pl.Schema({name: parse(spelled) for name, spelled in pairs})


def parse_overrides(spelled: Mapping[str, str]) -> dict[str, pl.DataType]:
    """The types of ``schema_overrides`` by column. Raises ``ConfigError`` for what is no type."""
    types = {}
    for column, word in spelled.items():
        try:
            types[column] = parse(word)
        except ValueError as exc:
            raise ConfigError(f"schema_overrides.{column}: {exc}") from exc
    return types


class _Reader:
    """Takes pieces from the left of a spelled type; spaces between them do not matter."""

    def __init__(self, text: str) -> None:
        self._whole = text
        self.rest = text.strip()

    def dtype(self) -> pl.DataType:
        word = self._take(_WORD, "a type")
        if word in WORDS:
            return WORDS[word]()
        if word in _PARAMETRIC:
            return _PARAMETRIC[word](self)
        raise _unknown(word)

    def pieces(self, *each: Callable[[], Any], marks: str = "[]") -> tuple[Any, ...]:
        """What ``each`` reads, between the marks and separated by commas."""
        self._need(marks[0])
        read = []
        for position, one in enumerate(each):
            if position:
                self._need(",")
            read.append(one())
        self._need(marks[1])
        return tuple(read)

    def many(self, one: Callable[[], T]) -> list[T]:
        """Everything that ``one`` reads until the closing bracket; perhaps nothing."""
        self._need("[")
        read: list[T] = []
        while not self.rest.startswith("]"):
            if read:
                self._need(",")
            read.append(one())
        self._need("]")
        return read

    def number(self) -> int:
        return int(self._take(_NUMBER, "a number"))

    def name(self) -> str:
        return _unquoted(self._take(_NAME, "a name"))

    def name_or_null(self) -> str | None:
        taken = self._take(_NAME, "a quoted text or null")
        return None if taken == "null" else _unquoted(taken)

    def zone(self) -> str:
        return _unquoted(self._take(_ZONE, "a time unit or zone"))

    def field(self) -> pl.Field:
        name = self.name()
        self._need(":")
        return pl.Field(name, self.dtype())

    def starts(self, mark: str) -> bool:
        return self.rest.startswith(mark)

    def expected(self, what: str) -> ValueError:
        found = repr(self.rest) if self.rest else "the end"
        begun = _WORD.match(self._whole.strip())
        like = [each for each in _EXAMPLES if begun and each.startswith(begun[0])]
        such = f"; such as {like[0]!r}" if like else ""
        return ValueError(f"{self._whole!r} is not a type: expected {what}, found {found}{such}")

    def _need(self, mark: str) -> None:
        if not self.starts(mark):
            raise self.expected(repr(mark))
        self.rest = self.rest[len(mark) :].lstrip()

    def _take(self, pattern: re.Pattern[str], what: str) -> str:
        found = pattern.match(self.rest)
        if found is None:
            raise self.expected(what)
        self.rest = self.rest[found.end() :].lstrip()
        return found.group()


def _unquoted(text: str) -> str:
    return str(json.loads(text)) if text.startswith('"') else text


#: What others call them: SQL, Python, pandas.
_ELSEWHERE = {
    **dict.fromkeys(("int", "integer", "bigint", "long"), "int64"),
    **dict.fromkeys(("float", "double", "real"), "float64"),
    **dict.fromkeys(("str", "text", "utf8", "varchar", "nvarchar"), "string"),
    **dict.fromkeys(("timestamp", "datetime2"), "datetime[us]"),
    **dict.fromkeys(("numeric", "number", "money"), "decimal(38,4)"),
    "boolean": "bool",
    "bytes": "binary",
}


def _unknown(word: str) -> ValueError:
    near = _ELSEWHERE.get(word.casefold()) or nearest(word, [*WORDS, *_PARAMETRIC])
    guess = f"did you mean {near!r}? " if near else ""
    accepted = ", ".join([*WORDS, *_EXAMPLES])
    return ValueError(f"{word!r} is not a type; {guess}the types are: {accepted}")


def _unit(text: str) -> Any:
    if text not in ("ms", "us", "ns"):
        raise ValueError(f"{text!r} is not a time unit; the units are: ms, us, ns")
    return text


def _datetime(reader: _Reader) -> pl.DataType:
    unit, *zone = reader.many(reader.zone) or [""]
    if len(zone) > 1:
        raise reader.expected("one time unit and one zone")
    return pl.Datetime(_unit(unit), *zone)


def _decimal(reader: _Reader) -> pl.DataType:
    precision, scale = reader.pieces(reader.number, reader.number, marks="()")
    if not (1 <= precision <= 38 and scale <= precision):
        raise ValueError(f"decimal({precision},{scale}): 1 to 38 digits, and no larger scale")
    return pl.Decimal(precision, scale)


def _categorical(reader: _Reader) -> pl.DataType:
    if not reader.starts("["):
        return pl.Categorical()
    return pl.Categorical(pl.Categories(*reader.pieces(reader.name, reader.name, reader.dtype)))


_PARAMETRIC: Mapping[str, Callable[[_Reader], pl.DataType]] = {
    "datetime": _datetime,
    "duration": lambda r: pl.Duration(_unit(*r.pieces(r.zone))),
    "decimal": _decimal,
    "list": lambda r: pl.List(*r.pieces(r.dtype)),
    "array": lambda r: pl.Array(*r.pieces(r.dtype, r.number)),
    "struct": lambda r: pl.Struct(r.many(r.field)),
    "map": lambda r: pl.Map(*r.pieces(r.dtype, r.dtype)),
    "enum": lambda r: pl.Enum(r.many(r.name)),
    "categorical": _categorical,
    "extension": lambda r: pl.Extension(*r.pieces(r.name, r.dtype, r.name_or_null)),
}
