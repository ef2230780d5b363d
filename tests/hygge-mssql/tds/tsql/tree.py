"""What a batch says, as records: expressions, queries, statements."""

from __future__ import annotations

from typing import Any

from attrs import field, frozen

from ..types import SqlType

# ---------------------------------------------------------------------------- expressions


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


# -------------------------------------------------------------------------------- queries


class Source:
    """What stands after FROM."""


@frozen
class Table(Source):
    parts: tuple[str, ...]
    alias: str | None = None
    hints: tuple[str, ...] = ()


@frozen
class Derived(Source):
    query: Query
    alias: str
    columns: tuple[str, ...] = ()


@frozen
class TableCall(Source):
    """A function that gives rows."""

    parts: tuple[str, ...]
    arguments: tuple[Expression, ...]
    alias: str


@frozen
class Changes(Source):
    """CHANGETABLE(CHANGES table, since)."""

    table: tuple[str, ...]
    since: Expression
    alias: str


@frozen
class Join(Source):
    kind: str  # INNER, LEFT, RIGHT, FULL, CROSS
    left: Source
    right: Source
    on: Expression | None


@frozen
class Item:
    """One thing that a SELECT gives; ``variable`` for ``SELECT @x = ...``."""

    value: Expression
    alias: str | None = None
    variable: str | None = None


class Query:
    """Anything that gives rows."""


@frozen
class Select(Query):
    items: tuple[Item, ...]
    source: Source | None = None
    where: Expression | None = None
    group: tuple[Expression, ...] = ()
    having: Expression | None = None
    order: tuple[Order, ...] = ()
    top: Expression | None = None
    distinct: bool = False
    offset: Expression | None = None
    fetch: Expression | None = None
    into: tuple[str, ...] = ()


@frozen
class Values(Query):
    rows: tuple[tuple[Expression, ...], ...]


@frozen
class Combined(Query):
    word: str  # UNION, UNION ALL, EXCEPT, INTERSECT
    left: Query
    right: Query
    order: tuple[Order, ...] = ()


@frozen
class With(Query):
    parts: tuple[tuple[str, tuple[str, ...], Query], ...]
    body: Any  # a Query, or a Delete, Update, Insert


# ----------------------------------------------------------------------------- statements


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
class ColumnPlan:
    name: str
    type: SqlType
    nullable: bool | None = None
    identity: tuple[int, int] | None = None
    default: Expression | None = None
    default_text: str = ""
    key: str | None = None  # PRIMARY KEY or UNIQUE
    constraint: str | None = None


@frozen
class KeyPlan:
    """A primary key, a unique constraint or an index."""

    name: str | None
    kind: str  # PRIMARY KEY, UNIQUE, INDEX, UNIQUE INDEX, COLUMNSTORE
    columns: tuple[tuple[str, bool], ...]  # name, descending
    clustered: bool | None = None
    included: tuple[str, ...] = ()


@frozen
class CreateTable(Statement):
    table: tuple[str, ...]
    columns: tuple[ColumnPlan, ...]
    keys: tuple[KeyPlan, ...]


@frozen
class CreateIndex(Statement):
    table: tuple[str, ...]
    key: KeyPlan


@frozen
class CreateSchema(Statement):
    name: str


@frozen
class Drop(Statement):
    what: str  # TABLE, SCHEMA, INDEX, CONSTRAINT
    name: tuple[str, ...]
    if_exists: bool = False
    on: tuple[str, ...] = ()


@frozen
class AlterTable(Statement):
    """``action``: ADD, ALTER COLUMN, DROP COLUMN, ADD CONSTRAINT, DROP CONSTRAINT, SWITCH, ..."""

    table: tuple[str, ...]
    action: str
    columns: tuple[ColumnPlan, ...] = ()
    keys: tuple[KeyPlan, ...] = ()
    names: tuple[str, ...] = ()


@frozen
class AlterDatabase(Statement):
    name: str | None
    option: str
    value: str


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
