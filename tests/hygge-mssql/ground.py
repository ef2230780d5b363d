"""Where the suites are run: the double, and a real server where the environment names one.

``HYGGE_TEST_MSSQL`` is a connection string of the driver's, of a login that may make schemas and
tables: ``Server=...;Database=...;UID=...;PWD=...;TrustServerCertificate=yes``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from attrs import evolve

from hygge_core.engine.world import World
from hygge_core.errors import HomeError, StoreError
from hygge_core.records import Ask
from hygge_core.testing import HomeSubject, JournalSubject, StoreSubject
from hygge_mssql import plugin
from hygge_mssql.created import column_sql, declaration
from hygge_mssql.names import Name, quoted
from hygge_mssql.store.carried import carried

REAL = "HYGGE_TEST_MSSQL"
PASSWORD = "HYGGE_TEST_MSSQL_PASSWORD"
KINDS = ("double", "real")


class Ground:
    """One database, and how hygge is told of it."""

    def __init__(self, table: Mapping[str, Any], password: str) -> None:
        os.environ[PASSWORD] = password
        self.table = {"type": "mssql", **table, "password": {"env": PASSWORD}}
        self.password = password

    @contextmanager
    def cursor(self) -> Iterator[Any]:
        """The driver's own, past all of hygge."""
        import mssql_python

        port = f",{self.table['port']}" if "port" in self.table else ""
        with closing(
            mssql_python.connect(
                Server=f"{self.table['server']}{port}",
                Database=self.table["database"],
                UID=self.table["user"],
                PWD=self.password,
                Encrypt=self.table.get("encrypt", "yes"),
                TrustServerCertificate="yes",
                autocommit=True,
            )
        ) as connection:
            yield connection.cursor()

    def execute(self, *statements: str) -> None:
        with self.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.cursor() as cursor:
            return [tuple(row) for row in cursor.execute(query).fetchall()]

    # --- for the kit: one schema for each root

    def connections(self, root: Path) -> Mapping[str, dict[str, Any]]:
        return {"sql": dict(self.table)}

    def place(self, root: Path) -> Name:
        """The table of this root, in a schema of its own."""
        self.execute(f"IF SCHEMA_ID(N'{root.name}') IS NULL EXEC(N'CREATE SCHEMA [{root.name}]')")
        return Name(root.name, "walk")

    def told(self, root: Path, **more: Any) -> Mapping[str, Any]:
        return {"connection": "sql", "table": self.place(root).sql, **more}

    def leftovers(self, root: Path) -> list[str]:
        """Staging tables, and runs that somebody still remembers without a journal."""
        found = self.rows(
            "SELECT t.name FROM sys.tables AS t INNER JOIN sys.schemas AS s"
            f" ON s.schema_id = t.schema_id WHERE s.name = '{root.name}'"
        )
        tables = {name for (name,) in found}
        staged = sorted(name for name in tables if name.startswith("__hygge_stage_"))
        if "__hygge_runs" in tables:
            runs = self.rows(f"SELECT run_id FROM [{root.name}].[__hygge_runs]")
            staged += [run for (run,) in runs]
        return staged

    def offer(self, root: Path, rows: pl.DataFrame, *, tracked: bool = False) -> None:
        """Make the table hold exactly ``rows``, with the types that hygge documents."""
        name = self.place(root)
        try:
            columns = [
                column_sql(each, declaration(each, dtype, StoreError))
                for each, dtype in rows.schema.items()
            ]
            frame = carried(rows, rows.schema, nan="fail", order=None)
        except StoreError as exc:
            raise NotImplementedError(str(exc)) from exc
        with self.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {name.sql}")
            cursor.execute(f"CREATE TABLE {name.sql} ({', '.join(columns)})")
            if rows.height:
                cursor.bulkcopy_arrow(
                    name.sql, frame, column_mappings=list(rows.columns), keep_nulls=True, timeout=0
                )
            if tracked:
                cursor.execute(f"ALTER TABLE {name.sql} ALTER COLUMN [id] bigint NOT NULL")
                cursor.execute(f"ALTER TABLE {name.sql} ADD PRIMARY KEY ([id])")
                cursor.execute(f"ALTER TABLE {name.sql} ENABLE CHANGE_TRACKING")

    def change(self, root: Path, rows: pl.DataFrame, gone: pl.DataFrame) -> None:
        """As any user of the table would: delete, and insert."""
        table = self.place(root).sql
        with self.cursor() as cursor:
            for key in (*rows["id"], *gone["id"]):
                cursor.execute(f"DELETE FROM {table} WHERE [id] = ?", (key,))
            for row in rows.rows():
                cursor.execute(f"INSERT INTO {table} ([id], [name]) VALUES (?, ?)", row)

    def track(self) -> None:
        """Let the database track changes, if it does not already."""
        on = "SELECT COUNT(*) FROM sys.change_tracking_databases WHERE database_id = DB_ID()"
        if self.rows(on) == [(0,)]:
            self.execute("ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON")

    def visible(self, root: Path, schema: pl.Schema) -> pl.DataFrame | None:
        """What a home finds; SQL Server has fewer types, so ``schema`` says which they were."""
        subject = self.home()
        opened = subject.opened(root)
        with (
            World(subject.plugins(), root=root) as world,
            world.home(opened, flow="walk", entity="walk") as home,
        ):
            try:
                known = home.schema(Ask(entity="walk"))
            except HomeError:
                return None
            seen = pl.concat([known.to_frame(), *home.read(Ask(entity="walk"))])
        return seen.select(_as(pl.col(name), schema.get(name, t)) for name, t in known.items())

    def home(self, **more: Any) -> HomeSubject:
        return HomeSubject(
            plugin=plugin,
            type="mssql",
            table=partial(self.told, **more),
            connections=self.connections,
            offer=self.offer,
        )

    def followed(self) -> HomeSubject:
        """A home whose table's changes are tracked."""
        self.track()
        return evolve(self.home(), offer=partial(self.offer, tracked=True), change=self.change)

    def store(self, **more: Any) -> StoreSubject:
        return StoreSubject(
            plugin=plugin,
            type="mssql",
            table=partial(self.told, **more),
            connections=self.connections,
            visible=self.visible,
            leftovers=self.leftovers,
        )

    def journal(self) -> JournalSubject:
        def told(root: Path, **more: Any) -> Mapping[str, Any]:
            return {"connection": "sql", "schema": root.name, **more}

        return JournalSubject(
            plugin=plugin,
            type="mssql",
            table=told,
            connections=self.connections,
            short_leases=partial(told, lease_seconds=2.0),
        )

    def tidy(self, root: Path) -> None:
        """Drop what a test made; the double forgets by itself."""
        found = self.rows(
            "SELECT t.name FROM sys.tables AS t INNER JOIN sys.schemas AS s"
            f" ON s.schema_id = t.schema_id WHERE s.name = '{root.name}'"
        )
        self.execute(*(f"DROP TABLE [{root.name}].{quoted(name)}" for (name,) in found))


def _as(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if isinstance(dtype, pl.Datetime) and dtype.time_zone is not None:
        return column.dt.convert_time_zone(dtype.time_zone).dt.cast_time_unit(dtype.time_unit)
    return column.cast(dtype)


def real() -> Ground:
    """The server that the environment names; skips where it names none."""
    text = os.environ.get(REAL)
    if not text:
        pytest.skip(f"{REAL} names no SQL Server")
    pairs = (each.split("=", 1) for each in text.split(";") if "=" in each)
    given = {key.strip().lower(): value.strip() for key, value in pairs}
    server, _, port = given["server"].partition(",")
    table: dict[str, Any] = {
        "server": server,
        "database": given["database"],
        "auth": "password",
        "user": given["uid"],
        "trust_server_certificate": given.get("trustservercertificate", "no") == "yes",
    }
    if port:
        table["port"] = int(port)
    return Ground(table, given["pwd"])


def double(server: Any) -> Ground:
    """The TDS server of the tests."""
    return Ground(
        {
            "server": server.host,
            "port": server.port,
            "database": server.database,
            "auth": "password",
            "user": server.user,
            "encrypt": "no",
        },
        server.password,
    )
