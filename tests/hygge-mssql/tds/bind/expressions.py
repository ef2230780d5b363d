"""Expressions of T-SQL in DuckDB's words, each with its SQL Server type."""

from __future__ import annotations

from functools import singledispatchmethod

from attrs import evolve

from .. import types
from ..errors import SqlError, unknown
from ..tsql import tree
from ..types import SqlType, collation_bytes
from . import functions
from .binding import BoundQuery, bind
from .conversions import convert
from .operators import ARITHMETIC, arithmetic, comparable, compare
from .precedence import common
from .values import Bound, sort_key
from .world import Scope, World, fixed


class Expressions:
    """One scope's expressions. ``value`` gives values, ``test`` conditions: no values in T-SQL."""

    def __init__(self, world: World, scope: Scope) -> None:
        self.world = world
        self.scope = scope
        self.groups: dict[tree.Expression, Bound] = {}

    def query(self, query: tree.Query) -> BoundQuery:
        """A query inside this one, which sees the columns of both."""
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
        if expression.sign not in ARITHMETIC:
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
        if expression.sign in ARITHMETIC:
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
