"""Statements: changes, control, transactions."""

from __future__ import annotations

from attrs import field, frozen

from ...types import SqlType
from .expressions import Expression
from .queries import Item, Query, Source, Table


class Statement:
    """Something to do."""


@frozen
class Ask(Statement):
    query: Query


@frozen
class Insert(Statement):
    target: Table
    columns: tuple[str, ...]
    source: Query | Exec | None  # None: DEFAULT VALUES
    output: tuple[Item, ...] = ()


@frozen
class Update(Statement):
    target: Table
    sets: tuple[tuple[str, Expression], ...]
    source: Source | None
    where: Expression | None
    output: tuple[Item, ...] = ()
    top: Expression | None = None


@frozen
class Delete(Statement):
    target: Table
    source: Source | None
    where: Expression | None
    output: tuple[Item, ...] = ()
    top: Expression | None = None


@frozen
class Truncate(Statement):
    table: tuple[str, ...]


@frozen
class Declare(Statement):
    name: str
    type: SqlType
    value: Expression | None


@frozen
class Assign(Statement):
    name: str
    value: Expression


@frozen
class SetOption(Statement):
    name: str
    value: str


@frozen
class If(Statement):
    test: Expression
    then: Statement
    otherwise: Statement | None


@frozen
class While(Statement):
    test: Expression
    body: Statement


@frozen
class Block(Statement):
    statements: tuple[Statement, ...]


@frozen
class TryCatch(Statement):
    body: Block
    catch: Block


@frozen
class Argument:
    name: str | None
    value: Expression
    output: bool = False


@frozen
class Exec(Statement):
    """``EXEC [@status =] procedure arguments``, or ``EXEC (text)``."""

    procedure: tuple[str, ...]
    arguments: tuple[Argument, ...]
    status: str | None = None
    text: Expression | None = None


@frozen
class Transaction(Statement):
    verb: str  # BEGIN, COMMIT, ROLLBACK, SAVE
    name: str | None = None


@frozen
class Throw(Statement):
    arguments: tuple[Expression, ...] = field(factory=tuple)


@frozen
class RaiseError(Statement):
    arguments: tuple[Expression, ...]


@frozen
class Print(Statement):
    value: Expression


@frozen
class Return(Statement):
    value: Expression | None


@frozen
class WaitFor(Statement):
    delay: str


@frozen
class Use(Statement):
    name: str
