"""Values as text that tells them all apart, and a refusal by name where a format has none.

CSV and NDJSON hold, without loss: whole numbers and decimals digit by digit, floats by their
shortest exact text, dates, times and datetimes as ISO 8601 to the last digit that is not zero (a
zone as its offset), durations as ISO 8601, booleans, categories as strings. In NDJSON a decimal is
a string, so that no reader rounds it; lists and structs are themselves. Binary has no text in
either.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from hygge_core.errors import StoreError
from hygge_core.types.spelling import instance

_ADVICE = "drop it with `polish`, change it in the home, or use a parquet store"


def refuse_types(schema: pl.Schema, *, nested: bool, word: str) -> None:
    """Raise ``StoreError`` naming the first column that ``word`` (the format) cannot hold."""
    for column, dtype in schema.items():
        if dtype.is_nested() and not nested:
            raise StoreError(f"{word} has no nested values: {column!r} is {dtype}", hint=_ADVICE)
        if any(isinstance(inner, (pl.Binary, pl.Object)) for inner in within(dtype)):
            raise StoreError(f"{word} has no text for {dtype}: column {column!r}", hint=_ADVICE)


def within(dtype: pl.DataType) -> Iterator[pl.DataType]:
    """The type and every type inside it."""
    yield dtype
    if isinstance(dtype, (pl.List, pl.Array)):
        yield from within(instance(dtype.inner))
    elif isinstance(dtype, pl.Struct):
        for inner in dtype.fields:
            yield from within(instance(inner.dtype))


def for_csv(frame: pl.DataFrame, null_value: str) -> pl.DataFrame:
    """``frame`` as its columns are written to CSV.

    Raises ``StoreError`` for a string that reads like NULL: quoting does not help most readers.
    The empty string is told from an empty NULL by its quotes.
    """
    texts = [column for column, dtype in frame.schema.items() if _is_text(dtype)]
    if null_value and texts:
        clash = frame.select((pl.col(texts).cast(pl.String) == null_value).any())
        for column in texts:
            if clash[column].item():
                raise StoreError(
                    f"column {column!r} holds the text {null_value!r}, which would be read as NULL",
                    hint="choose another `null_value`",
                )
    return frame.with_columns(
        pl.col(column).dt.to_string("iso")
        for column, dtype in frame.schema.items()
        if isinstance(dtype, pl.Duration)
    )


def _is_text(dtype: pl.DataType) -> bool:
    return isinstance(dtype, (pl.String, pl.Categorical, pl.Enum))


def refuse_not_json(frame: pl.DataFrame) -> None:
    """Raise ``StoreError`` naming a column with NaN or an infinity: JSON would make them null."""
    for column, dtype in frame.schema.items():
        if _holds_floats(dtype):
            lost = _not_finite(pl.col(column), dtype).any()
            if frame.select(lost.fill_null(value=False)).item():
                raise StoreError(
                    f"JSON has no NaN and no infinity: column {column!r}", hint=_ADVICE
                )


def _holds_floats(dtype: pl.DataType) -> bool:
    return any(inner.is_float() for inner in within(dtype))


def _not_finite(values: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Per row, whether a float in it, however deep, is NaN or infinite."""
    if isinstance(dtype, pl.Array):
        return _not_finite(values.arr.to_list(), pl.List(dtype.inner))
    if isinstance(dtype, pl.List):
        return values.list.eval(_not_finite(pl.element(), instance(dtype.inner))).list.any()
    if isinstance(dtype, pl.Struct):
        return pl.any_horizontal(
            _not_finite(values.struct.field(inner.name), instance(inner.dtype))
            for inner in dtype.fields
            if _holds_floats(instance(inner.dtype))
        )
    return values.is_nan() | values.is_infinite()
