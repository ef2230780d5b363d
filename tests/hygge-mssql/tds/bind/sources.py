"""What stands after FROM, in DuckDB's words: tables, views, derived tables, joins."""

from __future__ import annotations

from attrs import evolve

from ..errors import SqlError, no_object, unknown
from ..tsql import tree
from . import changetable, describing, views
from .binding import bind, common_name, renamed
from .expressions import Expressions
from .values import Bound
from .world import Frame, Scope, World

# Hints that keep others from writing until the transaction ends.
_LOCKING = frozenset({"UPDLOCK", "XLOCK", "TABLOCKX", "HOLDLOCK", "SERIALIZABLE"})


def sources(source: tree.Source, world: World, scope: Scope, binder: Expressions) -> str:
    """What stands after FROM; its frames are added to the scope."""
    match source:
        case tree.Table():
            return _table(source, world, scope)
        case tree.Derived():
            bound = bind(source.query, world, scope.parent)
            columns = renamed(bound.columns, source.columns)
            return _framed(bound.sql, columns, (source.alias.lower(),), world, scope)
        case tree.Changes():
            bound_changes = changetable.changes(source, world, binder)
            return _framed(*bound_changes, (source.alias.lower(),), world, scope)
        case tree.TableCall():
            described = describing.rows(source, world, binder)
            return _framed(*described, (source.alias.lower(),), world, scope)
        case tree.Join():
            left = sources(source.left, world, scope, binder)
            right = sources(source.right, world, scope, binder)
            on = f" ON {binder.test(source.on)}" if source.on is not None else ""
            return f"{left} {source.kind} JOIN {right}{on}"
    raise unknown(type(source).__name__)


def _framed(
    sql: str, columns: tuple[Bound, ...], names: tuple[str, ...], world: World, scope: Scope
) -> str:
    alias = world.alias()
    framed = tuple(evolve(column, sql=f"{alias}.{column.sql}") for column in columns)
    scope.frames.append(Frame(names, framed))
    return f"({sql}) AS {alias}"


def _table(source: tree.Table, world: World, scope: Scope) -> str:
    name = source.parts[-1].lower()
    names = (source.alias.lower(),) if source.alias else (name, *_schema(source.parts))
    if len(source.parts) == 1 and name in world.common:
        alias = world.alias()
        columns = world.common[name]
        framed = tuple(evolve(column, sql=f"{alias}.{column.sql}") for column in columns)
        scope.frames.append(Frame(names, framed))
        return f"{common_name(name)} AS {alias}"
    view = views.find(source.parts)
    if view is not None:
        return _framed(*view.bound(world), names, world, scope)
    return _table_frame(source, world, scope, names)


def _schema(parts: tuple[str, ...]) -> tuple[str, ...]:
    return (parts[-2].lower(),) if len(parts) > 1 else ("dbo",)


def _table_frame(source: tree.Table, world: World, scope: Scope, names: tuple[str, ...]) -> str:
    """A stored table under these names. Raises 208."""
    table = world.catalogue.find(source.parts, world.session.database.name)
    if table is None:
        raise no_object(".".join(source.parts))
    world.touched[table.id] = table
    if _LOCKING & set(source.hints) and world.session.server.besides.get(table.full_name) == (
        "in memory"
    ):
        raise SqlError(
            10794,
            f"The table option '{source.hints[0].lower()}' is not supported with memory optimized"
            " tables.",
        )
    if "READPAST" not in source.hints:
        world.passed[table.id] = table
    elif world.session.database.read_committed_snapshot and "READCOMMITTEDLOCK" not in source.hints:
        raise SqlError(
            650,
            "You can only specify the READPAST lock in the READ COMMITTED or REPEATABLE READ "
            "isolation levels.",
        )
    if _LOCKING & set(source.hints):
        world.locked[table.id] = table
    alias = world.alias()
    columns = tuple(
        Bound(
            f"{alias}.c{column.id}",
            column.type,
            column.nullable,
            column.name,
            column.identity is not None,
            computed=column.type.name == "rowversion",
        )
        for column in table.columns
    )
    scope.frames.append(Frame(names, columns, table, alias))
    return f"{table.physical} AS {alias}"
