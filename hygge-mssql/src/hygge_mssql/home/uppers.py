"""The column that an incremental reading follows, and how far: fixed before the first row."""

from __future__ import annotations

import polars as pl
from attrs import evolve

from hygge_core.errors import HomeError
from hygge_core.records import Mark, Range
from hygge_core.types import lossless, spell
from hygge_core.watermark import highest
from hygge_mssql.home.bounds import compared
from hygge_mssql.home.ranges import Condition
from hygge_mssql.home.selected import Selected, framed
from hygge_mssql.home.source import Source
from hygge_mssql.names import quoted
from hygge_mssql.server.session import Session
from hygge_mssql.sqltypes import declared, held
from hygge_mssql.statements import reading

#: What has the same order as text of ISO 8601; a text with an offset has another one.
_ISO = frozenset({"date", "smalldatetime", "datetime", "datetime2"})


def upper(
    session: Session, source: Source, chosen: Selected, condition: Condition, low: Mark | None
) -> Mark | None:
    """The highest watermark above ``low`` that is safe to read up to; ``None``: there are no rows.

    Of a rowversion: what lies below every transaction that is still under way. Whoever looks at the
    highest value alone misses the rows of those that commit later with lower ones. Raises
    ``HomeError`` where they are not of this database, which has not counted as far.
    """
    found = _highest(session, source, chosen, condition)
    if chosen.column.type != "timestamp":
        return found
    active, counted = (bytes(each) for each in session.one(reading.ROWVERSIONS.sql) or ())
    furthest = max((each.value for each in (found, low) if each is not None), default="")
    if furthest > counted.hex():
        raise HomeError(
            f"{session.place}: {source} has, or had, the rowversion 0x{furthest}, but the database"
            f" has counted to 0x{counted.hex()} only",
            hint="was it restored from a backup? then read all once more: hygge run --full-drop -s"
            " NAME; rows of another database need a connection to that one",
        )
    below = max(int.from_bytes(active) - 1, 0).to_bytes(8)
    return None if found is None else Mark(spell(pl.Binary()), below.hex())


def demand_kept(chosen: Selected, asked: Range) -> None:
    """Raise ``HomeError`` where what is read of the column is not what its marks are compared with:
    converted to fewer values, or to others in another order, or without a digit of earlier marks.
    """
    if chosen.converted and not _kept(chosen):
        raise HomeError(
            f"the watermark column {chosen.name!r} is {declared(chosen.column)}, and"
            f" schema_overrides makes it {spell(chosen.answered)}: rows that are apart would"
            " be taken for one, or change their order",
            hint="leave it out of schema_overrides; to have it converted, too, select it once more"
            " in a query, under another name",
        )
    if chosen.cut and asked.low is not None and asked.low.value.partition(".")[2][6:].strip("0"):
        raise HomeError(
            f"the watermark of {chosen.name!r} is {asked.low.value}, and its seventh digit is not"
            " read any more: nobody could tell which rows of that microsecond were moved",
            hint='run once with --full-drop, or set seventh_digit = "keep" again',
        )


def _kept(chosen: Selected) -> bool:
    """Whether a conversion keeps values apart, and in their order."""
    column = chosen.column
    if isinstance(chosen.answered, pl.String):
        return column.type in _ISO
    # Its ticks of 1/300 s get more digits than they are compared by.
    return column.type != "datetime" and lossless(held(column).dtype(column), chosen.answered)


def _highest(
    session: Session, source: Source, chosen: Selected, condition: Condition
) -> Mark | None:
    top = compared(chosen.column, quoted(chosen.name))
    each = evolve(chosen, sql=chosen.sql.replace(quoted(chosen.name), f"MAX({top})"))
    query = source.select(", ".join(each.expressions(0)), condition)
    with session.batches(query.sql, query.values, 1) as batches:
        frames = [framed(pl.DataFrame(batch), (each,)) for batch in batches]
    return highest(pl.concat(frames).to_series()) if frames else None
