"""Pages from a cursor: so many rows at once as fit, from the first on."""

import sqlite3
from contextlib import closing

import polars as pl
import pytest

from hygge_journal_sqlite.home.pages import frames
from hygge_journal_sqlite.home.source import selected, table_source

MIB = 1 << 20


class Watched(sqlite3.Cursor):
    """A cursor that remembers how many rows it gave at once."""

    def fetchmany(self, size):
        page = super().fetchmany(size)
        self.pages = [*getattr(self, "pages", []), len(page)]
        return page


@pytest.fixture
def read(path):
    """Read a table of one column whose values are of these sizes: its frames and its cursor."""

    def read(*sizes, batch_rows=100_000):
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE t (a BLOB)")
            connection.executemany("INSERT INTO t VALUES (zeroblob(?))", [(s,) for s in sizes])
            source = table_source(connection, path, "t")
            columns = selected(connection, source, None, {}, {})
            cursor = connection.cursor(Watched).execute("SELECT a FROM t")
            return list(frames(cursor, columns, batch_rows)), cursor.pages

    return read


def test_of_wide_rows_no_more_are_in_memory_than_fit_from_the_first_page_on(read):
    batches, pages = read(*[2 * MIB] * 20)
    assert max(pages) * 2 * MIB <= 8 * MIB
    assert sum(batch.height for batch in batches) == 20


def test_of_narrow_rows_pages_soon_are_of_a_thousand(read):
    batches, pages = read(*[8] * 5_000)
    assert pl.concat(batches).height == 5_000
    assert max(pages) == 1_000
    assert len([size for size in pages if size < 1_000]) < 15


def test_wide_rows_behind_narrow_ones_are_met_in_small_steps(read):
    batches, pages = read(*[8] * 4, *[2 * MIB] * 20)
    assert max(pages) <= 4
    assert [batch.height for batch in batches] == [24]


@pytest.mark.parametrize("batch_rows", [1, 2, 3, 99, 100, 101, 1_001])
def test_batches_are_as_long_as_was_asked_for(read, batch_rows):
    batches, _ = read(*[8] * 1_500, batch_rows=batch_rows)
    assert {batch.height for batch in batches[:-1]} <= {batch_rows}
    assert sum(batch.height for batch in batches) == 1_500
