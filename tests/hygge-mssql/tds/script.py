"""A batch runs: statement after statement, with IF, WHILE, TRY, and what an error stops."""

from __future__ import annotations

import time
from contextlib import suppress
from functools import singledispatchmethod
from typing import Any

from attrs import evolve

from . import altering, changes, defining, inserting, procedures, running
from . import answer as say
from .answer import Answer
from .bind import queries
from .bind.expressions import Expressions
from .bind.queries import BoundQuery
from .bind.values import Bound, convert
from .bind.world import Scope, World
from .errors import SqlError, unknown
from .session import Session, Variables
from .transaction import SNAPSHOT, Transaction
from .tsql import parse, tree
from .types import Column, SqlType

# Errors of these numbers end their statement alone, where XACT_ABORT is off.
_STATEMENT_ONLY = frozenset({515, 547, 2601, 2627, 2628, 8152, 3701, 2714, 50000})


class Returned(Exception):
    """RETURN: the batch is over."""


class Script:
    """One batch, or one text executed by it. ``answer`` takes what it has to say."""

    def __init__(self, session: Session, answer: Answer) -> None:
        self.session = session
        self.answer = answer
        self._tries = 0

    def batch(self, text: str, variables: Variables | None = None) -> None:
        """Run a text from its first word. Raises nothing of T-SQL: errors are answered."""
        try:
            self.text(text, {} if variables is None else variables)
        except SqlError as error:
            self._abort(error)
        if self.session.transaction is not None and self.session.transaction.doomed:
            self.session.undo()

    def text(self, text: str, variables: Variables) -> None:
        with self.session.variables(variables), suppress(Returned):
            self.block(parse(text))

    def _abort(self, error: SqlError) -> None:
        self.answer.error(error)
        transaction = self.session.transaction
        if transaction is not None and (transaction.doomed or self.session.on("XACT_ABORT")):
            self.session.undo()

    def block(self, block: tree.Block) -> None:
        for statement in block.statements:
            self.statement(statement)

    def statement(self, statement: tree.Statement) -> None:
        """Raises ``SqlError`` where the batch must end."""
        self.session.notice()
        try:
            self._run(statement)
        except SqlError as error:
            if self._survives(error):
                self.answer.error(error)
                return
            raise

    def _survives(self, error: SqlError) -> bool:
        transaction = self.session.transaction
        doomed = transaction is not None and transaction.doomed
        if self._tries or doomed or self.session.on("XACT_ABORT"):
            return False
        return error.number in _STATEMENT_ONLY

    @singledispatchmethod
    def _run(self, statement: tree.Statement) -> None:
        raise unknown(f"how to run {type(statement).__name__}")

    # ---------------------------------------------------------------------------- control

    @_run.register
    def _(self, statement: tree.Block) -> None:
        self.block(statement)

    @_run.register
    def _(self, statement: tree.If) -> None:
        if self.test(statement.test):
            self.statement(statement.then)
        elif statement.otherwise is not None:
            self.statement(statement.otherwise)

    @_run.register
    def _(self, statement: tree.While) -> None:
        while self.test(statement.test):
            self.statement(statement.body)

    @_run.register
    def _(self, statement: tree.TryCatch) -> None:
        self._tries += 1
        try:
            self.block(statement.body)
        except SqlError as error:
            self._tries -= 1
            self._catch(statement, error)
            return
        self._tries -= 1

    def _catch(self, statement: tree.TryCatch, error: SqlError) -> None:
        transaction = self.session.transaction
        if transaction is not None and self.session.on("XACT_ABORT"):
            transaction.doomed = True
        before, self.session.caught = self.session.caught, error
        self.session.last_error = error.number
        try:
            self.block(statement.catch)
        finally:
            self.session.caught = before

    @_run.register
    def _(self, statement: tree.Throw) -> None:
        if not statement.arguments:
            if self.session.caught is None:
                raise SqlError(
                    10704,
                    "To rethrow an error, a THROW statement must be used inside a CATCH block.",
                )
            raise self.session.caught
        number, text, state = (self.value(argument) for argument in statement.arguments)
        raise SqlError(int(number), str(text), state=int(state))

    @_run.register
    def _(self, statement: tree.RaiseError) -> None:
        text, severity, state, *more = (self.value(argument) for argument in statement.arguments)
        if more:
            raise unknown("RAISERROR with arguments to its text")
        if severity <= 10:
            self.answer.told(str(text), 50000, int(severity))
            return
        raise SqlError(50000, str(text), severity=int(severity), state=int(state))

    @_run.register
    def _(self, statement: tree.Print) -> None:
        self.answer.told(str(self.value(statement.value)))

    @_run.register
    def _(self, statement: tree.Return) -> None:
        raise Returned

    @_run.register
    def _(self, statement: tree.WaitFor) -> None:
        hours, minutes, seconds = statement.delay.split(":")
        until = time.monotonic() + int(hours) * 3600 + int(minutes) * 60 + float(seconds)
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 0.02))
            self.session.notice()

    # -------------------------------------------------------------------------- variables

    @_run.register
    def _(self, statement: tree.Declare) -> None:
        value = None if statement.value is None else self.value(statement.value, statement.type)
        self.session.declare(statement.name, statement.type, value)

    @_run.register
    def _(self, statement: tree.Assign) -> None:
        type, _ = self.session.variable(statement.name)
        self.session.assign(statement.name, self.value(statement.value, type))

    def value(self, expression: tree.Expression, type: SqlType | None = None) -> Any:
        """What an expression is now, as ``type`` where one is given."""

        def bound(binder: Expressions) -> str:
            found = binder.value(expression)
            return convert(found, type) if type else found.sql

        return self._evaluated(bound)

    def test(self, expression: tree.Expression) -> bool:
        return bool(self._evaluated(lambda binder: binder.test(expression)))

    def _evaluated(self, bound: Any) -> Any:
        with self.session.working() as transaction:
            binder = self._binder(transaction)
            sql = bound(binder)
            if self._looked(binder.world, transaction):
                sql = bound(self._binder(transaction))
            return transaction.run(f"SELECT {sql}")[0][0]

    def _looked(self, world: World, transaction: Transaction) -> bool:
        """See the tables that the statement reads, where it reads any; whether there is another
        catalogue than the one that it was bound to."""
        if not world.touched:
            return False
        transaction.look()
        return transaction.catalogue is not world.catalogue

    def _binder(self, transaction: Transaction) -> Expressions:
        return Expressions(self.session.world(transaction), Scope())

    # ---------------------------------------------------------------------------- queries

    @_run.register
    def _(self, statement: tree.Ask) -> None:
        into = statement.query.into if isinstance(statement.query, tree.Select) else ()
        with self.session.working() as transaction:
            if into:
                transaction.write()
            query = self._bound(statement.query, transaction)
            if into:
                rows = defining.select_into(
                    into, query, self.session.world(transaction), transaction
                )
                self.answer.counted(rows, say.INSERT)
            elif isinstance(statement.query, tree.Select) and statement.query.items[0].variable:
                self._assign(statement.query, query, transaction)
            else:
                self._send(query, transaction)

    def _bound(self, query: tree.Query, transaction: Transaction) -> BoundQuery:
        world = self.session.world(transaction)
        bound = queries.bind(query, world)
        if world.touched:
            self._may_look(transaction)
        if self._looked(world, transaction):
            bound = queries.bind(query, self.session.world(transaction))
        if world.locked and not transaction.writing:
            transaction.write()
            bound = queries.bind(query, self.session.world(transaction))
        return bound

    def _may_look(self, transaction: Transaction) -> None:
        if transaction.isolation == SNAPSHOT and not self.session.database.snapshot_isolation:
            raise SqlError(
                3952,
                (
                    "Snapshot isolation transaction failed accessing database "
                    f"'{self.session.database.name}' because snapshot isolation is not "
                    "allowed in this database. Use ALTER DATABASE to allow snapshot "
                    "isolation."
                ),
            )

    def _send(self, query: BoundQuery, transaction: Transaction) -> None:
        queries.sendable(query.columns)
        self.answer.columns(
            [Column(c.name, c.typed(), c.nullable, c.identity, c.computed) for c in query.columns]
        )
        types = [column.typed() for column in query.columns]
        count = 0
        if not self.session.on("FMTONLY"):
            for batch in transaction.stream(query.sql):
                self.answer.send(batch, types)
                count += batch.num_rows
                self.session.server.faults.rows(self.session, count)
        self.answer.counted(count, say.SELECT)

    def _assign(self, select: tree.Select, query: BoundQuery, transaction: Transaction) -> None:
        """SELECT @a = ..., @b = ...: the last row, if there is one."""
        if select.source is not None and running.concatenates(select.items):
            self._run_together(select, transaction)
            return
        for row in transaction.run(query.sql):
            for item, column, value in zip(select.items, query.columns, row, strict=True):
                assert item.variable is not None
                type, _ = self.session.variable(item.variable)
                kept = self._converted(
                    Bound(_constant(column, value), column.type), type, transaction
                )
                self.session.assign(item.variable, kept)

    def _run_together(self, select: tree.Select, transaction: Transaction) -> None:
        """A running concatenation: each row adds to what the rows before it made."""
        parts = running.parts(select.items[0])
        name = parts.variable
        rows = transaction.run(
            self._bound(evolve(select, items=(tree.Item(parts.each),)), transaction).sql
        )
        binder = self._binder(transaction)
        separator, first = (
            binder.world.constant(binder.value(part)) for part in (parts.separator, parts.first)
        )
        made = self.session.variable(name)[1]
        for (each,) in rows:
            made = (first if made is None else made + separator) + each
        self.session.assign(name, made)

    def _converted(self, bound: Bound, type: SqlType, transaction: Transaction) -> Any:
        return transaction.run(f"SELECT {convert(bound, type)}")[0][0]

    # ---------------------------------------------------------------------------- changes

    @_run.register
    def _(self, statement: tree.Insert) -> None:
        with self._writing() as (world, transaction):
            rows = inserting.insert(statement, world, transaction)
        self.answer.counted(rows, say.INSERT)

    @_run.register
    def _(self, statement: tree.Update) -> None:
        with self._writing() as (world, transaction):
            rows = changes.update(statement, world, transaction)
        self.answer.counted(rows, say.UPDATE)

    @_run.register
    def _(self, statement: tree.Delete) -> None:
        with self._writing() as (world, transaction):
            rows = changes.delete(statement, world, transaction)
        self.answer.counted(rows, say.DELETE)

    @_run.register
    def _(self, statement: tree.Truncate) -> None:
        with self._writing() as (world, transaction):
            changes.truncate(statement, world, transaction)

    def _writing(self) -> Writing:
        return Writing(self.session)

    @_run.register
    def _(self, statement: tree.CreateTable) -> None:
        with self._writing() as (world, transaction):
            defining.create_table(statement, world, transaction)

    @_run.register
    def _(self, statement: tree.CreateIndex) -> None:
        with self._writing() as (world, transaction):
            defining.create_index(statement, world, transaction)

    @_run.register
    def _(self, statement: tree.CreateSchema) -> None:
        with self._writing() as (_, transaction):
            defining.create_schema(statement, transaction)

    @_run.register
    def _(self, statement: tree.Drop) -> None:
        with self._writing() as (world, transaction):
            defining.drop(statement, world, transaction)

    @_run.register
    def _(self, statement: tree.AlterTable) -> None:
        with self._writing() as (world, transaction):
            altering.alter_table(statement, world, transaction)

    @_run.register
    def _(self, statement: tree.AlterDatabase) -> None:
        with self.session.working() as transaction:
            altering.alter_database(statement, self.session.world(transaction))

    # ---------------------------------------------------------------------- the session's

    @_run.register
    def _(self, statement: tree.Transaction) -> None:
        match statement.verb:
            case "BEGIN":
                self.session.begin()
            case "COMMIT":
                self.session.commit()
            case "ROLLBACK":
                self.session.rollback()

    @_run.register
    def _(self, statement: tree.SetOption) -> None:
        session = self.session
        match statement.name:
            case "ISOLATION":
                session.isolation = statement.value
            case "LOCK_TIMEOUT":
                session.lock_timeout = int(statement.value)
            case "CONTEXT_INFO":
                session.context = bytes.fromhex(statement.value[2:])[:128]
            case "IDENTITY_INSERT":
                self._identity_insert(*statement.value.rsplit(" ", 1))
            case _:
                session.options[statement.name] = statement.value

    def _identity_insert(self, name: str, value: str) -> None:
        table = self.session.database.catalogue.find(
            tuple(name.split(".")), self.session.database.name
        )
        if self.session.transaction is not None:
            table = self.session.transaction.catalogue.find(
                tuple(name.split(".")), self.session.database.name
            )
        if table is None:
            raise SqlError(
                1088,
                (
                    f'Cannot find the object "{name}" because it does not exist or you do '
                    "not have permissions."
                ),
            )
        self.session.identity_insert = table.id if value == "ON" else None

    @_run.register
    def _(self, statement: tree.Use) -> None:
        if statement.name.lower() != self.session.database.name.lower():
            raise unknown("USE of another database")

    @_run.register
    def _(self, statement: tree.Exec) -> None:
        procedures.execute(self, statement)


class Writing:
    """The transaction of a statement that changes something, and the world as it sees it."""

    def __init__(self, session: Session) -> None:
        self._working = session.working()
        self._session = session

    def __enter__(self) -> tuple[World, Transaction]:
        transaction = self._working.__enter__()
        try:
            transaction.write()
        except BaseException as error:
            self._working.__exit__(type(error), error, error.__traceback__)
            raise
        return self._session.world(transaction), transaction

    def __exit__(self, *error: Any) -> bool | None:
        return self._working.__exit__(*error)


def _constant(column: Bound, value: Any) -> str:
    from .bind.values import constant

    return constant(column.typed(), value)
