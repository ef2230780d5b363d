"""What the database says of its tables: immutable records, so that a rollback forgets the new.

DuckDB knows each table as ``o<number>`` and its columns as ``c<number>``; names live only here.
A rename or a SWITCH changes nothing below, and any name that SQL Server allows is allowed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs
import cattrs
from attrs import evolve, frozen

from .errors import SqlError
from .types import SqlType

_CONVERTER = cattrs.Converter()


@frozen
class TableColumn:
    id: int
    name: str
    type: SqlType
    nullable: bool
    identity: tuple[int, int] | None = None
    default: str | None = None  # as it was written
    default_name: str | None = None


@frozen
class Key:
    """A primary key, a unique constraint or an index; ``columns`` are (column id, descending)."""

    id: int
    name: str
    kind: str
    columns: tuple[tuple[int, bool], ...]
    clustered: bool = False
    included: tuple[int, ...] = ()

    @property
    def unique(self) -> bool:
        return self.kind in {"PRIMARY KEY", "UNIQUE", "UNIQUE INDEX"}

    @property
    def constraint(self) -> bool:
        return self.kind in {"PRIMARY KEY", "UNIQUE"}


@frozen
class Table:
    id: int
    schema: str
    name: str
    physical: str
    columns: tuple[TableColumn, ...]
    keys: tuple[Key, ...] = ()
    tracked: bool = False

    @property
    def full_name(self) -> str:
        return f"{self.schema}.{self.name}"

    def column(self, name: str) -> TableColumn | None:
        wanted = name.lower()
        return next((column for column in self.columns if column.name.lower() == wanted), None)

    def by_id(self, id: int) -> TableColumn:
        return next(column for column in self.columns if column.id == id)


@frozen
class Catalogue:
    tables: Mapping[int, Table] = attrs.Factory(dict)
    schemas: Mapping[str, int] = attrs.Factory(lambda: dict(_SCHEMAS))
    next_id: int = 901_578_250
    # What is made of this very catalogue, and of nothing else: the rows of system views.
    kept: dict[int, Any] = attrs.field(factory=dict, init=False, eq=False, repr=False)

    def find(self, parts: tuple[str, ...], database: str) -> Table | None:
        """By name in one, two or three parts; ``dbo`` where no schema is named."""
        if len(parts) > 3 or (len(parts) == 3 and parts[0].lower() not in {"", database.lower()}):
            raise SqlError(208, f"Invalid object name '{'.'.join(parts)}'.")
        schema = (parts[-2] if len(parts) > 1 else "") or "dbo"
        wanted = (schema.lower(), parts[-1].lower())
        return next(
            (t for t in self.tables.values() if (t.schema.lower(), t.name.lower()) == wanted), None
        )

    def schema(self, name: str) -> str | None:
        """The schema as it was made, found in any case."""
        return next((known for known in self.schemas if known.lower() == name.lower()), None)

    def with_table(self, table: Table) -> Catalogue:
        return evolve(self, tables={**self.tables, table.id: table})

    def without_table(self, id: int) -> Catalogue:
        return evolve(self, tables={k: t for k, t in self.tables.items() if k != id})

    def with_schema(self, name: str) -> Catalogue:
        return evolve(self, schemas={**self.schemas, name: 5 + len(self.schemas)})

    def without_schema(self, name: str) -> Catalogue:
        return evolve(self, schemas={k: i for k, i in self.schemas.items() if k != name})

    def fresh_id(self) -> tuple[int, Catalogue]:
        return self.next_id, evolve(self, next_id=self.next_id + 16)


_SCHEMAS = {"dbo": 1, "guest": 2, "INFORMATION_SCHEMA": 3, "sys": 4}


def changes(before: Catalogue, after: Catalogue) -> Iterator[tuple[str, str]]:
    """What to keep of the difference, by name; a table that is gone is kept as nothing."""
    if before is after:
        return
    yield "rest", json.dumps([dict(after.schemas), after.next_id])
    for id in {*before.tables, *after.tables}:
        table = after.tables.get(id)
        if table is not before.tables.get(id):
            kept = json.dumps(_CONVERTER.unstructure(table)) if table else ""
            yield f"table {id}", kept


def load(told: Mapping[str, str]) -> Catalogue:
    """The catalogue that was kept so."""
    tables = {}
    for name, text in told.items():
        if name.startswith("table ") and text:
            table = _CONVERTER.structure(json.loads(text), Table)
            tables[table.id] = table
    if "rest" not in told:
        return Catalogue()
    schemas, next_id = json.loads(told["rest"])
    return Catalogue(tables, schemas, next_id)


def system_type_id(type: SqlType) -> int:
    """sys.types.system_type_id."""
    return SYSTEM_TYPES[type.name][0]


# name -> system_type_id, user_type_id, max_length, precision, scale (sys.types).
SYSTEM_TYPES: dict[str, tuple[int, int, int, int, int]] = {
    "tinyint": (48, 48, 1, 3, 0), "smallint": (52, 52, 2, 5, 0), "int": (56, 56, 4, 10, 0),
    "bigint": (127, 127, 8, 19, 0), "bit": (104, 104, 1, 1, 0),
    "real": (59, 59, 4, 24, 0), "float": (62, 62, 8, 53, 0),
    "decimal": (106, 106, 17, 38, 38), "numeric": (108, 108, 17, 38, 38),
    "money": (60, 60, 8, 19, 4), "smallmoney": (122, 122, 4, 10, 4),
    "date": (40, 40, 3, 10, 0), "time": (41, 41, 5, 16, 7), "datetime": (61, 61, 8, 23, 3),
    "smalldatetime": (58, 58, 4, 16, 0), "datetime2": (42, 42, 8, 27, 7),
    "datetimeoffset": (43, 43, 10, 34, 7),
    "char": (175, 175, 8000, 0, 0), "varchar": (167, 167, 8000, 0, 0),
    "nchar": (239, 239, 8000, 0, 0), "nvarchar": (231, 231, 8000, 0, 0),
    "sysname": (231, 256, 256, 0, 0),
    "binary": (173, 173, 8000, 0, 0), "varbinary": (165, 165, 8000, 0, 0),
    "rowversion": (189, 189, 8, 0, 0), "uniqueidentifier": (36, 36, 16, 0, 0),
    "xml": (241, 241, -1, 0, 0), "sql_variant": (98, 98, 8016, 0, 0),
    "hierarchyid": (240, 128, 892, 0, 0), "geometry": (240, 129, -1, 0, 0),
    "geography": (240, 130, -1, 0, 0), "vector": (165, 255, 8000, 0, 0),
}  # fmt: skip


def sizes(type: SqlType) -> tuple[int, int, int]:
    """max_length, precision and scale as sys.columns has them."""
    from . import types

    _, _, length, precision, scale = SYSTEM_TYPES[type.name]
    if type.name in {"decimal", "numeric"}:
        return types.decimal_bytes(type.precision) + 1, type.precision, type.scale
    if type.name in types.TEXTS | {"binary", "varbinary"}:
        return (-1 if type.is_max else type.wire_bytes), 0, 0
    if type.name in types.SCALED_TIMES:
        base, digits = {"time": (0, 8), "datetime2": (3, 19), "datetimeoffset": (5, 26)}[type.name]
        whole = types.time_bytes(type.scale) + base
        return whole, digits + (1 + type.scale if type.scale else 0), type.scale
    return length, precision, scale


def wanted(names: Iterable[str], table: Table) -> tuple[TableColumn, ...]:
    """The columns of these names. Raises 207."""
    found = []
    for name in names:
        column = table.column(name)
        if column is None:
            raise SqlError(207, f"Invalid column name '{name}'.")
        found.append(column)
    return tuple(found)
