"""What stands between two values: comparisons, by what collations say, and arithmetic."""

from __future__ import annotations

from attrs import evolve

from .. import types
from ..arrays import duck_type
from ..errors import SqlError, unknown
from ..types import SqlType
from .conversions import convert
from .precedence import common, precision_of, scale_of
from .values import Bound, sort_key

ARITHMETIC = frozenset("+-*/%&|^")


def comparable(left: Bound, right: Bound) -> tuple[str, str]:
    """Both sides as what their common type is compared by."""
    type = common(left.type, right.type)
    if type.name in types.TEXTS:
        collation = _collation(left, right)
        type = evolve(type, length=types.MAX, collation=collation)
        type = evolve(type, name="nvarchar")
    sides = [Bound(convert(side, type, implicit=True), type) for side in (left, right)]
    return sort_key(sides[0]), sort_key(sides[1])


def _collation(left: Bound, right: Bound) -> str:
    """A column's collation wins over a constant's; two different ones are an error (468)."""
    named = {
        side.typed().collation
        for side in (left, right)
        if side.typed().name in types.TEXTS and side.typed().collation != types.SERVER_COLLATION
    }
    if len(named) > 1:
        both = " and ".join(f'"{name}"' for name in sorted(named))
        raise SqlError(
            468, f"Cannot resolve the collation conflict between {both} in the equal to operation."
        )
    return named.pop() if named else types.SERVER_COLLATION


def compare(sign: str, left: Bound, right: Bound) -> str:
    first, second = comparable(left, right)
    return f"({first} {sign} {second})"


def arithmetic(sign: str, left: Bound, right: Bound) -> Bound:
    type = common(left.type, right.type)
    if type.name in types.TEXTS:
        return _joined(sign, left, right, type)
    if type.name in types.BYTES and sign == "+":
        return Bound(f"({left.sql} || {right.sql})", SqlType("varbinary", 8000))
    first, second = convert(left, type), convert(right, type)
    if type.name in {"decimal", "numeric"}:
        return _decimals(sign, left, right)
    if type.name not in {*types.INTEGERS, *types.FLOATS, "money", "smallmoney"}:
        raise unknown(f"{type} {sign} {type}")
    if sign == "/" and type.name in types.INTEGERS:
        return Bound(f"({first} // {second})", type)
    made = {"^": f"xor({first}, {second})"}.get(sign, f"({first} {sign} {second})")
    return Bound(f"CAST({made} AS {duck_type(type)})", type)


def _joined(sign: str, left: Bound, right: Bound, type: SqlType) -> Bound:
    if sign != "+":
        raise SqlError(
            402,
            (
                f"The data types {left.typed()} and {right.typed()} are incompatible in "
                f"the {sign} operator."
            ),
        )
    lengths = [side.typed().length for side in (left, right)]
    length = types.MAX if types.MAX in lengths else min(sum(lengths), 4000)
    name = "nvarchar" if type.name in types.WIDE else "varchar"
    return Bound(f"({left.sql} || {right.sql})", SqlType(name, length))


def _decimals(sign: str, left: Bound, right: Bound) -> Bound:
    """Precision and scale as Transact-SQL's reference has them, cut to 38."""
    (p1, s1), (p2, s2) = (
        (precision_of(side.typed()), scale_of(side.typed())) for side in (left, right)
    )
    match sign:
        case "+" | "-" | "%":
            scale = max(s1, s2)
            precision = max(p1 - s1, p2 - s2) + scale + 1
        case "*":
            scale, precision = s1 + s2, p1 + p2 + 1
        case _:
            raise unknown(f"decimal {sign} decimal")
    precision = min(precision, 38)
    type = SqlType("decimal", precision=precision, scale=min(scale, precision))
    sides = [
        convert(
            side,
            SqlType(
                "decimal",
                precision=min(precision_of(side.typed()), 38),
                scale=scale_of(side.typed()),
            ),
        )
        for side in (left, right)
    ]
    return Bound(f"CAST(({sides[0]} {sign} {sides[1]}) AS {duck_type(type)})", type)
