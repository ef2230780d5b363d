"""T-SQL without a client: what a test asks the server about its own tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from .arrays import arrow_type
from .bind.conversions import text_of
from .bind.values import Bound
from .database import Database
from .errors import SqlError
from .login import Login
from .script import Script
from .session import Session
from .types import MOMENTS, Column, SqlType

if TYPE_CHECKING:
    from .server import TdsServer

_NOBODY = Login("", "test", "", "test", "", "", "", "", 4096, False, frozenset())
_TEXTUAL = MOMENTS | {"time", "datetimeoffset"}


class Answers:
    """An ``Answer`` that keeps what it is told."""

    def __init__(self, server: TdsServer, database: Database) -> None:
        self.session = Session(server, database, _NOBODY, 0)
        self._columns: Sequence[Column] = ()
        self._batches: list[pa.RecordBatch] = []
        self._error: SqlError | None = None

    def run(self, sql: str) -> pa.Table:
        try:
            Script(self.session, self).batch(sql)  # type: ignore[arg-type]
        finally:
            self.session.close()
        if self._error is not None:
            raise self._error
        schema = pa.schema([(str(at), arrow_type(c.type)) for at, c in enumerate(self._columns)])
        arrays = [b.cast(schema) for b in (_renamed(b, schema) for b in self._batches)]
        return _renamed_table(pa.Table.from_batches(arrays, schema), self._columns)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        table = self.run(sql)
        columns = [
            _texts(table.column(at), column.type)
            if column.type.name in _TEXTUAL
            else table.column(at).to_pylist()
            for at, column in enumerate(self._columns)
        ]
        return list(zip(*columns, strict=True))

    # What a Script says to an Answer.

    def columns(self, columns: Sequence[Column]) -> None:
        self._columns, self._batches = columns, []

    def send(self, batch: pa.RecordBatch, types: Sequence[SqlType]) -> None:
        self._batches.append(batch)

    def error(self, error: SqlError) -> None:
        self._error = self._error or error

    def counted(self, rows: int, command: int) -> None:
        self.session.row_count = rows

    def told(self, text: str, number: int = 0, severity: int = 0) -> None: ...

    def returned(self, status: int) -> None: ...


def _renamed(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays(batch.columns, names=schema.names)


def _renamed_table(table: pa.Table, columns: Sequence[Column]) -> pa.Table:
    return table.rename_columns([column.name or str(at) for at, column in enumerate(columns)])


def _texts(column: pa.ChunkedArray, type: SqlType) -> list[str | None]:
    """Moments as SQL Server writes them, every digit of their scale."""
    import duckdb

    from .bind import macros

    connection = duckdb.connect()
    macros.install(connection)
    connection.register("given", pa.table({"x": column}))
    style = 121 if type.name in {"datetime", "smalldatetime"} else None
    sql = text_of(Bound("x", type).sql, type, style)
    return [row[0] for row in connection.execute(f"SELECT {sql} FROM given").fetchall()]
