"""One client's session: who it is, what it has set, its transaction, its variables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .bind.facts import now_ticks
from .bind.world import World
from .database import Database
from .errors import SqlError
from .login import Login
from .transaction import READ_COMMITTED, Transaction
from .types import SqlType

if TYPE_CHECKING:
    from .bind.values import Bound
    from .server import TdsServer

Variables = dict[str, tuple[SqlType, Any]]


class Session:
    """``notice`` is called while it waits: it raises when the client cancels or goes."""

    def __init__(self, server: TdsServer, database: Database, login: Login, spid: int) -> None:
        self.server = server
        self.login = login
        self.spid = spid
        self.notice: Callable[[], None] = lambda: None
        self.waits_for: set[Any] = set()
        self.frames: list[Variables] = [{}]
        self.now_running = ""
        self.enter(database)
        self.reset_options()

    def enter(self, database: Database) -> None:
        self.database = database
        self.cursor = database.duck.cursor()

    def reset_options(self) -> None:
        """As a session begins; sp_reset_connection leaves it so too."""
        self.options: dict[str, str] = {
            "XACT_ABORT": "OFF",
            "NOCOUNT": "OFF",
            "IMPLICIT_TRANSACTIONS": "OFF",
            **self.server.user_options,
        }
        self.isolation = READ_COMMITTED
        self.lock_timeout = -1
        self.context: bytes | None = None
        self.depth = 0
        self.transaction: Transaction | None = None
        self.row_count = 0
        self.last_error = 0
        self.caught: SqlError | None = None
        self.identity: int | None = None
        self.identity_insert: int | None = None
        self.began: Callable[[], None] = lambda: None
        self.ended: Callable[[str], None] = lambda how: None

    def on(self, option: str) -> bool:
        return self.options.get(option) == "ON"

    def now(self) -> int:
        """The server's clock, in counts of 100 ns since year 1."""
        return now_ticks() + int(self.server.clock_shift_seconds * 10_000_000)

    # --------------------------------------------------------------------------- variables

    def variable(self, name: str) -> tuple[SqlType, Any]:
        try:
            return self.frames[-1][name.lower()]
        except KeyError:
            raise SqlError(137, f'Must declare the scalar variable "{name}".') from None

    def assign(self, name: str, value: Any) -> None:
        type, _ = self.variable(name)
        self.frames[-1][name.lower()] = (type, value)

    def declare(self, name: str, type: SqlType, value: Any) -> None:
        if name.lower() in self.frames[-1]:
            raise SqlError(134, f"The variable name '{name}' has already been declared.")
        self.frames[-1][name.lower()] = (type, value)

    @contextmanager
    def variables(self, frame: Variables) -> Iterator[None]:
        """The variables of a batch or of a text that it executes."""
        self.frames.append(frame)
        try:
            yield
        finally:
            self.frames.pop()

    # ------------------------------------------------------------------------- transactions

    def begin(self) -> None:
        if self.depth == 0:
            self.transaction = Transaction(self, explicit=True)
            self.depth = 1
            self.began()
            return
        self.depth += 1

    def commit(self) -> None:
        """Raises 3902 without a transaction, 3930 where it can only be rolled back."""
        if self.depth == 0 or self.transaction is None:
            raise SqlError(
                3902, "The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION."
            )
        self.transaction.refuse_doomed()
        self.depth -= 1
        if self.depth == 0:
            self._finish(self.transaction.commit, "COMMIT")

    def rollback(self) -> None:
        if self.depth == 0 or self.transaction is None:
            raise SqlError(
                3903, "The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION."
            )
        self.undo()

    def undo(self) -> None:
        """Whatever is under way is gone; nothing under way is no error."""
        if self.transaction is not None:
            self.depth = 0
            self._finish(self.transaction.rollback, "ROLLBACK")

    def _finish(self, end: Callable[[], None], how: str) -> None:
        if how == "COMMIT":
            self.server.faults.at("commit", "before", self)
        end()
        self.transaction = None
        self.server.applocks.release_all(self, of_session=False)
        if how == "COMMIT":
            self.server.faults.at("commit", "after", self)
        self.ended(how)

    @contextmanager
    def working(self) -> Iterator[Transaction]:
        """The transaction of a statement: the client's, or one of its own that ends with it."""
        if self.transaction is None and self.on("IMPLICIT_TRANSACTIONS"):
            self.begin()
        if self.transaction is not None:
            yield self.transaction
            self.transaction.blink()
            return
        alone = Transaction(self, explicit=False)
        try:
            yield alone
        except BaseException:
            alone.rollback()
            raise
        if alone.changed:
            self.server.faults.at("commit", "before", self)
        alone.commit()
        if alone.changed:
            self.server.faults.at("commit", "after", self)

    def state_of_transaction(self) -> int:
        """XACT_STATE()."""
        if self.transaction is None:
            return 0
        return -1 if self.transaction.doomed else 1

    def close(self) -> None:
        """The client has gone: what it had under way is undone, what it held is free."""
        self.ended = lambda how: None
        self.undo()
        self.server.applocks.release_all(self, of_session=True)
        self.cursor.close()

    def reset(self) -> None:
        self.undo()
        self.server.applocks.release_all(self, of_session=True)
        began, ended, depth = self.began, self.ended, self.notice
        self.reset_options()
        self.began, self.ended, self.notice = began, ended, depth

    # ------------------------------------------------------------------------------- facts

    def world(self, transaction: Transaction) -> World:
        def evaluate(bound: Bound) -> Any:
            return transaction.run(f"SELECT {bound.sql}")[0][0]

        return World(self, transaction.known(), evaluate)

    def counts(self) -> dict[str, int]:
        """About how many rows each of DuckDB's tables has."""
        sizes = "SELECT table_name, estimated_size FROM duckdb_tables()"
        return dict(self.cursor.execute(sizes).fetchall())

    def permission(
        self, securable: str | None, kind: str | None, permission: str | None
    ) -> int | None:
        """HAS_PERMS_BY_NAME: 1, or 0 where the test has taken it away; NULL where a schema is not
        there, or its name is read as several parts."""
        denied = self.server.denied
        given = securable or ""
        bare = given[1:-1] if given.startswith("[") else given
        if kind == "SCHEMA" and (
            ("." in given and bare == given) or self.database.catalogue.schema(bare) is None
        ):
            return None
        name = (securable or "").lower().replace("[", "").replace("]", "")
        return (
            0
            if ((permission or "").upper(), name) in denied
            or ((permission or "").upper(), "*") in denied
            else 1
        )
