"""Rows as unambiguous texts, and the digests of those: the same on every machine and version.

Every value becomes ``tag length ":" text`` (NULL: ``-``), so no choice of values can imitate a
separator: NULL is not ``""``, and ``("x|y", "z")`` is not ``("x", "y|z")``. A tag is a family of
types and not a type: 1 as ``int32``, as ``int64`` and as ``decimal(10,2)`` is one value, and so is
an instant in ``us`` and in ``ns``. Texts come from integers, bits and bytes, never from a format
that a library may improve.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import polars as pl

from hygge_core.errors import FlowError
from hygge_core.types.spelling import instance, spell

Digest = Callable[[bytes], bytes]

_NULL = "-"
_FEW = 100  # texts; to look for equal ones among them costs more than to digest each
_NANOSECONDS = {"ms": 1_000_000, "us": 1_000, "ns": 1}


def row_text(schema: Mapping[str, pl.DataType]) -> pl.Expr:
    """A text of each row's named values, whatever the order of the columns.

    Columns that are NULL leave no trace: a row keeps its text when the table gets a new column.
    """
    return _named([(name, pl.col(name), schema[name]) for name in schema])


def values_text(columns: Sequence[str], schema: Mapping[str, pl.DataType]) -> pl.Expr:
    """A text of the values of ``columns``, in that order and without their names."""
    return pl.concat_str([_value(pl.col(name), instance(schema[name])) for name in columns])


def plain_text(value: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """A text of one value (NULL stays NULL): strings as they are, numbers in digits.

    What has no such plain text (floats, instants, lists) is in the encoding of this module.
    """
    tag, text = _tagged(value, dtype)
    return text if tag in "sn" else pl.concat_str(pl.lit(tag), text)


def digested(texts: pl.Series, digest: Digest) -> pl.Series:
    """``digest`` of each text's UTF-8 as binary (NULL stays NULL); of many, equal ones cost one."""
    if texts.len() < _FEW or cast(int, texts.approx_n_unique()) * 2 > texts.len():
        return _digest_each(texts, digest)
    known = (
        texts.unique()
        .alias("text")
        .to_frame()
        .with_columns(
            digest=pl.col("text").map_batches(lambda each: _digest_each(each, digest), pl.Binary)
        )
    )
    asked = texts.alias("text").to_frame()
    return asked.join(known, on="text", how="left", nulls_equal=True, maintain_order="left")[
        "digest"
    ].alias(texts.name)


def _digest_each(texts: pl.Series, digest: Digest) -> pl.Series:
    values = [None if text is None else digest(text) for text in texts.cast(pl.Binary).to_list()]
    return pl.Series(texts.name, values, dtype=pl.Binary)


def _named(columns: Sequence[tuple[str, pl.Expr, Any]]) -> pl.Expr:
    present = [
        pl.when(value.is_not_null())
        .then(pl.concat_str(pl.lit(_piece("k", name)), _value(value, instance(dtype))))
        .otherwise(pl.lit(""))
        for name, value, dtype in sorted(columns, key=lambda column: column[0])
    ]
    return pl.concat_str(present) if present else pl.lit("")


def _piece(tag: str, text: str) -> str:
    return f"{tag}{len(text.encode())}:{text}"


def _value(value: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    tag, text = _tagged(value, dtype)
    length = text.str.len_bytes().cast(pl.String)
    return pl.concat_str(pl.lit(tag), length, pl.lit(":"), text).fill_null(_NULL)


def _tagged(value: pl.Expr, dtype: pl.DataType) -> tuple[str, pl.Expr]:
    """The family's tag, and the text of each value that is not NULL."""
    if isinstance(dtype, pl.BaseExtension):
        return _tagged(value.ext.storage(), instance(dtype.ext_storage()))
    for kinds, tag, write in _FAMILIES:
        if isinstance(dtype, kinds):
            return tag, write(value, dtype)
    raise FlowError(f"rows with a column of the type {spell(dtype)} cannot be told apart")


def _cast(value: pl.Expr, _: Any) -> pl.Expr:
    return value.cast(pl.String)


def _decimal(value: pl.Expr, dtype: Any) -> pl.Expr:
    text = value.cast(pl.String)
    return text.str.strip_chars_end("0").str.strip_chars_end(".") if dtype.scale else text


def _bits(value: pl.Expr, _: Any) -> pl.Expr:
    """One text for both zeros and one for every NaN, which Polars too takes for equal."""
    wide = value.cast(pl.Float64)
    bits = wide.reinterpret(dtype=pl.Int64).cast(pl.String)
    return (
        pl.when(wide == 0).then(pl.lit("0")).when(wide.is_nan()).then(pl.lit("nan")).otherwise(bits)
    )


def _count(value: pl.Expr, _: Any) -> pl.Expr:
    return value.to_physical().cast(pl.String)


def _nanoseconds(value: pl.Expr, dtype: Any) -> pl.Expr:
    # 128 bits: years that fit the type in "ms" do not fit 64 bits in "ns".
    return (value.to_physical().cast(pl.Int128) * _NANOSECONDS[dtype.time_unit]).cast(pl.String)


def _instant(value: pl.Expr, dtype: Any) -> pl.Expr:
    zoned = "naive" if dtype.time_zone is None else "zoned"
    return pl.concat_str(pl.lit(f"{zoned} "), _nanoseconds(value, dtype))


def _items(value: pl.Expr, dtype: Any) -> pl.Expr:
    return value.list.eval(_value(pl.element(), instance(dtype.inner))).list.join("")


def _entries(value: pl.Expr, dtype: Any) -> pl.Expr:
    entries = pl.List(pl.Struct({"key": dtype.key, "value": dtype.value}))
    return _items(value.cast(entries), entries)


def _fields(value: pl.Expr, dtype: Any) -> pl.Expr:
    named = _named(
        [(each.name, value.struct.field(each.name), each.dtype) for each in dtype.fields]
    )
    return pl.when(value.is_not_null()).then(named)


_INTEGERS = (
    *(pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.Int128),
    *(pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64, pl.UInt128),
)
_FAMILIES: tuple[tuple[Any, str, Callable[[pl.Expr, Any], pl.Expr]], ...] = (
    (_INTEGERS, "n", _cast),
    (pl.Decimal, "n", _decimal),
    ((pl.String, pl.Categorical, pl.Enum), "s", _cast),
    ((pl.Float16, pl.Float32, pl.Float64), "f", _bits),
    (pl.Boolean, "b", _cast),
    (pl.Binary, "x", lambda value, _: value.bin.encode("hex")),
    (pl.Date, "d", _count),
    (pl.Time, "c", _count),
    (pl.Datetime, "t", _instant),
    (pl.Duration, "u", _nanoseconds),
    (pl.List, "l", _items),
    (pl.Array, "l", lambda value, dtype: _items(value.arr.to_list(), dtype)),
    (pl.Map, "m", _entries),
    (pl.Struct, "r", _fields),
    (pl.Null, "-", _cast),
)
