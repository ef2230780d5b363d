"""The system views that hygge reads, made from the catalogue each time. Their columns are the ones
that Microsoft documents and hygge asks for; any other column is refused as unknown (207)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa
from attrs import frozen

from ..arrays import arrow_type
from ..catalogue import SYSTEM_TYPES, Key, Table, TableColumn, sizes
from ..types import TEXTS, SqlType
from .values import Bound
from .world import World

INT, BIGINT, BIT, TINYINT, SMALLINT = map(SqlType, ("int", "bigint", "bit", "tinyint", "smallint"))
NAME, WORD = SqlType("nvarchar", 128), SqlType("nvarchar", 60)
KIND = SqlType("char", 2)
Rows = Callable[[World], Iterator[Sequence[Any]]]


@frozen
class View:
    number: int
    columns: tuple[tuple[str, SqlType], ...]
    rows: Rows
    alive: bool  # it tells more than the catalogue

    def bound(self, world: World) -> tuple[str, tuple[Bound, ...]]:
        """A query of rows made here, and its columns."""
        columns = tuple(
            Bound(f"k{at}", type, True, name) for at, (name, type) in enumerate(self.columns, 1)
        )
        return world.made(f"view_{self.number}", self._table(world)), columns

    def _table(self, world: World) -> pa.Table:
        """The rows; kept with the catalogue, where nothing else decides them."""
        kept = world.catalogue.kept
        if self.number in kept:
            return kept[self.number]
        rows = list(self.rows(world))
        kinds = [arrow_type(type) for _, type in self.columns]
        found = [pa.array([row[at] for row in rows], kind) for at, kind in enumerate(kinds)]
        table = pa.table(found, names=[f"k{at}" for at in range(1, len(kinds) + 1)])
        if not self.alive:
            kept[self.number] = table
        return table


_VIEWS: dict[tuple[str, str], View] = {}


def find(parts: tuple[str, ...]) -> View | None:
    if len(parts) < 2:
        return None
    return _VIEWS.get((parts[-2].lower(), parts[-1].lower()))


_ALIVE = frozenset(
    {"partitions", "databases", "change_tracking_databases", "change_tracking_tables"}
)


def view(schema: str, name: str, /, **columns: SqlType) -> Callable[[Rows], Rows]:
    def keep(rows: Rows) -> Rows:
        alive = name in _ALIVE
        made = View(100 + len(_VIEWS), tuple(columns.items()), rows, alive)
        _VIEWS[schema.lower(), name.lower()] = made
        return rows

    return keep


def _tables(world: World) -> Iterator[Table]:
    yield from world.catalogue.tables.values()


@view("sys", "schemas", name=NAME, schema_id=INT, principal_id=INT)
def _schemas(world: World) -> Iterator[Sequence[Any]]:
    for name, id in world.catalogue.schemas.items():
        yield name, id, 1


@view(
    "sys",
    "tables",
    name=NAME,
    object_id=INT,
    schema_id=INT,
    type=KIND,
    type_desc=WORD,
    is_ms_shipped=BIT,
)
def _sys_tables(world: World) -> Iterator[Sequence[Any]]:
    for table in _tables(world):
        yield table.name, table.id, world.catalogue.schemas[table.schema], "U ", "USER_TABLE", False


@view(
    "sys",
    "objects",
    name=NAME,
    object_id=INT,
    schema_id=INT,
    parent_object_id=INT,
    type=KIND,
    type_desc=WORD,
    is_ms_shipped=BIT,
)
def _objects(world: World) -> Iterator[Sequence[Any]]:
    for table in _tables(world):
        schema = world.catalogue.schemas[table.schema]
        yield table.name, table.id, schema, 0, "U ", "USER_TABLE", False
        for key in table.keys:
            if key.constraint:
                kind, word = _key_words(key)
                yield key.name, table.id + key.id, schema, table.id, kind, word, False


def _key_words(key: Key) -> tuple[str, str]:
    if key.kind == "PRIMARY KEY":
        return "PK", "PRIMARY_KEY_CONSTRAINT"
    return "UQ", "UNIQUE_CONSTRAINT"


def _type_ids(type: SqlType) -> tuple[int, int]:
    system, user, *_ = SYSTEM_TYPES[type.name]
    return system, user


_COLUMNS: dict[str, SqlType] = dict(  # noqa: C408  # names, not texts
    object_id=INT,
    name=NAME,
    column_id=INT,
    system_type_id=TINYINT,
    user_type_id=INT,
    max_length=SMALLINT,
    precision=TINYINT,
    scale=TINYINT,
    collation_name=NAME,
    is_nullable=BIT,
    is_identity=BIT,
    is_computed=BIT,
    default_object_id=INT,
    generated_always_type=TINYINT,
    is_hidden=BIT,
)


@view("sys", "all_columns", **_COLUMNS)
@view("sys", "columns", **_COLUMNS)
def _columns(world: World) -> Iterator[Sequence[Any]]:
    for table in _tables(world):
        for column in table.columns:
            system, user = _type_ids(column.type)
            default = table.id + 1000 + column.id if column.default is not None else 0
            yield (
                table.id,
                column.name,
                column.id,
                system,
                user,
                *sizes(column.type),
                _collation(column.type),
                column.nullable,
                column.identity is not None,
                False,
                default,
                0,
                False,
            )


def _collation(type: SqlType) -> str | None:
    return type.collation if type.name in TEXTS else None


@view(
    "sys",
    "types",
    name=NAME,
    system_type_id=TINYINT,
    user_type_id=INT,
    schema_id=INT,
    max_length=SMALLINT,
    precision=TINYINT,
    scale=TINYINT,
    is_user_defined=BIT,
)
def _types(world: World) -> Iterator[Sequence[Any]]:
    for name, numbers in SYSTEM_TYPES.items():
        shown = "timestamp" if name == "rowversion" else name
        yield shown, *numbers[:2], 4, *numbers[2:], False


@view(
    "sys",
    "default_constraints",
    name=NAME,
    object_id=INT,
    parent_object_id=INT,
    parent_column_id=INT,
    definition=SqlType("nvarchar", -1),
)
def _defaults(world: World) -> Iterator[Sequence[Any]]:
    for table in _tables(world):
        for column in table.columns:
            if column.default is not None:
                text = column.default if column.default.startswith("(") else f"({column.default})"
                yield column.default_name, table.id + 1000 + column.id, table.id, column.id, text


@view(
    "sys",
    "identity_columns",
    object_id=INT,
    name=NAME,
    column_id=INT,
    seed_value=BIGINT,
    increment_value=BIGINT,
)
def _identities(world: World) -> Iterator[Sequence[Any]]:
    for table in _tables(world):
        for column in table.columns:
            if column.identity:
                yield table.id, column.name, column.id, *column.identity


@view(
    "sys",
    "computed_columns",
    object_id=INT,
    name=NAME,
    column_id=INT,
    definition=SqlType("nvarchar", -1),
)
@view(
    "sys", "foreign_keys", name=NAME, object_id=INT, parent_object_id=INT, referenced_object_id=INT
)
@view("sys", "views", name=NAME, object_id=INT, schema_id=INT, is_ms_shipped=BIT)
@view("sys", "triggers", name=NAME, object_id=INT, parent_id=INT)
def _none(world: World) -> Iterator[Sequence[Any]]:
    """The double has none of these."""
    yield from ()


def index_type(key: Key) -> tuple[int, str]:
    """sys.indexes.type and its word."""
    if key.kind == "COLUMNSTORE":
        return (5, "CLUSTERED COLUMNSTORE") if key.clustered else (6, "NONCLUSTERED COLUMNSTORE")
    return (1, "CLUSTERED") if key.clustered else (2, "NONCLUSTERED")


def index_id(table: Table, key: Key) -> int:
    """1 is the clustered index, the others follow."""
    if key.clustered:
        return 1
    others = [other.id for other in table.keys if not other.clustered]
    return 2 + others.index(key.id)


def _indexes_of(table: Table) -> Iterator[tuple[int, Key | None]]:
    """Index 0 is the heap, where no index is clustered."""
    if not any(key.clustered for key in table.keys):
        yield 0, None
    for key in table.keys:
        yield index_id(table, key), key


@view(
    "sys",
    "indexes",
    object_id=INT,
    name=NAME,
    index_id=INT,
    type=TINYINT,
    type_desc=WORD,
    is_unique=BIT,
    is_primary_key=BIT,
    is_unique_constraint=BIT,
    is_disabled=BIT,
    has_filter=BIT,
)
def _indexes(world: World) -> Iterator[Sequence[Any]]:
    for table in _tables(world):
        for number, key in _indexes_of(table):
            if key is None:
                yield table.id, None, 0, 0, "HEAP", False, False, False, False, False
                continue
            yield (
                table.id,
                key.name,
                number,
                *index_type(key),
                key.unique,
                key.kind == "PRIMARY KEY",
                key.kind == "UNIQUE",
                False,
                False,
            )


@view(
    "sys",
    "index_columns",
    object_id=INT,
    index_id=INT,
    index_column_id=INT,
    column_id=INT,
    key_ordinal=TINYINT,
    is_descending_key=BIT,
    is_included_column=BIT,
)
def _index_columns(world: World) -> Iterator[Sequence[Any]]:
    for table in _tables(world):
        for key in table.keys:
            number = index_id(table, key)
            for at, (id, descending) in enumerate(key.columns, 1):
                yield table.id, number, at, id, at, descending, False
            for at, id in enumerate(key.included, len(key.columns) + 1):
                yield table.id, number, at, id, 0, False, True


@view(
    "sys",
    "key_constraints",
    name=NAME,
    object_id=INT,
    schema_id=INT,
    parent_object_id=INT,
    type=KIND,
    type_desc=WORD,
    unique_index_id=INT,
)
def _key_constraints(world: World) -> Iterator[Sequence[Any]]:
    for table in _tables(world):
        schema = world.catalogue.schemas[table.schema]
        for key in table.keys:
            if key.constraint:
                yield (
                    key.name,
                    table.id + key.id,
                    schema,
                    table.id,
                    *_key_words(key),
                    index_id(table, key),
                )


@view(
    "sys",
    "partitions",
    partition_id=BIGINT,
    object_id=INT,
    index_id=INT,
    partition_number=INT,
    rows=BIGINT,
)
def _partitions(world: World) -> Iterator[Sequence[Any]]:
    counts = world.session.counts()
    for table in _tables(world):
        for number, _ in _indexes_of(table):
            yield table.id * 16 + number, table.id, number, 1, counts.get(table.physical, 0)


@view(
    "sys",
    "databases",
    name=NAME,
    database_id=INT,
    snapshot_isolation_state=TINYINT,
    snapshot_isolation_state_desc=WORD,
    is_read_committed_snapshot_on=BIT,
    recovery_model=TINYINT,
    recovery_model_desc=WORD,
    state=TINYINT,
    state_desc=WORD,
    collation_name=NAME,
    compatibility_level=TINYINT,
    is_read_only=BIT,
)
def _databases(world: World) -> Iterator[Sequence[Any]]:
    for number, database in world.session.server.numbered():
        on = database.snapshot_isolation
        yield (
            database.name,
            number,
            int(on),
            "ON" if on else "OFF",
            database.read_committed_snapshot,
            3,
            "SIMPLE",
            0,
            "ONLINE",
            "SQL_Latin1_General_CP1_CI_AS",
            160,
            False,
        )


@view(
    "sys",
    "change_tracking_databases",
    database_id=INT,
    is_auto_cleanup_on=BIT,
    retention_period=INT,
)
def _tracking_databases(world: World) -> Iterator[Sequence[Any]]:
    for number, database in world.session.server.numbered():
        if database.change_tracking:
            yield number, True, 2


@view(
    "sys",
    "change_tracking_tables",
    object_id=INT,
    is_track_columns_updated_on=BIT,
    min_valid_version=BIGINT,
    begin_version=BIGINT,
)
def _tracking_tables(world: World) -> Iterator[Sequence[Any]]:
    for table in _tables(world):
        if table.tracked:
            least = world.session.database.min_valid.get(table.id, 0)
            yield table.id, False, least, least


@view(
    "information_schema",
    "tables",
    TABLE_CATALOG=NAME,
    TABLE_SCHEMA=NAME,
    TABLE_NAME=NAME,
    TABLE_TYPE=SqlType("varchar", 10),
)
def _information_tables(world: World) -> Iterator[Sequence[Any]]:
    for table in _tables(world):
        yield world.session.database.name, table.schema, table.name, "BASE TABLE"


@view(
    "information_schema",
    "columns",
    TABLE_CATALOG=NAME,
    TABLE_SCHEMA=NAME,
    TABLE_NAME=NAME,
    COLUMN_NAME=NAME,
    ORDINAL_POSITION=INT,
    COLUMN_DEFAULT=SqlType("nvarchar", 4000),
    IS_NULLABLE=SqlType("varchar", 3),
    DATA_TYPE=NAME,
    CHARACTER_MAXIMUM_LENGTH=INT,
    NUMERIC_PRECISION=TINYINT,
    NUMERIC_SCALE=INT,
    DATETIME_PRECISION=SMALLINT,
    COLLATION_NAME=NAME,
)
def _information_columns(world: World) -> Iterator[Sequence[Any]]:
    for table in _tables(world):
        for at, column in enumerate(table.columns, 1):
            yield (
                world.session.database.name,
                table.schema,
                table.name,
                column.name,
                at,
                column.default,
                "YES" if column.nullable else "NO",
                *_information_type(column),
                _collation(column.type),
            )


def _information_type(column: TableColumn) -> tuple[Any, ...]:
    """DATA_TYPE, length, precision, scale, precision of a time."""
    type = column.type
    name = "timestamp" if type.name == "rowversion" else type.name
    _, precision, scale = sizes(type)
    if type.name in TEXTS | {"binary", "varbinary"}:
        return name, type.length, None, None, None
    if type.name in {"date", "time", "datetime", "smalldatetime", "datetime2", "datetimeoffset"}:
        return name, None, None, None, scale if type.name != "date" else 0
    return name, None, precision or None, scale if precision else None, None


@view(
    "information_schema",
    "key_column_usage",
    CONSTRAINT_SCHEMA=NAME,
    CONSTRAINT_NAME=NAME,
    TABLE_SCHEMA=NAME,
    TABLE_NAME=NAME,
    COLUMN_NAME=NAME,
    ORDINAL_POSITION=INT,
)
def _key_columns(world: World) -> Iterator[Sequence[Any]]:
    for table in _tables(world):
        for key in table.keys:
            if key.constraint:
                for at, (id, _) in enumerate(key.columns, 1):
                    yield table.schema, key.name, table.schema, table.name, table.by_id(id).name, at
