"""The one transaction that publishes a load: its mark, and its rows. Readers never see a mix."""

from __future__ import annotations

from collections.abc import Callable

from hygge_core.errors import StoreError
from hygge_core.records import Manifest
from hygge_core.types import parse_schema
from hygge_mssql import catalogue
from hygge_mssql.created import column_sql
from hygge_mssql.names import Name, named, names_sql, quoted, text_sql
from hygge_mssql.server.session import Session
from hygge_mssql.settings.kinds import MssqlStoreConfig
from hygge_mssql.sqltypes import declared
from hygge_mssql.statements import loading, publishing
from hygge_mssql.store import loads, upserts
from hygge_mssql.store.emptying import empty
from hygge_mssql.store.target import Fitting, Shape, Target, fitting, target

Warn = Callable[[str], None]

_CLUSTERED_COLUMNSTORE = 5


def shape_of(manifest: Manifest, config: MssqlStoreConfig) -> Shape:
    """What the load needs of its tables, from what was sealed."""
    return Shape(
        schema=parse_schema(manifest.schema),
        keys=tuple(manifest.extra["keys"]),
        wanted=config.column_types,
    )


class Publishing:
    """Part of the caller's transaction. ``rows`` raises ``StoreError`` when somebody else was
    faster, when the staged rows are gone, or when the table cannot take them."""

    def __init__(
        self, session: Session, manifest: Manifest, config: MssqlStoreConfig, warn: Warn
    ) -> None:
        (part,) = manifest.parts
        self._session = session
        self._manifest = manifest
        self._config = config
        self._warn = warn
        self._table = named(part.final)
        self._staged = named(part.staged)
        self._shape = shape_of(manifest, config)

    def rows(self) -> int:
        """Publish, once; the rows that are there now, or are gone, because of it."""
        session, manifest = self._session, self._manifest
        loads.take_turn(session, f"load {self._table}")
        # Only now: a commit whose answer was lost may have been under way until this turn came.
        before = loads.rows_of(session, self._table.schema, manifest.ref.run_id)
        if before is not None:
            return before
        if not catalogue.is_table(session, self._staged):
            run = manifest.ref.run_id
            raise StoreError(
                f"the staged rows of run {run} are gone from {manifest.destination}",
                hint=f"somebody dropped {self._staged}; `hygge recover --undo {run}`",
            )
        loads.put(session, self._table.schema, manifest)
        found = target(session, self._table)
        if found is None:
            rows = self._first()
        elif manifest.mode == "full_drop":
            rows = self._replace(found)
        else:
            rows = self._append(found)
        if rows != manifest.rows:
            raise StoreError(f"{manifest.rows:,} rows were sealed, but {rows:,} can be published")
        return rows

    def _first(self) -> int:
        """The staging table becomes the destination, where it is made of the same columns."""
        shape, run = self._shape, self._session.execute
        if shape.wanted or shape.marked:
            columns = ", ".join(column_sql(name, shape.made(name)) for name in shape.columns)
            run(loading.CREATE_TABLE.with_(table=self._table.sql, columns=columns))
            self._finish_table()
            return self._moved()
        table = text_sql(self._table.table)
        run(publishing.RENAME.with_(staged=text_sql(self._staged.sql), table=table))
        self._finish_table()
        return count(self._session, self._table)

    def _finish_table(self) -> None:
        """A new table's key, and its column store."""
        shape, run, table = self._shape, self._session.execute, self._table
        if shape.keys:
            for key in shape.keys:
                column = column_sql(key, shape.made(key), nullable=False)
                run(publishing.ALTER_COLUMN.with_(target=table.sql, column=column))
            kind = "NONCLUSTERED" if self._config.columnstore else "CLUSTERED"
            keys = names_sql(shape.keys)
            run(publishing.ADD_KEY.with_(target=table.sql, kind=kind, keys=keys))
        if self._config.columnstore and _CLUSTERED_COLUMNSTORE not in self._indexes():
            index = quoted(f"CCI_{table.table}"[:128])
            run(loading.CREATE_COLUMNSTORE.with_(index=index, table=table.sql))

    def _indexes(self) -> tuple[int, ...]:
        return catalogue.indexes(self._session, self._table)

    def _append(self, found: Target) -> int:
        self._fit(found, fitting(found, self._shape, emptied=False))
        return self._moved()

    def _replace(self, found: Target) -> int:
        """Keep the table object, with all that hangs on it: grants, indexes, constraints."""
        fit = fitting(found, self._shape, emptied=True)
        run = self._session.execute
        empty(self._session, found.name)
        if self._manifest.extra.get("switch"):
            run(publishing.SWITCH.with_(staged=self._staged.sql, target=found.name.sql))
            return count(self._session, found.name)
        self._fit(found, fit)
        return self._moved(" WITH (TABLOCK)")

    def _fit(self, found: Target, fit: Fitting) -> None:
        run, table = self._session.execute, found.name.sql
        for column, made in fit.alter:
            changed = column_sql(column.name, made, nullable=column.nullable)
            run(publishing.ALTER_COLUMN.with_(target=table, column=changed))
            self._warn(f"column {column.name!r} of {found.name} was {declared(column)}: now {made}")
        for name, made in fit.add:
            run(publishing.ADD_COLUMN.with_(target=table, column=column_sql(name, made)))
            self._warn(f"{found.name} has a new column {name!r} ({made})")
        if fit.left and self._manifest.mode == "full_drop":
            names = ", ".join(repr(each.name) for each in fit.left)
            self._warn(f"{found.name} has columns that the rows do not have any more: {names}")

    def _moved(self, hint: str = "") -> int:
        """The rows of the staging table, in the destination."""
        shape = self._shape
        if shape.marked or (shape.keys and self._manifest.mode == "append"):
            upserts.apply(self._session, self._table, self._staged, shape)
            return count(self._session, self._staged)
        columns = names_sql(shape.columns)
        sql = publishing.INSERT.with_(
            target=self._table.sql, hint=hint, columns=columns, staged=self._staged.sql
        )
        return self._session.execute(sql)


def count(session: Session, table: Name) -> int:
    """The number of rows of a table."""
    return int(session.value(loading.COUNT.with_(table=table.sql)))
