"""Expressions of T-SQL in DuckDB's words, each with its SQL Server type."""

from __future__ import annotations

from functools import singledispatchmethod
from typing import TYPE_CHECKING

from attrs import evolve

from .. import types
from ..errors import SqlError, unknown
from ..tsql import tree
from ..types import SqlType, collation_bytes
from . import functions
from .values import Bound, common, convert, precision_of, scale_of, sort_key
from .world import Scope, World, fixed

if TYPE_CHECKING:
    from .queries import BoundQuery

BIT = SqlType("bit")
INT = SqlType("int")


class Expressions:
    """One scope's expressions. ``value`` gives values, ``test`` conditions: no values in T-SQL."""

    def __init__(self, world: World, scope: Scope) -> None:
        self.world = world
        self.scope = scope
        self.groups: dict[tree.Expression, Bound] = {}

    def query(self, query: tree.Query) -> BoundQuery:
        """A query inside this one, which sees the columns of both."""
        from .queries import bind

        return bind(query, self.world, self.scope)

    def value(self, expression: tree.Expression) -> Bound:
        if expression in self.groups:
            grouped = self.groups[expression]
            same = sort_key(grouped) == grouped.sql
            return grouped if same else evolve(grouped, sql=f"any_value({grouped.sql})")
        return self._value(expression)

    @singledispatchmethod
    def _value(self, expression: tree.Expression) -> Bound:
        raise SqlError(
            4145,
            f"An expression of non-boolean type was expected here ({type(expression).__name__}).",
        )

    @_value.register
    def _(self, expression: tree.Literal) -> Bound:
        if expression.type is None:
            return Bound("NULL", None, known=(None,))
        return fixed(expression.type, expression.value)

    @_value.register
    def _(self, expression: tree.Name) -> Bound:
        return self.scope.column(expression.parts)

    @_value.register
    def _(self, expression: tree.Variable) -> Bound:
        if expression.name.startswith("@@"):
            return functions.global_variable(self.world, expression.name)
        return self.world.variable(expression.name)

    @_value.register
    def _(self, expression: tree.Unary) -> Bound:
        operand = self.value(expression.operand)
        if expression.sign == "~":
            return Bound(f"(~{operand.sql})", operand.type)
        return Bound(f"({expression.sign}{operand.sql})", operand.typed())

    @_value.register
    def _(self, expression: tree.Binary) -> Bound:
        left, right = self.value(expression.left), self.value(expression.right)
        if expression.sign not in _ARITHMETIC:
            raise unknown(f"a comparison with {expression.sign} as a value")
        return arithmetic(expression.sign, left, right)

    @_value.register
    def _(self, expression: tree.Case) -> Bound:
        operand = expression.operand
        tests = [
            self.test(when if operand is None else tree.Binary("=", operand, when))
            for when, _ in expression.whens
        ]
        values = [self.value(then) for _, then in expression.whens]
        otherwise = (
            self.value(expression.otherwise) if expression.otherwise else Bound("NULL", None)
        )
        type = common(*(bound.type for bound in [*values, otherwise]))
        arms = " ".join(
            f"WHEN {test} THEN {convert(value, type)}"
            for test, value in zip(tests, values, strict=True)
        )
        nullable = any(bound.nullable for bound in [*values, otherwise])
        return Bound(f"CASE {arms} ELSE {convert(otherwise, type)} END", type, nullable)

    @_value.register
    def _(self, expression: tree.Cast) -> Bound:
        operand = self.value(expression.operand)
        style = None
        if expression.style is not None:
            style = self.world.constant(self.value(expression.style))
        sql = convert(operand, expression.type, style)
        if expression.forgiving:
            sql = f"TRY({sql})"
        kept = (
            operand.typed().collation
            if operand.typed().name in types.TEXTS
            else types.SERVER_COLLATION
        )
        type = expression.type
        if type.name in types.TEXTS:
            type = evolve(type, collation=kept)
        return Bound(sql, type, operand.nullable or expression.forgiving)

    @_value.register
    def _(self, expression: tree.Collate) -> Bound:
        operand = self.value(expression.operand)
        collation_bytes(expression.collation)
        return evolve(operand, type=evolve(operand.typed(), collation=expression.collation))

    @_value.register
    def _(self, expression: tree.Method) -> Bound:
        operand = self.value(expression.operand)
        if operand.typed().name not in types.CLR or expression.name not in {"ToString", "STAsText"}:
            raise unknown(f"the method {expression.name} of {operand.typed()}")
        return Bound(operand.sql, SqlType("nvarchar", types.MAX), operand.nullable)

    @_value.register
    def _(self, expression: tree.Scalar) -> Bound:
        query = self.query(expression.query)
        if len(query.columns) != 1:
            raise SqlError(
                116,
                (
                    "Only one expression can be specified in the select list when the "
                    "subquery is not introduced with EXISTS."
                ),
            )
        return Bound(f"({query.sql})", query.columns[0].type)

    @_value.register
    def _(self, expression: tree.Call) -> Bound:
        return functions.call(self, expression)

    # ------------------------------------------------------------------------ conditions

    def test(self, expression: tree.Expression) -> str:
        return self._test(expression)

    @singledispatchmethod
    def _test(self, expression: tree.Expression) -> str:
        raise SqlError(
            4145,
            (
                "An expression of non-boolean type specified in a context where a "
                "condition is expected."
            ),
        )

    @_test.register
    def _(self, expression: tree.Logic) -> str:
        if expression.word == "NOT":
            return f"(NOT {self.test(expression.parts[0])})"
        return "(" + f" {expression.word} ".join(map(self.test, expression.parts)) + ")"

    @_test.register
    def _(self, expression: tree.Binary) -> str:
        if expression.sign in _ARITHMETIC:
            raise SqlError(
                4145,
                (
                    "An expression of non-boolean type specified in a context where a "
                    "condition is expected."
                ),
            )
        left, right = self.value(expression.left), self.value(expression.right)
        return compare(expression.sign, left, right)

    @_test.register
    def _(self, expression: tree.IsNull) -> str:
        word = "IS NOT NULL" if expression.negated else "IS NULL"
        return f"({self.value(expression.operand).sql} {word})"

    @_test.register
    def _(self, expression: tree.InList) -> str:
        operand = self.value(expression.operand)
        tests = [compare("=", operand, self.value(item)) for item in expression.items]
        return f"({'NOT ' * expression.negated}({' OR '.join(tests)}))"

    @_test.register
    def _(self, expression: tree.InQuery) -> str:
        operand, query = self.value(expression.operand), self.query(expression.query)
        alias = self.world.alias()
        column = evolve(query.columns[0], sql=f"{alias}.{query.columns[0].sql}")
        left, right = comparable(operand, column)
        word = "NOT IN" if expression.negated else "IN"
        return f"({left} {word} (SELECT {right} FROM ({query.sql}) AS {alias}))"

    @_test.register
    def _(self, expression: tree.Between) -> str:
        operand = self.value(expression.operand)
        low = compare(">=", operand, self.value(expression.low))
        high = compare("<=", operand, self.value(expression.high))
        return f"({'NOT ' * expression.negated}({low} AND {high}))"

    @_test.register
    def _(self, expression: tree.Like) -> str:
        return functions.like(self, expression)

    @_test.register
    def _(self, expression: tree.Exists) -> str:
        return f"EXISTS ({self.query(expression.query).sql})"


_ARITHMETIC = frozenset("+-*/%&|^")


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
    return Bound(f"CAST({made} AS {_duck(type)})", type)


def _duck(type: SqlType) -> str:
    from ..arrays import duck_type

    return duck_type(type)


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
    return Bound(f"CAST(({sides[0]} {sign} {sides[1]}) AS {_duck(type)})", type)
