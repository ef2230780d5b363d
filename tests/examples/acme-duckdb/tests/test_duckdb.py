from contextlib import suppress

import acme_duckdb.plugin
import duckdb
import pytest

from hygge_core.testing import StoreContract, StoreSubject

STAGES = "SELECT table_name AS n FROM duckdb_tables() WHERE starts_with(n, '__stage')"


def looked(root, query):
    with duckdb.connect(root / "d.duckdb") as connection, suppress(duckdb.CatalogException):
        return connection.sql(query).pl()


class TestDuckStore(StoreContract):
    every_step = 9  # opening a DuckDB file takes its time

    @pytest.fixture
    def subject(self) -> StoreSubject:
        return StoreSubject(
            plugin=acme_duckdb.plugin,
            type="duckdb",
            table=lambda root: {"path": str(root / "d.duckdb"), "table": "walk"},
            visible=lambda root, schema: looked(root, "FROM walk"),
            leftovers=lambda root: looked(root, STAGES)["n"].to_list(),
        )
