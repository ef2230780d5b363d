"""A watermark range in SQL: a sieve that an index can serve, never too fine.

What passes is filtered again, exactly, by :func:`hygge_core.watermark.in_range`. So the sieve may
let too much through (and does, where SQL cannot compare: decimals as text, other people's dates),
but every NULL, every infinity and every value of a wrong kind has to pass: those are for the flow
to count, and for the home to complain of.
"""

from __future__ import annotations

import sqlite3
from typing import Any

import polars as pl

from hygge_core.errors import HomeError
from hygge_core.records import Mark, Range
from hygge_core.types import spell
from hygge_core.watermark import literal
from hygge_journal_sqlite.home.source import Selected
from hygge_journal_sqlite.names import quoted
from hygge_journal_sqlite.values.declared import storage_of
from hygge_journal_sqlite.values.encode import encode

_INFINITY = "9e999"


def sieve(connection: sqlite3.Connection, range_: Range, chosen: Selected) -> tuple[str, list[Any]]:
    """``(condition, parameters)`` for a WHERE; the condition is empty where SQL cannot compare."""
    bounds = [
        (sign, _parameter(mark, chosen.dtype))
        for sign, mark in ((">=", range_.low), ("<=", range_.high))
        if mark is not None and mark.type == spell(chosen.dtype)
    ]
    if not bounds or not sortable(connection, chosen):
        return "", []
    column = ordered(chosen)
    inside = " AND ".join(f"{column} {sign} ?" for sign, _ in bounds)
    return f"(({inside}) OR {_odd(column, chosen)})", [value for _, value in bounds]


def sortable(connection: sqlite3.Connection, chosen: Selected) -> bool:
    """Whether SQL compares the stored values of the column as the values themselves."""
    if storage_of(chosen.dtype) in ("INTEGER", "REAL"):
        return True
    if isinstance(chosen.dtype, pl.String) and chosen.column.affinity in ("TEXT", "BLOB"):
        # Other encodings than UTF-8 sort by other bytes.
        return bool(connection.execute("PRAGMA encoding").fetchone()[0] == "UTF-8")
    return chosen.column.ours and isinstance(chosen.dtype, pl.Date | pl.Datetime)


def ordered(chosen: Selected) -> str:
    """The column for a comparison or a MAX, without a collation of its own."""
    return f"{quoted(chosen.name, HomeError)} COLLATE BINARY"


def _parameter(mark: Mark, dtype: pl.DataType) -> Any:
    return encode(pl.select(literal(mark)).to_series().cast(dtype))[0]


def _odd(column: str, chosen: Selected) -> str:
    """What is neither inside nor outside. SQLite's order: NULL, numbers, texts, bytes."""
    terms = [f"{column} IS NULL"]
    if storage_of(chosen.dtype) == "TEXT":
        return " OR ".join([*terms, f"{column} < ''", f"{column} >= x''"])
    if chosen.dtype.is_float():
        terms += [f"{column} <= -{_INFINITY}", f"{column} >= {_INFINITY}"]
    else:
        terms += [f"{column} >= ''"]
    return " OR ".join(terms)
