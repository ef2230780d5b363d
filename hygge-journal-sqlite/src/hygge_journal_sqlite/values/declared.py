"""Column types as SQLite keeps them: a text that only a reader gives a meaning to.

SQLite stores any value in any column; the declared type only sets an *affinity*, by which some
values are converted on their way in. hygge declares the types of its own tables so that nothing is
converted and every Polars type is told exactly: ``INTEGER``, ``REAL``, ``TEXT``, ``BLOB`` and
``BOOLEAN`` for the five plain ones, and for all others the storage class with the spelled type in
brackets: ``TEXT[datetime[us, UTC]]``, ``INTEGER[uint8]``, ``TEXT[decimal(38,4)]``. Tables made by
others are read by the words that people use, ``VARCHAR(20)`` or ``DATETIME``.
"""

from __future__ import annotations

import re
from typing import Literal

import polars as pl

from hygge_core.types import parse, spell

Storage = Literal["INTEGER", "REAL", "TEXT", "BLOB"]

_PLAIN: dict[pl.DataType, str] = {
    pl.Int64(): "INTEGER",
    pl.Float64(): "REAL",
    pl.String(): "TEXT",
    pl.Binary(): "BLOB",
    pl.Boolean(): "BOOLEAN",
}
_INTEGERS = (
    pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64,
    pl.Boolean, pl.Duration,
)  # fmt: skip
_FLOATS = (pl.Float16, pl.Float32, pl.Float64)
_NESTED = (pl.List, pl.Array, pl.Struct)
_IMPOSSIBLE = (pl.Object, pl.Unknown, pl.Map, pl.BaseExtension)

_BRACKETS = re.compile(r"(INTEGER|REAL|TEXT|BLOB)\[(.*)\]", re.DOTALL)
_WORDS = re.compile(r"\s*([a-z0-9_ ]*?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*")
_INT = re.compile("(?i)(i)(nt)")

_WORDS_OF_OTHERS: dict[pl.DataType, tuple[str, ...]] = {
    pl.Int64(): (
        "int", "integer", "tinyint", "smallint", "mediumint", "bigint", "int2", "int4", "int8",
        "unsigned big int", "serial", "bigserial", "long",
    ),
    pl.Float64(): ("real", "double", "double precision", "float", "float4", "float8"),
    pl.String(): (
        "text", "clob", "char", "character", "varchar", "varying character", "character varying",
        "nchar", "native character", "nvarchar", "ntext", "tinytext", "mediumtext", "longtext",
        "string", "uuid", "json",
    ),
    pl.Binary(): ("blob", "binary", "varbinary", "bytea"),
    pl.Boolean(): ("bool", "boolean"),
    pl.Date(): ("date",),
    pl.Time(): ("time",),
    pl.Datetime("us"): ("datetime", "timestamp"),
    pl.Datetime("us", "UTC"): ("timestamptz", "timestamp with time zone", "datetimeoffset"),
}  # fmt: skip
_MEANS = {word: dtype for dtype, words in _WORDS_OF_OTHERS.items() for word in words}

#: Digits that SQLite keeps when it turns decimal text into a float.
EXACT_DIGITS = 15


def storage_of(dtype: pl.DataType) -> Storage:
    """What the values of a type are stored as.

    Raises ``ValueError`` for a type whose values SQLite cannot hold in any way.
    """
    if isinstance(dtype, _IMPOSSIBLE) or any(map(_impossible, _inside(dtype))):
        raise ValueError(f"SQLite cannot hold values of the type {dtype}")
    if isinstance(dtype, _INTEGERS):
        return "INTEGER"
    if isinstance(dtype, _FLOATS):
        return "REAL"
    return "BLOB" if isinstance(dtype, pl.Binary) else "TEXT"


def _impossible(dtype: pl.DataType) -> bool:
    return isinstance(dtype, _IMPOSSIBLE) or any(map(_impossible, _inside(dtype)))


def _inside(dtype: pl.DataType) -> tuple[pl.DataType, ...]:
    """The types that a nested type is made of."""
    if isinstance(dtype, pl.Struct):
        return tuple(_instance(each.dtype) for each in dtype.fields)
    return (_instance(dtype.inner),) if isinstance(dtype, pl.List | pl.Array) else ()


def _instance(dtype: object) -> pl.DataType:
    made = dtype() if isinstance(dtype, type) else dtype
    assert isinstance(made, pl.DataType)
    return made


def is_nested(dtype: pl.DataType) -> bool:
    """Whether values of the type are JSON texts."""
    return isinstance(dtype, _NESTED)


def declare(dtype: pl.DataType) -> str:
    """The declared type of a column of ours; ``meaning`` gives the type back."""
    storage = storage_of(dtype)
    return _PLAIN.get(dtype) or f"{storage}[{_disguised(spell(dtype))}]"


def meaning(declared: str) -> pl.DataType | None:
    """The type that a declared type tells; ``None``: it tells nothing (``NUMERIC``, or no word)."""
    ours = _BRACKETS.fullmatch(declared)
    if ours is not None:
        return parse(_undisguised(ours[2]))
    words = _WORDS.fullmatch(declared.lower())
    if words is None:
        return None
    word, precision, scale = words.groups()
    if word in ("decimal", "numeric", "number") and precision:
        return _decimal(int(precision), int(scale or 0))
    return _MEANS.get(word)


def is_ours(declared: str) -> bool:
    """Whether hygge wrote the declared type, so that texts are in its one exact form."""
    return _BRACKETS.fullmatch(declared) is not None


def _decimal(precision: int, scale: int) -> pl.DataType | None:
    return pl.Decimal(precision, scale) if scale <= precision <= 38 and precision else None


# A declared type with "INT" anywhere has integer affinity, and "007" in it would become 7.


def _disguised(text: str) -> str:
    return _INT.sub(r"\1~\2", text.replace("~", "~~"))


def _undisguised(text: str) -> str:
    return re.sub("~(~?)", r"\1", text)


def affinity(declared: str) -> str:
    """The affinity of a declared type, by SQLite's own five rules in their order."""
    upper = declared.upper()
    if "INT" in upper:
        return "INTEGER"
    if any(word in upper for word in ("CHAR", "CLOB", "TEXT")):
        return "TEXT"
    if "BLOB" in upper or not declared:
        return "BLOB"
    return "REAL" if any(word in upper for word in ("REAL", "FLOA", "DOUB")) else "NUMERIC"


def keeps(declared: str, dtype: pl.DataType) -> bool:
    """Whether a column declared so gives back every value of ``dtype`` as it was put in."""
    rule, storage = affinity(declared), storage_of(dtype)
    if rule == "BLOB" or storage == "BLOB":
        return True
    if storage == "INTEGER":
        return rule in ("INTEGER", "NUMERIC")
    if storage == "REAL":
        return rule != "TEXT"
    if rule == "TEXT":
        return True
    if isinstance(dtype, pl.Decimal):
        return dtype.precision <= EXACT_DIGITS
    # Texts that can never look like a number are left alone by every affinity.
    return is_nested(dtype) or isinstance(dtype, pl.Date | pl.Datetime | pl.Time | pl.Null)
