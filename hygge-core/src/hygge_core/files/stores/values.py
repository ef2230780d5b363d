"""Values as text that tells them all apart, and a refusal by name where a format has none.

CSV and NDJSON hold, without loss: whole numbers and decimals digit by digit, floats by their
shortest exact text, dates, times and datetimes as ISO 8601 to the last digit that is not zero (a
zone as its offset, or UTC where that has seconds), durations as ISO 8601, booleans, categories as
strings. In NDJSON a decimal is a string, so that no reader rounds it; lists, structs and maps are
themselves. Binary has no text in either.
"""

from __future__ import annotations

import polars as pl

from hygge_core.errors import StoreError
from hygge_core.types.calendar import POLARS, any_outside
from hygge_core.types.nested import leaves, with_leaves, within

_ADVICE = "drop it with `polish`, change it in the home, or use a parquet store"


def refuse_types(schema: pl.Schema, *, nested: bool, word: str) -> None:
    """Raise ``StoreError`` naming the first column that ``word`` (the format) cannot hold."""
    for column, dtype in schema.items():
        if not nested and any(inner.is_nested() for inner in within(dtype)):
            raise StoreError(f"{word} has no nested values: {column!r} is {dtype}", hint=_ADVICE)
        if any(isinstance(inner, (pl.Binary, pl.Object)) for inner in within(dtype)):
            raise StoreError(f"{word} has no text for {dtype}: column {column!r}", hint=_ADVICE)


def plain(frame: pl.DataFrame) -> pl.DataFrame:
    """The same, with what columns of extension types (``arrow.json``) are stored as."""
    return frame.with_columns(
        pl.col(column).ext.storage()
        for column, dtype in frame.schema.items()
        if isinstance(dtype, pl.BaseExtension)
    )


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
        floats = any(inner.is_float() for inner in within(dtype))
        if floats and any(map(_not_finite, leaves(frame.get_column(column)))):
            raise StoreError(f"JSON has no NaN and no infinity: column {column!r}", hint=_ADVICE)


def _not_finite(leaf: pl.Series) -> bool:
    return leaf.dtype.is_float() and not leaf.is_finite().all()


def told_by_minutes(frame: pl.DataFrame) -> pl.DataFrame:
    """The same instants, in UTC where their zone's offset has seconds, or another year of it has
    more than four digits: text would tell another instant, or none that is read again.

    Raises ``StoreError`` naming a column with a moment in a year that no text tells.
    """
    for values in frame.iter_columns():
        if any_outside(values, POLARS):
            raise StoreError(
                f"column {values.name!r} holds a moment in a year that no text tells, such as "
                "PostgreSQL's infinity",
                hint=_ADVICE,
            )
    return frame.with_columns(
        frame.get_column(column).cast(with_leaves(dtype, _in_utc))
        for column, dtype in frame.schema.items()
        if any(map(_is_zoned, within(dtype)))
        and any(map(_is_odd, leaves(frame.get_column(column))))
    )


def _is_zoned(dtype: pl.DataType) -> bool:
    return isinstance(dtype, pl.Datetime) and dtype.time_zone not in (None, "UTC")


def _in_utc(dtype: pl.DataType) -> pl.DataType:
    return pl.Datetime(dtype.time_unit, "UTC") if _is_zoned(dtype) else dtype  # type: ignore[attr-defined]


def _is_odd(leaf: pl.Series) -> bool:
    if not _is_zoned(leaf.dtype):
        return False
    # Since 1972 every offset is one of minutes; to look for them costs more than to see that.
    asked = leaf.filter(~leaf.dt.convert_time_zone("UTC").dt.year().is_between(1973, 9998))
    local = asked.dt.replace_time_zone(None)
    offset = local.to_physical() - asked.to_physical()
    minute = 60 * {"ms": 10**3, "us": 10**6, "ns": 10**9}[leaf.dtype.time_unit]  # type: ignore[attr-defined]
    return bool((offset % minute != 0).any() or (~local.dt.year().is_between(0, 9999)).any())
