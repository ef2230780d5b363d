"""A batch runs: statement after statement, with IF, WHILE, TRY, and what an error stops."""

from __future__ import annotations

import time
from contextlib import suppress
from functools import singledispatchmethod

from . import altering, options, procedures, writing
from .answer import Answer
from .asking import Asking
from .errors import SqlError, unknown
from .session import Session, Variables
from .tsql import parse, tree

# Errors of these numbers end their statement alone, where XACT_ABORT is off.
_STATEMENT_ONLY = frozenset({515, 547, 2601, 2627, 2628, 8152, 3701, 2714, 50000})


class Returned(Exception):
    """RETURN: the batch is over."""


class Script(Asking):
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

    # ------------------------------------------------------------------- queries and changes

    @_run.register
    def _(self, statement: tree.Ask) -> None:
        self.ask(statement)

    def _write(self, statement: tree.Statement) -> None:
        writing.write(statement, self.session, self.answer)

    for _change in writing.CHANGES:
        _run.register(_change, _write)

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
        options.set_option(self.session, statement)

    @_run.register
    def _(self, statement: tree.Use) -> None:
        if statement.name.lower() != self.session.database.name.lower():
            raise unknown("USE of another database")

    @_run.register
    def _(self, statement: tree.Exec) -> None:
        procedures.execute(self, statement)
