"""COUNT, SUM, MAX and the rankings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ... import types
from ...arrays import duck_type
from ...errors import SqlError
from ...tsql import tree
from ...types import SqlType
from ..values import Bound, sort_key

if TYPE_CHECKING:
    from ..expressions import Expressions
from .known import BIGINT, FLOAT, INT, arguments, knows


@knows("COUNT", "COUNT_BIG")
def _count(binder: Expressions, call: tree.Call) -> Bound:
    type = INT if call.name == "COUNT" else BIGINT
    if isinstance(call.arguments[0], tree.Star):
        return Bound("count(*)", type, nullable=False)
    (operand,) = arguments(binder, call, 1)
    return Bound(f"count({'DISTINCT ' * call.distinct}{sort_key(operand)})", type, nullable=False)


@knows("MIN", "MAX")
def _extreme(binder: Expressions, call: tree.Call) -> Bound:
    (operand,) = arguments(binder, call, 1)
    if operand.typed().name == "bit":
        raise SqlError(8117, "Operand data type bit is invalid for max operator.")
    word = call.name.lower()
    if sort_key(operand) == operand.sql:
        return Bound(f"{word}({operand.sql})", operand.typed())
    return Bound(f"arg_{word}({operand.sql}, {sort_key(operand)})", operand.typed())


@knows("SUM", "AVG")
def _sum(binder: Expressions, call: tree.Call) -> Bound:
    (operand,) = arguments(binder, call, 1)
    source = operand.typed()
    if source.name in {"tinyint", "smallint", "int"}:
        type = INT
    elif source.name == "decimal" or source.name == "numeric":
        scale = source.scale if call.name == "SUM" else max(source.scale, 6)
        type = SqlType("decimal", precision=38, scale=scale)
    elif source.name in {"bigint", "money", *types.FLOATS}:
        type = FLOAT if source.name in types.FLOATS else source
    else:
        raise SqlError(
            8117, f"Operand data type {source} is invalid for {call.name.lower()} operator."
        )
    if call.name == "AVG" and type.name in types.INTEGERS:
        sql = f"(sum({operand.sql}) // nullif(count({operand.sql}), 0))"
    else:
        sql = f"{call.name.lower()}({operand.sql})"
    if call.over is not None:
        return Bound(sql, type)
    return Bound(f"CAST({sql} AS {duck_type(type)})", type)


@knows("ROW_NUMBER", "RANK", "DENSE_RANK")
def _ranking(binder: Expressions, call: tree.Call) -> Bound:
    return Bound(f"{call.name.lower()}()", BIGINT, nullable=False)


@knows("NTILE")
def _ntile(binder: Expressions, call: tree.Call) -> Bound:
    (count,) = arguments(binder, call, 1)
    return Bound(f"ntile({count.sql})", BIGINT, nullable=False)


@knows("LAG", "LEAD")
def _neighbour(binder: Expressions, call: tree.Call) -> Bound:
    (operand,) = arguments(binder, call, 1)
    return Bound(f"{call.name.lower()}({operand.sql})", operand.typed())
