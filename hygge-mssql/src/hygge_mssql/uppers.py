"""The column that an incremental reading follows, and how far: fixed before the first row."""

from __future__ import annotations

import polars as pl
from attrs import evolve

from hygge_core.errors import HomeError
from hygge_core.records import Mark, Range
from hygge_core.types import spell
from hygge_core.watermark import highest
from hygge_mssql.bounds import compared
from hygge_mssql.names import quoted
from hygge_mssql.ranges import Condition
from hygge_mssql.selected import Selected, framed
from hygge_mssql.session import Session
from hygge_mssql.source import Source
from hygge_mssql.statements import reading


def upper(session: Session, source: Source, chosen: Selected, condition: Condition) -> Mark | None:
    """The highest watermark that is safe to read up to; ``None``: there are no rows.

    Of a rowversion: what lies below every transaction that is still under way. Whoever looks at the
    highest value alone misses the rows of those that commit later with lower ones.
    """
    found = _highest(session, source, chosen, condition)
    if found is None or chosen.column.type != "timestamp":
        return found
    active = bytes(session.value(reading.MIN_ACTIVE_ROWVERSION.sql))
    below = max(int.from_bytes(active) - 1, 0).to_bytes(8)
    return Mark(spell(pl.Binary()), below.hex())


def demand_kept(chosen: Selected, asked: Range) -> None:
    """Raise ``HomeError`` where the marks of earlier runs say more than what is read now."""
    if chosen.cut and asked.low is not None and asked.low.value.partition(".")[2][6:].strip("0"):
        raise HomeError(
            f"the watermark of {chosen.name!r} is {asked.low.value}, and its seventh digit is not"
            " read any more: nobody could tell which rows of that microsecond were moved",
            hint='run once with --full-drop, or set seventh_digit = "keep" again',
        )


def _highest(
    session: Session, source: Source, chosen: Selected, condition: Condition
) -> Mark | None:
    top = compared(chosen.column, quoted(chosen.name))
    each = evolve(chosen, sql=chosen.sql.replace(quoted(chosen.name), f"MAX({top})"))
    query = source.select(", ".join(each.expressions(0)), condition)
    with session.batches(query.sql, query.values, 1) as (batches, _):
        frames = [framed(pl.DataFrame(batch), (each,)) for batch in batches]
    return highest(pl.concat(frames).to_series()) if frames else None
