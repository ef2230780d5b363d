"""Polars types as the words that hygge writes down: ``int64``, ``datetime[us, UTC]``."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from polars._typing import PolarsDataType

#: Types without parameters, by their word.
WORDS: Mapping[str, type[pl.DataType]] = {
    "int8": pl.Int8,
    "int16": pl.Int16,
    "int32": pl.Int32,
    "int64": pl.Int64,
    "int128": pl.Int128,
    "uint8": pl.UInt8,
    "uint16": pl.UInt16,
    "uint32": pl.UInt32,
    "uint64": pl.UInt64,
    "uint128": pl.UInt128,
    "float16": pl.Float16,
    "float32": pl.Float32,
    "float64": pl.Float64,
    "bool": pl.Boolean,
    "string": pl.String,
    "binary": pl.Binary,
    "date": pl.Date,
    "time": pl.Time,
    "null": pl.Null,
    "object": pl.Object,
    "unknown": pl.Unknown,
}

_WORD_OF = {dtype: word for word, dtype in WORDS.items()}
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PLAIN_ZONE = re.compile(r"[A-Za-z0-9_+\-/:]+")


def spell(dtype: PolarsDataType) -> str:
    """The type as text, e.g. ``"decimal(38,4)"``; ``parse`` gives it back.

    Names inside a struct are quoted by JSON's rules where they are not plain words. Raises
    ``ValueError`` for a type that Polars did not have when this was written.
    """
    made = instance(dtype)
    word = _WORD_OF.get(type(made))
    if word is not None:
        return word
    for kind, write in _PARAMETRIC.items():
        if isinstance(made, kind):
            return write(made)
    raise ValueError(f"hygge has no word for the type {made!r}")


def spell_schema(schema: Mapping[str, pl.DataType]) -> tuple[tuple[str, str], ...]:
    """(column, spelled type) in the schema's order."""
    return tuple((name, spell(dtype)) for name, dtype in schema.items())


def instance(dtype: PolarsDataType) -> pl.DataType:
    """``pl.Int64`` as ``pl.Int64()``: Polars takes either wherever a type is wanted."""
    return dtype() if isinstance(dtype, type) else dtype


def _quoted(text: str, plain: re.Pattern[str]) -> str:
    return text if plain.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _datetime(dtype: Any) -> str:
    if dtype.time_zone is None:
        return f"datetime[{dtype.time_unit}]"
    return f"datetime[{dtype.time_unit}, {_quoted(dtype.time_zone, _PLAIN_ZONE)}]"


def _struct(dtype: Any) -> str:
    fields = (f"{_quoted(each.name, _PLAIN_NAME)}: {spell(each.dtype)}" for each in dtype.fields)
    return f"struct[{', '.join(fields)}]"


def _array(dtype: Any) -> str:
    # Polars flattens the shape of arrays of arrays; one word per dimension needs no such rule.
    return f"array[{spell(dtype.inner)}, {dtype.size}]"


def _enum(dtype: Any) -> str:
    return f"enum[{', '.join(json.dumps(each, ensure_ascii=False) for each in dtype.categories)}]"


def _categorical(dtype: Any) -> str:
    known = dtype.categories
    if known.is_global():
        return "categorical"
    names = json.dumps([known.name(), known.namespace()], ensure_ascii=False)
    return f"categorical[{names[1:-1]}, {spell(known.physical())}]"


def _extension(dtype: Any) -> str:
    name, metadata = (json.dumps(each) for each in (dtype.ext_name(), dtype.ext_metadata()))
    return f"extension[{name}, {spell(dtype.ext_storage())}, {metadata}]"


_PARAMETRIC: Mapping[type[pl.DataType], Callable[[Any], str]] = {
    pl.Datetime: _datetime,
    pl.Duration: lambda dtype: f"duration[{dtype.time_unit}]",
    pl.Decimal: lambda dtype: f"decimal({dtype.precision},{dtype.scale})",
    pl.List: lambda dtype: f"list[{spell(dtype.inner)}]",
    pl.Array: _array,
    pl.Struct: _struct,
    pl.Map: lambda dtype: f"map[{spell(dtype.key)}, {spell(dtype.value)}]",
    pl.Enum: _enum,
    pl.Categorical: _categorical,
    pl.BaseExtension: _extension,
}
