"""From a cursor to frames: pages that fit the processor's cache, batches that fit the memory."""

# ruff: noqa: S608  # names are quoted, values are parameters

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

import polars as pl

from hygge_core.errors import HomeError, SchemaChanged
from hygge_core.scene import Quotes
from hygge_core.types import spell
from hygge_journal_sqlite import catalogue, names
from hygge_journal_sqlite.home.source import Selected, Source
from hygge_journal_sqlite.values.decode import gather, refine
from hygge_journal_sqlite.values.misfit import Misfit, type_seen

#: Rows per page: measured; a thousand is a third faster than a hundred thousand.
_PAGE_ROWS = 1_000
_FIRST_PAGE_ROWS = 100
_PAGE_BYTES = 4 << 20
#: A batch of wide rows ends here, whatever its number of rows.
_BATCH_BYTES = 64 << 20


class Unfit(SchemaChanged):
    """A value that is not of its column's type, before anybody has looked up which row it is in."""

    def __init__(self, chosen: Selected, misfit: Misfit) -> None:
        super().__init__(str(misfit), seen={chosen.name: type_seen(misfit.value, chosen.dtype)})
        self.chosen = chosen
        self.value = misfit.value


def frames(
    cursor: sqlite3.Cursor, selected: Sequence[Selected], batch_rows: int
) -> Iterator[pl.DataFrame]:
    """The rows as frames of at most about ``batch_rows`` rows. Raises ``Unfit``."""
    pages: list[list[pl.Series]] = []
    rows = size = 0
    page = _first_page(cursor, min(_FIRST_PAGE_ROWS, batch_rows))
    while page:
        gathered = [
            _gathered(one, values)
            for one, values in zip(selected, zip(*page, strict=True), strict=True)
        ]
        pages.append(gathered)
        page_size = sum(int(each.estimated_size()) for each in gathered)
        rows, size = rows + len(page), size + page_size
        if rows >= batch_rows or size >= _BATCH_BYTES:
            yield _frame(selected, pages)
            pages, rows, size = [], 0, 0
        fitting = int(_PAGE_BYTES * len(page) / (page_size + 1)) + 1
        page = cursor.fetchmany(min(_PAGE_ROWS, fitting, 2 * len(page), batch_rows - rows))
    if pages:
        yield _frame(selected, pages)


def _first_page(cursor: sqlite3.Cursor, most: int) -> list[tuple[object, ...]]:
    """Up to ``most`` rows, taken in growing steps: nobody knows yet how wide a row is."""
    page: list[tuple[object, ...]] = []
    step = 1
    while step > 0 and (more := cursor.fetchmany(step)):
        page += more
        size = sum(len(value) for row in page for value in row if isinstance(value, str | bytes))
        fitting = int(_PAGE_BYTES * len(page) / (size + 1))
        step = min(len(page), most - len(page), fitting - len(page))
    return page


def _gathered(chosen: Selected, values: Sequence[object]) -> pl.Series:
    try:
        return gather(values, chosen.dtype, as_text=chosen.asked)
    except Misfit as misfit:
        raise Unfit(chosen, misfit) from misfit


def _frame(selected: Sequence[Selected], pages: Sequence[Sequence[pl.Series]]) -> pl.DataFrame:
    whole = (pl.concat(pieces, rechunk=True) for pieces in zip(*pages, strict=True))
    return pl.DataFrame(
        {one.name: _refined(one, raw) for one, raw in zip(selected, whole, strict=True)}
    )


def _refined(chosen: Selected, raw: pl.Series) -> pl.Series:
    try:
        return refine(raw, chosen.dtype)
    except Misfit as misfit:
        raise Unfit(chosen, misfit) from misfit


def told(
    connection: sqlite3.Connection, source: Source, unfit: Unfit, quoted: Quotes
) -> SchemaChanged:
    """The error for a person: which table, column, row and value, and what to write."""
    chosen = unfit.chosen
    seen = unfit.seen[chosen.name]
    assert seen is not None
    return SchemaChanged(
        f"{source.name}: column {chosen.name!r} is declared {chosen.column.declared!r}, but"
        f" {quoted(chosen.name, unfit.value)}{_row(connection, source, unfit)}"
        f" is not a {spell(chosen.dtype)}",
        seen=unfit.seen,
        hint="mend the row, or say what the column is: "
        f'schema_overrides = {{ {chosen.name} = "{spell(seen)}" }}',
    )


def _row(connection: sqlite3.Connection, source: Source, unfit: Unfit) -> str:
    """Which row the value is in, where rows have numbers."""
    name = names.quoted(unfit.chosen.name, HomeError)
    number = catalogue.rowid(source.columns)
    if number is None:
        return ""
    try:
        found = connection.execute(
            f"SELECT {number} FROM {source.sql} WHERE {name} IS ? LIMIT 1", (unfit.value,)
        ).fetchone()
    except sqlite3.Error:  # a view, a query, or a table without rowid
        return ""
    return f" in row {found[0]}" if found and found[0] is not None else ""
