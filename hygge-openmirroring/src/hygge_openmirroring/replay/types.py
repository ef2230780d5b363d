"""Parquet's types as the service takes them (A9): which are told of, and what they become.

A type's name here says all that must not change between two files of a table; what stands before
the bracket is its family.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import polars as pl
from attrs import frozen

_PLAIN = {
    "BOOLEAN": "boolean",
    "INT32": "integer",
    "INT64": "long",
    "FLOAT": "float",
    "DOUBLE": "double",
    "BYTE_ARRAY": "binary",
    "FIXED_LEN_BYTE_ARRAY": "binary",
    "INT96": "INT96",
}
_SIGNED = {8: "byte", 16: "short", 32: "integer", 64: "long"}
_UNITS = {"milliseconds": "ms", "microseconds": "us", "nanoseconds": "ns"}
_DTYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    "boolean": pl.Boolean,
    "byte": pl.Int8,
    "short": pl.Int16,
    "integer": pl.Int32,
    "long": pl.Int64,
    "float": pl.Float32,
    "double": pl.Float64,
    "string": pl.String,
    "binary": pl.Binary,
    "date": pl.Date,
}


@frozen
class EngineType:
    """``name`` as in ``decimal(10,2)``; ``known``: whether the service's type of it is told of."""

    name: str
    known: bool = True

    @property
    def family(self) -> str:
        return self.name.partition("(")[0]

    @property
    def dtype(self) -> pl.DataType | type[pl.DataType]:
        """What it is in a replayed frame. Only for ``known`` types."""
        if self.family == "decimal":
            precision, scale = self.name[8:-1].split(",")
            return pl.Decimal(int(precision), int(scale))
        if self.family == "timestamp":
            return pl.Datetime("ms" if "ms" in self.name else "us", _zone(self.name))
        return _DTYPES[self.name]

    def __str__(self) -> str:
        return self.name


def _zone(name: str) -> str | None:
    return "UTC" if "utc" in name else None


def engine_type(leaf: Any) -> EngineType:
    """The type of a leaf of a Parquet schema (``pyarrow``'s ``ColumnSchema``)."""
    told = json.loads(leaf.logical_type.to_json())
    word = told["Type"]
    if word in _TOLD:
        return _TOLD[word](leaf, told)
    return EngineType(str(word).lower(), known=False)


def _plain(leaf: Any, _: Any) -> EngineType:
    name = _PLAIN[leaf.physical_type]
    return EngineType(name, name != "INT96")


def _string(*_: Any) -> EngineType:
    return EngineType("string")


def _int(_: Any, told: dict[str, Any]) -> EngineType:
    if told["isSigned"]:
        return EngineType(_SIGNED[told["bitWidth"]])
    return EngineType(f"unsigned({told['bitWidth']})", known=False)


def _date(leaf: Any, _: Any) -> EngineType:
    # On any other physical type it is no valid pair (A9, D).
    return EngineType("date", leaf.physical_type == "INT32")


def _timestamp(_: Any, told: dict[str, Any]) -> EngineType:
    unit = _UNITS[told["timeUnit"]]
    flag = ", utc" if told["isAdjustedToUTC"] else ""
    return EngineType(f"timestamp({unit}{flag})", unit != "ns")


def _decimal(_: Any, told: dict[str, Any]) -> EngineType:
    precision, scale = told["precision"], told["scale"]
    sound = 1 <= precision <= 38 and 0 <= scale <= precision
    return EngineType(f"decimal({precision},{scale})", sound)


_TOLD: dict[str, Callable[[Any, dict[str, Any]], EngineType]] = {
    "None": _plain,
    "String": _string,
    "Int": _int,
    "Date": _date,
    "Timestamp": _timestamp,
    "Decimal": _decimal,
}
