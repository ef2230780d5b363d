"""The functions of T-SQL by name, and how one is called."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from attrs import evolve

from ...errors import SqlError, unknown
from ...tsql import tree
from ...types import SqlType
from .. import facts
from ..values import Bound, sort_key, sorted_by
from ..world import World

if TYPE_CHECKING:
    from ..expressions import Expressions


BIGINT, INT, BIT, FLOAT = SqlType("bigint"), SqlType("int"), SqlType("bit"), SqlType("float")


Maker = Callable[["Expressions", tree.Call], Bound]


_KNOWN: dict[str, Maker] = {}


def knows(*names: str) -> Callable[[Maker], Maker]:
    def keep(maker: Maker) -> Maker:
        for name in names:
            _KNOWN[name] = maker
        return maker

    return keep


def call(binder: Expressions, expression: tree.Call) -> Bound:
    name = expression.name.removeprefix("SYS.")
    maker = _KNOWN.get(name)
    if maker is not None:
        bound = maker(binder, expression)
        return _over(binder, bound, expression)
    fact = facts.KNOWN.get(name)
    if fact is None:
        raise unknown(f"the function {expression.name}")
    return fact(binder.world, [binder.value(argument) for argument in expression.arguments])


def global_variable(world: World, name: str) -> Bound:
    fact = facts.GLOBALS.get(name.upper())
    if fact is None:
        raise unknown(f"the variable {name}")
    return fact(world, [])


def _over(binder: Expressions, bound: Bound, expression: tree.Call) -> Bound:
    if expression.over is None:
        if expression.name in _RANKINGS:
            raise SqlError(10753, f"The function '{expression.name}' must have an OVER clause.")
        return bound
    parts = []
    if expression.over.partition:
        keys = ", ".join(sort_key(binder.value(by)) for by in expression.over.partition)
        parts.append(f"PARTITION BY {keys}")
    if expression.over.order:
        orders = (
            sorted_by(binder.value(one.by), descending=one.descending)
            for one in expression.over.order
        )
        parts.append(f"ORDER BY {', '.join(orders)}")
    return evolve(bound, sql=f"{bound.sql} OVER ({' '.join(parts)})")


def arguments(
    binder: Expressions, call: tree.Call, least: int, most: int | None = None
) -> list[Bound]:
    most = least if most is None else most
    if not least <= len(call.arguments) <= most:
        raise SqlError(174, f"The {call.name.lower()} function requires {least} argument(s).")
    return [binder.value(argument) for argument in call.arguments]


_RANKINGS = frozenset({"ROW_NUMBER", "RANK", "DENSE_RANK", "NTILE"})
