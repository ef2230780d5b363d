"""Queries in DuckDB's words: WITH, VALUES, what stands between two, SELECT."""

from __future__ import annotations

from attrs import evolve

from .. import types
from ..errors import SqlError, unknown
from ..tsql import tree
from .binding import BoundQuery, bind, common_name, renamed
from .conversions import convert
from .expressions import Expressions
from .precedence import common
from .sources import sources
from .values import Bound, sort_key, sorted_by
from .world import Frame, Scope, World


@bind.register
def _with(query: tree.With, world: World, parent: Scope | None = None) -> BoundQuery:
    texts = []
    kept = dict(world.common)
    for name, columns, part in query.parts:
        bound = bind(part, world, parent)
        named = renamed(bound.columns, columns)
        world.common[name.lower()] = tuple(evolve(b, identity=False) for b in named)
        texts.append(f"{common_name(name)} AS ({bound.sql})")
    body = bind(query.body, world, parent)
    world.common = kept
    return BoundQuery(f"WITH {', '.join(texts)} {body.sql}", body.columns)


@bind.register
def _values(query: tree.Values, world: World, parent: Scope | None = None) -> BoundQuery:
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


@bind.register
def _combined(query: tree.Combined, world: World, parent: Scope | None = None) -> BoundQuery:
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


@bind.register
def _select(query: tree.Select, world: World, parent: Scope | None = None) -> BoundQuery:
    scope = Scope([], parent)
    binder = Expressions(world, scope)
    source = f" FROM {sources(query.source, world, scope, binder)}" if query.source else ""
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
    parts = [
        sorted_by(_ordered(one.by, binder, columns, items), descending=one.descending)
        for one in order
    ]
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


def sendable(columns: tuple[Bound, ...]) -> None:
    """Raises where a result has a type that only a CAST can bring over."""
    for column in columns:
        if column.typed().name in types.UNSENDABLE:
            raise unknown(
                f"a result column of {column.typed()} ({column.name}); CAST it in the query"
            )
