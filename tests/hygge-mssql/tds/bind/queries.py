"""Queries in DuckDB's words. Columns are called k1, k2, ...: T-SQL allows any name, and twice."""

from __future__ import annotations

from functools import singledispatch

from attrs import evolve, frozen

from .. import types
from ..errors import SqlError, no_object, unknown
from ..tsql import tree
from . import changetable, describing, views
from .expressions import Expressions
from .values import Bound, common, convert, sort_key
from .world import Frame, Scope, World

# Hints that keep others from writing until the transaction ends.
LOCKING = frozenset({"UPDLOCK", "XLOCK", "TABLOCKX", "HOLDLOCK", "SERIALIZABLE"})


@frozen
class BoundQuery:
    """``columns[i].sql`` is the column's name within ``sql``."""

    sql: str
    columns: tuple[Bound, ...]


def bind(query: tree.Query, world: World, parent: Scope | None = None) -> BoundQuery:
    """Raises what SQL Server would: 207, 208, 209, ..., or the double's own "does not know"."""
    return _bind(query, world, parent)


@singledispatch
def _bind(query: tree.Query, world: World, parent: Scope | None) -> BoundQuery:
    raise unknown(type(query).__name__)


@_bind.register
def _with(query: tree.With, world: World, parent: Scope | None) -> BoundQuery:
    texts = []
    kept = dict(world.common)
    for name, columns, part in query.parts:
        bound = bind(part, world, parent)
        named = _renamed(bound.columns, columns)
        world.common[name.lower()] = tuple(evolve(b, identity=False) for b in named)
        texts.append(f"{_common_name(name)} AS ({bound.sql})")
    body = bind(query.body, world, parent)
    world.common = kept
    return BoundQuery(f"WITH {', '.join(texts)} {body.sql}", body.columns)


def _common_name(name: str) -> str:
    return '"with ' + name.lower().replace('"', '""') + '"'


def _renamed(columns: tuple[Bound, ...], names: tuple[str, ...]) -> tuple[Bound, ...]:
    if names and len(names) != len(columns):
        raise SqlError(
            8158, "A derived table has more columns than were specified in the column list."
        )
    return tuple(column.named(names[at]) if names else column for at, column in enumerate(columns))


@_bind.register
def _values(query: tree.Values, world: World, parent: Scope | None) -> BoundQuery:
    binder = Expressions(world, Scope([], parent))
    rows = [[binder.value(item) for item in row] for row in query.rows]
    if len({len(row) for row in rows}) > 1:
        raise SqlError(
            10709,
            "The number of columns for each row in a table value constructor must be the same.",
        )
    kinds = [common(*(bound.type for bound in column)) for column in zip(*rows, strict=True)]
    lines = [
        "SELECT "
        + ", ".join(
            f"{convert(bound, kind)} AS k{at}"
            for at, (bound, kind) in enumerate(zip(row, kinds, strict=True), 1)
        )
        for row in rows
    ]
    columns = tuple(
        Bound(f"k{at}", kind, any(row[at - 1].nullable for row in rows))
        for at, kind in enumerate(kinds, 1)
    )
    return BoundQuery(" UNION ALL ".join(lines), columns)


@_bind.register
def _combined(query: tree.Combined, world: World, parent: Scope | None) -> BoundQuery:
    left, right = bind(query.left, world, parent), bind(query.right, world, parent)
    if len(left.columns) != len(right.columns):
        raise SqlError(
            205,
            (
                "All queries combined using a UNION, INTERSECT or EXCEPT operator must "
                "have an equal number of expressions in their target lists."
            ),
        )
    kinds = [common(a.type, b.type) for a, b in zip(left.columns, right.columns, strict=True)]
    sides = []
    for side in (left, right):
        alias = world.alias()
        items = ", ".join(
            f"{convert(evolve(column, sql=f'{alias}.{column.sql}'), kind)} AS k{at}"
            for at, (column, kind) in enumerate(zip(side.columns, kinds, strict=True), 1)
        )
        sides.append(f"SELECT {items} FROM ({side.sql}) AS {alias}")
    columns = tuple(
        Bound(f"k{at}", kind, column.nullable, column.name)
        for at, (kind, column) in enumerate(zip(kinds, left.columns, strict=True), 1)
    )
    sql = f"{sides[0]} {query.word} {sides[1]}"
    if not query.order:
        return BoundQuery(sql, columns)
    binder = Expressions(world, Scope([Frame(("",), columns)]))
    return BoundQuery(f"SELECT * FROM ({sql}) {_order(query.order, binder, columns)}", columns)


@_bind.register
def _select(query: tree.Select, world: World, parent: Scope | None) -> BoundQuery:
    scope = Scope([], parent)
    binder = Expressions(world, scope)
    source = f" FROM {_source(query.source, world, scope, binder)}" if query.source else ""
    where = f" WHERE {binder.test(query.where)}" if query.where else ""
    groups = [binder.value(by) for by in query.group]
    items = _items(query, binder, dict(zip(query.group, groups, strict=True)))
    having = f" HAVING {binder.test(query.having)}" if query.having else ""
    group = f" GROUP BY {', '.join(map(sort_key, groups))}" if groups else ""
    columns = tuple(evolve(item, sql=f"k{at}", known=None) for at, item in enumerate(items, 1))
    chosen = ", ".join(f"{_plain(item)} AS k{at}" for at, item in enumerate(items, 1))
    limit = _limit(query, binder)
    order = _order(query.order, binder, columns, items)
    if query.distinct:
        chosen = f"DISTINCT {chosen}"
        order = _order(query.order, Expressions(world, Scope([Frame(("",), columns)])), columns)
        sql = f"SELECT {chosen}{source}{where}{group}{having}"
        return BoundQuery(f"SELECT * FROM ({sql}){order}{limit}", columns)
    sql = f"SELECT {chosen}{source}{where}{group}{having}{order}{limit}"
    return BoundQuery(sql, columns)


def _plain(item: Bound) -> str:
    """NULL of no type is an int."""
    return convert(item, item.typed()) if item.type is None else item.sql


def _items(
    query: tree.Select, binder: Expressions, groups: dict[tree.Expression, Bound]
) -> tuple[Bound, ...]:
    binder.groups = groups
    found: list[Bound] = []
    for item in query.items:
        if isinstance(item.value, tree.Star):
            found += binder.scope.all_of(item.value.parts)
            continue
        bound = binder.value(item.value)
        named = item.value.parts[-1] if isinstance(item.value, tree.Name) else ""
        column = isinstance(item.value, tree.Name)
        kept = bound if column else evolve(bound, computed=True, identity=False)
        found.append(
            evolve(
                kept,
                name=item.alias or named,
                type=bound.typed() if bound.type is None else bound.type,
            )
        )
    return tuple(found)


def _limit(query: tree.Select, binder: Expressions) -> str:
    def count(expression: tree.Expression) -> int:
        return int(binder.world.constant(binder.value(expression)))

    if query.top is not None:
        return f" LIMIT {count(query.top)}"
    if query.offset is None:
        return ""
    if not query.order:
        raise SqlError(102, "Incorrect syntax near 'OFFSET'.")
    limit = "" if query.fetch is None else f" LIMIT {count(query.fetch)}"
    return f"{limit} OFFSET {count(query.offset)}"


def _order(
    order: tuple[tree.Order, ...],
    binder: Expressions,
    columns: tuple[Bound, ...],
    items: tuple[Bound, ...] = (),
) -> str:
    """SQL Server sorts NULL lowest."""
    parts = []
    for one in order:
        bound = _ordered(one.by, binder, columns, items)
        parts.append(
            f"{sort_key(bound)} {'DESC NULLS LAST' if one.descending else 'ASC NULLS FIRST'}"
        )
    return f" ORDER BY {', '.join(parts)}" if parts else ""


def _ordered(
    by: tree.Expression,
    binder: Expressions,
    columns: tuple[Bound, ...],
    items: tuple[Bound, ...],
) -> Bound:
    """An ordinal, a name given in the select list, or an expression of the sources."""
    given = items or columns
    if isinstance(by, tree.Literal) and isinstance(by.value, int):
        if not 1 <= by.value <= len(given):
            raise SqlError(
                108,
                (
                    f"The ORDER BY position number {by.value} is out of range of the "
                    "number of items in the select list."
                ),
            )
        return given[by.value - 1]
    if isinstance(by, tree.Name) and len(by.parts) == 1:
        for bound in given:
            if bound.name.lower() == by.parts[0].lower():
                return bound
    return binder.value(by)


# ------------------------------------------------------------------------------------ sources


def sources(source: tree.Source, world: World, scope: Scope, binder: Expressions) -> str:
    """What stands after FROM; its frames are added to the scope."""
    return _source(source, world, scope, binder)


def _source(source: tree.Source, world: World, scope: Scope, binder: Expressions) -> str:
    match source:
        case tree.Table():
            return _table(source, world, scope)
        case tree.Derived():
            bound = bind(source.query, world, scope.parent)
            columns = _renamed(bound.columns, source.columns)
            return _framed(bound.sql, columns, (source.alias.lower(),), world, scope)
        case tree.Changes():
            bound_changes = changetable.changes(source, world, binder)
            return _framed(*bound_changes, (source.alias.lower(),), world, scope)
        case tree.TableCall():
            described = describing.rows(source, world, binder)
            return _framed(*described, (source.alias.lower(),), world, scope)
        case tree.Join():
            left = _source(source.left, world, scope, binder)
            right = _source(source.right, world, scope, binder)
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
        return f"{_common_name(name)} AS {alias}"
    view = views.find(source.parts)
    if view is not None:
        return _framed(*view.bound(world), names, world, scope)
    return table_frame(source, world, scope, names)


def _schema(parts: tuple[str, ...]) -> tuple[str, ...]:
    return (parts[-2].lower(),) if len(parts) > 1 else ("dbo",)


def table_frame(source: tree.Table, world: World, scope: Scope, names: tuple[str, ...]) -> str:
    """A stored table under these names. Raises 208."""
    table = world.catalogue.find(source.parts, world.session.database.name)
    if table is None:
        raise no_object(".".join(source.parts))
    world.touched[table.id] = table
    if LOCKING & set(source.hints):
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


def sendable(columns: tuple[Bound, ...]) -> None:
    """Raises where a result has a type that only a CAST can bring over."""
    for column in columns:
        if column.typed().name in types.UNSENDABLE:
            raise unknown(
                f"a result column of {column.typed()} ({column.name}); CAST it in the query"
            )
