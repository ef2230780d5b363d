"""Statements that define."""

from __future__ import annotations

from attrs import frozen

from ...types import SqlType
from .expressions import Expression
from .statements import Statement


@frozen
class ColumnPlan:
    name: str
    type: SqlType
    nullable: bool | None = None
    identity: tuple[int, int] | None = None
    default: Expression | None = None
    default_text: str = ""
    key: str | None = None  # PRIMARY KEY or UNIQUE
    constraint: str | None = None


@frozen
class KeyPlan:
    """A primary key, a unique constraint or an index."""

    name: str | None
    kind: str  # PRIMARY KEY, UNIQUE, INDEX, UNIQUE INDEX, COLUMNSTORE
    columns: tuple[tuple[str, bool], ...]  # name, descending
    clustered: bool | None = None
    included: tuple[str, ...] = ()


@frozen
class CreateTable(Statement):
    table: tuple[str, ...]
    columns: tuple[ColumnPlan, ...]
    keys: tuple[KeyPlan, ...]


@frozen
class CreateIndex(Statement):
    table: tuple[str, ...]
    key: KeyPlan


@frozen
class CreateSchema(Statement):
    name: str


@frozen
class Drop(Statement):
    what: str  # TABLE, SCHEMA, INDEX, CONSTRAINT
    name: tuple[str, ...]
    if_exists: bool = False
    on: tuple[str, ...] = ()


@frozen
class AlterTable(Statement):
    """``action``: ADD, ALTER COLUMN, DROP COLUMN, ADD CONSTRAINT, DROP CONSTRAINT, SWITCH, ..."""

    table: tuple[str, ...]
    action: str
    columns: tuple[ColumnPlan, ...] = ()
    keys: tuple[KeyPlan, ...] = ()
    names: tuple[str, ...] = ()


@frozen
class AlterDatabase(Statement):
    name: str | None
    option: str
    value: str
