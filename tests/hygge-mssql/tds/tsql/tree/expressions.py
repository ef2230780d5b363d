"""Expressions: whatever has a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from ...types import SqlType

if TYPE_CHECKING:
    from .queries import Query


class Expression:
    """Anything that has a value."""


@frozen
class Literal(Expression):
    type: SqlType | None  # None: NULL
    value: Any


@frozen
class Name(Expression):
    """A column, with its table or schema before it."""

    parts: tuple[str, ...]


@frozen
class Star(Expression):
    """``*``, or ``t.*``."""

    parts: tuple[str, ...] = ()


@frozen
class Variable(Expression):
    """``@x`` or ``@@X``, with its signs."""

    name: str


@frozen
class Unary(Expression):
    sign: str
    operand: Expression


@frozen
class Binary(Expression):
    """Arithmetic and comparison."""

    sign: str
    left: Expression
    right: Expression


@frozen
class Logic(Expression):
    """AND, OR; NOT has one part."""

    word: str
    parts: tuple[Expression, ...]


@frozen
class IsNull(Expression):
    operand: Expression
    negated: bool


@frozen
class InList(Expression):
    operand: Expression
    items: tuple[Expression, ...]
    negated: bool


@frozen
class InQuery(Expression):
    operand: Expression
    query: Query
    negated: bool


@frozen
class Between(Expression):
    operand: Expression
    low: Expression
    high: Expression
    negated: bool


@frozen
class Like(Expression):
    operand: Expression
    pattern: Expression
    escape: Expression | None
    negated: bool


@frozen
class Exists(Expression):
    query: Query


@frozen
class Scalar(Expression):
    """A query in brackets, as a value."""

    query: Query


@frozen
class Case(Expression):
    operand: Expression | None
    whens: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression | None


@frozen
class Cast(Expression):
    """CAST, CONVERT and their TRY_ forms."""

    operand: Expression
    type: SqlType
    style: Expression | None = None
    forgiving: bool = False


@frozen
class Order:
    by: Expression
    descending: bool = False


@frozen
class Over:
    partition: tuple[Expression, ...]
    order: tuple[Order, ...]


@frozen
class Call(Expression):
    name: str  # in capitals
    arguments: tuple[Expression, ...]
    distinct: bool = False
    over: Over | None = None


@frozen
class Method(Expression):
    """``[g].ToString()``: of hierarchyid, geography, geometry."""

    operand: Expression
    name: str


@frozen
class Collate(Expression):
    operand: Expression
    collation: str
