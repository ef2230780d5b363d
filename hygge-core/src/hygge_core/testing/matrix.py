"""The values that lose something on the way, type by type, and names that break out of quotes.

A case in ``MUST`` has to be kept by everybody; one in ``NEEDS`` by those who declare the
capability; all others are kept exactly, or refused before anything is visible.
"""

# ruff: noqa: DTZ001  # moments without a zone are among what is tried

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import polars as pl

_OSLO = ZoneInfo("Europe/Oslo")
_MOMENTS = [datetime(1969, 12, 31, 23, 59, 59, 999_999), datetime(2013, 7, 1, 5), None]
_ZONED = [datetime(2013, 7, 1, 5, 30, 0, 1, _OSLO), datetime(1969, 1, 1, tzinfo=_OSLO), None]
_TEXTS = [
    "",
    " ",
    "NULL",
    "null",
    'a "quoted", text',
    "two\nlines\r\n",
    "tab\t",
    "å∂🦊",
    "007",
    None,
]

#: case → (spelled type, values)
VALUES: dict[str, tuple[str, list[Any]]] = {
    "boolean": ("bool", [True, False, None]),
    "int8": ("int8", [-128, 127, None]),
    "int16": ("int16", [-(2**15), 2**15 - 1, None]),
    "int32": ("int32", [-(2**31), 2**31 - 1, None]),
    "int64": ("int64", [-(2**63), 2**63 - 1, 0, None]),
    "uint8": ("uint8", [0, 255, None]),
    "uint32": ("uint32", [0, 2**32 - 1, None]),
    "uint64": ("uint64", [0, 2**64 - 1, None]),
    "float32": ("float32", [0.5, -1.5, None]),
    "float64": ("float64", [0.1, 0.0, 1e308, 5e-324, 1 / 3, None]),
    "negative_zero": ("float64", [-0.0, -1.0]),
    "nan": ("float64", [float("nan"), 1.5, None]),
    "infinity": ("float64", [float("inf"), float("-inf"), 1.5]),
    "string": ("string", _TEXTS),
    "huge_string": ("string", ["ø" * 500_000, "short", None]),
    "nul_in_string": ("string", ["a\0b", None]),
    "date": ("date", [date(1, 1, 1), date(1969, 12, 31), date(9999, 12, 31), None]),
    "datetime_us": ("datetime[us]", _MOMENTS),
    "datetime_ms": ("datetime[ms]", [datetime(2013, 1, 1, 5, 0, 0, 1000), None]),
    "datetime_ns": ("datetime[ns]", [datetime(2013, 1, 1, 5, 0, 0, 1), None]),
    "datetime_utc": ("datetime[us, UTC]", _ZONED),
    "datetime_zoned": ("datetime[us, Europe/Oslo]", _ZONED),
    "time": ("time", [time(0), time(23, 59, 59, 999_999), None]),
    "duration": ("duration[us]", [timedelta(days=-1, microseconds=1), timedelta(0), None]),
    "decimal": ("decimal(18,2)", [Decimal("-0.01"), Decimal("9999999999999999.99"), None]),
    "decimal_38": ("decimal(38,10)", [Decimal("9" * 28 + "." + "9" * 10), Decimal("0E-10"), None]),
    "binary": ("binary", [b"", b"\0\xff'\"", None]),
    "list": ("list[int64]", [[1, None], [], None]),
    "struct": ("struct[a: int64, b: string]", [{"a": 1, "b": None}, {"a": None, "b": ""}]),
    "list_of_structs": ("list[struct[a: int64]]", [[{"a": 1}, {"a": None}], [], None]),
    "categorical": ("categorical", ["a", "b", None]),
    "enum": ('enum["a", "b"]', ["a", "b", None]),
    "only_nulls": ("int64", [None, None]),
    "null": ("null", [None, None]),
    "no_rows": ("string", []),
}
MUST = frozenset(
    [
        "boolean",
        "int64",
        "float64",
        "string",
        "huge_string",
        "date",
        "datetime_us",
        "only_nulls",
        "no_rows",
    ]
)
NEEDS = {
    "nan": "nan",
    "decimal": "decimal",
    "decimal_38": "decimal",
    "binary": "binary",
    "list": "nested",
    "struct": "nested",
    "list_of_structs": "nested",
}
NAMES = {
    "spaces": "two words",
    "double_quote": 'say "hi"',
    "single_quote": "it's",
    "bracket": "a]b[c",
    "separator": "a,b;c",
    "dot": "a.b",
    "backslash": "a\\b",
    "percent": "100%s",
    "unicode": "Größe_🦊",
    "keyword": "select",
    "injection": 'x"; DROP TABLE walk; --',
    "camel": "CamelCase",
    "long": "n" * 100,
}
NAMES_MUST = frozenset({"camel", "keyword"})

#: A whole number that a float cannot hold: who goes by way of one is found out.
LARGE = 2**53 + 1
#: A column whose type changes: case → (spelled type, values) before, and after.
RETYPED: dict[str, tuple[tuple[str, list[Any]], tuple[str, list[Any]]]] = {
    "a_wider_number": (("int32", [1, None]), ("int64", [LARGE])),
    "a_narrower_number": (("int64", [LARGE, 1]), ("int8", [2])),
    "a_fraction": (("int64", [LARGE, 1]), ("float64", [0.5])),
    "a_text": (("int64", [7, None]), ("string", ["007"])),
    "only_nulls": (("int64", [None, None]), ("string", ["x"])),
}

#: Columns that a range is asked of: case → (spelled type, ascending values that differ).
AXES: dict[str, tuple[str, list[Any]]] = {
    "int64": ("int64", [-5, 0, 7, 2**53 + 1]),
    "datetime_us": ("datetime[us]", [datetime(2013, 1, 1, 5, 0, 0, n) for n in (0, 1, 2, 999_999)]),
    "datetime_utc": (
        "datetime[us, UTC]",
        [datetime(2013, 1, 1, h, tzinfo=ZoneInfo("UTC")) for h in (1, 2, 3, 4)],
    ),
    "date": ("date", [date(2012, 12, 31), date(2013, 1, 1), date(2013, 1, 2), date(2014, 1, 1)]),
    "decimal": ("decimal(18,2)", [Decimal(text) for text in ("-1.00", "0.10", "0.11", "9.99")]),
    "float64": ("float64", [-1.5, 0.1, 0.25, 1e9]),
}
AXES_MUST = frozenset({"int64", "datetime_us"})


def column(spelled: str, values: list[Any]) -> pl.Series:
    """The values as a column of a spelled type."""
    import polars as pl

    from hygge_core.types import parse

    dtype = parse(spelled)
    if isinstance(dtype, pl.Datetime) and dtype.time_zone:
        texts = [v and v.astimezone(ZoneInfo("UTC")).replace(tzinfo=None) for v in values]
        naive = pl.Series("value", texts, pl.Datetime(dtype.time_unit))
        return naive.dt.replace_time_zone("UTC").dt.convert_time_zone(dtype.time_zone)
    return pl.Series("value", values, dtype)


def typed(case: str) -> pl.DataFrame:
    """``id`` and ``value`` with the values of a case."""
    import polars as pl

    value = column(*VALUES[case])
    return pl.DataFrame({"id": pl.Series(range(value.len()), dtype=pl.Int64), "value": value})


def retyped(case: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """``id`` and ``value`` before the type of ``value`` changed, and further rows after it."""
    import polars as pl

    before, after = (column(*each) for each in RETYPED[case])
    start, end = before.len() + 1, before.len() + after.len() + 1
    return (
        pl.DataFrame({"id": range(1, start), "value": before}),
        pl.DataFrame({"id": range(start, end), "value": after}),
    )


def named(case: str) -> pl.DataFrame:
    """``id`` and a column with a hostile name."""
    import polars as pl

    return pl.DataFrame({"id": [1, 2], NAMES[case]: ["a", None]})


__all__ = [
    "AXES",
    "AXES_MUST",
    "LARGE",
    "MUST",
    "NAMES",
    "NAMES_MUST",
    "NEEDS",
    "RETYPED",
    "VALUES",
    "column",
    "named",
    "retyped",
    "typed",
]
