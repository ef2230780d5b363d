"""Dates, datetimes and times from text: hygge's one exact form fast, people's forms with care.

Polars' own parser is not enough: it takes 23:59:60, spaces and single digits, and a year that the
unit cannot hold becomes another year. So what was parsed is written again and compared.
"""

from __future__ import annotations

import polars as pl

from hygge_journal_sqlite.values.encode import CLOCK, DAY, MOMENT
from hygge_journal_sqlite.values.misfit import refuse

#: A day, perhaps a clock time to nanoseconds, perhaps a zone: what people and SQLite write.
_WRITTEN = (
    r"^(?P<day>\d{4}-\d\d-\d\d)"
    r"(?:[ T](?P<clock>\d\d:\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,9}))?)?"
    r"(?P<zone>Z|[+-]\d\d:?\d\d)?)?$"
)
_WRITTEN_CLOCK = r"^(?P<clock>\d\d:\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,9}))?)?$"
_DIGITS = {"ms": 3, "us": 6, "ns": 9}


def moments(raw: pl.Series, dtype: pl.Datetime) -> pl.Series:
    """Datetimes. Without a zone in the text, a zoned type takes it as UTC, as SQLite does."""
    made, wrong = _parsed(raw, dtype)
    if wrong.any():
        made, wrong = _written(raw, dtype)
    zone = dtype.time_zone
    if zone is not None:
        made = made.dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    return refuse(raw, wrong, made)


def days(raw: pl.Series, dtype: pl.Date) -> pl.Series:
    """Dates: a day and nothing else."""
    made = raw.str.to_date(DAY, strict=False)
    return refuse(raw, made.dt.strftime(DAY).ne_missing(raw), made)


def clocks(raw: pl.Series, dtype: pl.Time) -> pl.Series:
    """Times of day, to nanoseconds."""
    parts = _parts(raw, _WRITTEN_CLOCK)
    text = parts.select(
        pl.concat_str(
            "clock",
            pl.lit(":"),
            pl.col("second").fill_null("00"),
            pl.lit("."),
            pl.col("fraction").fill_null("").str.pad_end(9, "0"),
        )
    ).to_series()
    made = text.str.to_time(CLOCK, strict=False)
    return refuse(raw, made.dt.strftime(CLOCK).ne_missing(text) | _lost(raw, made), made)


def _parsed(raw: pl.Series, dtype: pl.Datetime) -> tuple[pl.Series, pl.Series]:
    """What texts of exactly one form name, in UTC, and which are not of that form."""
    shape = MOMENT[dtype.time_unit]
    made = raw.str.to_datetime(shape, time_unit=dtype.time_unit, strict=False)
    return made, made.dt.strftime(shape).ne_missing(raw)


def _written(raw: pl.Series, dtype: pl.Datetime) -> tuple[pl.Series, pl.Series]:
    """What texts as people write them name, in UTC, and which name nothing that ``dtype`` holds."""
    digits = _DIGITS[dtype.time_unit]
    fraction = pl.col("fraction").fill_null("")
    parts = _parts(raw, _WRITTEN).with_columns(
        text=pl.concat_str(
            "day",
            pl.lit("T"),
            pl.col("clock").fill_null("00:00"),
            pl.lit(":"),
            pl.col("second").fill_null("00"),
            pl.lit("."),
            fraction.str.slice(0, digits).str.pad_end(digits, "0"),
        ),
        finer=fraction.str.slice(digits).str.contains("[1-9]"),
        shift=_offset(pl.col("zone")),
        zoned=pl.col("zone").is_not_null(),
    )
    made, wrong = _parsed(parts["text"], dtype)
    if dtype.time_zone is None:
        wrong = wrong | parts["zoned"]
    wrong = wrong | parts["finer"] | _lost(raw, made)
    # Without the unit, nanoseconds less a duration would be microseconds.
    shift = parts["shift"].cast(pl.Duration(dtype.time_unit))
    return made - shift, wrong | (_at_the_edge(made, dtype) & (shift.to_physical() != 0))


def _at_the_edge(made: pl.Series, dtype: pl.Datetime) -> pl.Series:
    """Where another zone could lie beyond what nanoseconds hold."""
    years = (1678, 2261) if dtype.time_unit == "ns" else (-1, 10_000)
    return ~made.dt.year().is_between(*years)


def _parts(raw: pl.Series, shape: str) -> pl.DataFrame:
    return raw.str.extract_groups(shape).struct.unnest()


def _lost(raw: pl.Series, made: pl.Series) -> pl.Series:
    return made.is_null() & raw.is_not_null()


def _offset(zone: pl.Expr) -> pl.Expr:
    """``+02:00`` as a duration; ``Z`` or no zone at all as none."""
    digits = zone.str.replace_all("[^0-9]", "")
    minutes = (
        digits.str.slice(0, 2).cast(pl.Int64, strict=False) * 60
        + digits.str.slice(2, 2).cast(pl.Int64, strict=False)
    ).fill_null(0)
    signed = pl.when(zone.str.starts_with("-")).then(-minutes).otherwise(minutes)
    return pl.duration(minutes=signed)
