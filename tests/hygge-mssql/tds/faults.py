"""What goes wrong on purpose: planned by a test, from any thread, while the server runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from attrs import define, field, validators
from mishaps import Mishap, Mishaps

from .errors import SqlError, deadlock, lock_timeout
from .transport import Gone

if TYPE_CHECKING:
    from .session import Session

POINTS = ("connect", "login", "statement", "commit", "rows", "bulk", "write")


@define(eq=False, kw_only=True)
class Fault(Mishap):
    """Where, when, and what.

    Where: ``point``, one of

    * ``connect``: a client connects (only ``drop`` and ``delay_seconds``);
    * ``login``: it says who it is;
    * ``statement``: a batch or a call, whose text contains ``sql`` (any case);
    * ``commit``: a transaction that changed something commits, in a statement of ``sql``;
    * ``rows``: ``after`` rows of a result have been sent;
    * ``bulk``: ``after`` packets of a bulk load have been read;
    * ``write``: each write of the answer (for slow reads).

    When: "before" or "after" it for statement and commit; of those that match, as many as ``nth``
    and ``times`` say.

    What: ``error`` (1205, 1222, 18456, ... or a ``SqlError``), ``drop`` (the connection is cut),
    ``delay_seconds`` and ``hold``, as every mishap.
    """

    point: str = field(validator=validators.in_(POINTS))
    moment: str = field(default="before", validator=validators.in_(("before", "after")))
    sql: str = ""
    after: int = 0
    error: int | SqlError | None = None
    state: int = 1
    drop: bool = False


_ERRORS: dict[int, tuple[int, int, str]] = {
    # number: severity, state, text
    18456: (14, 1, "Login failed for user '{user}'."),
    4060: (11, 1, 'Cannot open database "{database}" requested by the login. The login failed.'),
    229: (
        14,
        5,
        "The SELECT permission was denied on the object, database '{database}', schema 'dbo'.",
    ),
    40613: (
        17,
        1,
        (
            "Database '{database}' on server is not currently available. Please retry "
            "the connection later."
        ),
    ),
    40501: (20, 1, "The service is currently busy. Retry the request after 10 seconds."),
    9002: (
        17,
        4,
        "The transaction log for database '{database}' is full due to 'ACTIVE_TRANSACTION'.",
    ),
    701: (
        17,
        123,
        "There is insufficient system memory in resource pool 'default' to run this query.",
    ),
    824: (24, 2, "SQL Server detected a logical consistency-based I/O error."),
}


class Faults(Mishaps[Fault]):
    """The plan in force. Whatever a session does meets every fault that describes it."""

    def add(self, point: str, /, **fields: Any) -> Fault:
        return self.plan(Fault(point=point, **fields))

    def at(self, point: str, moment: str, session: Session | None, sql: str | None = None) -> None:
        """Raises ``Gone`` or ``SqlError`` where the plan says so."""
        text = sql if sql is not None else (session.now_running if session else "")
        self._strike(
            lambda f: f.point == point and f.moment == moment and f.sql.lower() in text.lower(),
            session,
        )

    def rows(self, session: Session, sent: int) -> None:
        text = session.now_running.lower()
        self._strike(
            lambda f: f.point == "rows" and f.sql.lower() in text and sent >= f.after > 0, session
        )

    def bulk(self, session: Session, packets: int) -> None:
        text = session.now_running.lower()
        self._strike(
            lambda f: f.point == "bulk" and f.sql.lower() in text and packets == f.after, session
        )

    def _strike(self, describes: Callable[[Fault], bool], session: Session | None) -> None:
        for fault in self.struck_by(describes):
            _suffer(fault, session)


def _suffer(fault: Fault, session: Session | None) -> None:
    if fault.delay_seconds:
        time.sleep(fault.delay_seconds)
    if fault.hold:
        fault.reached.set()
        while not fault.released.wait(0.02):
            if session is not None:
                session.notice()
    fault.reached.set()
    if fault.error is not None:
        raise _made(fault, session)
    if fault.drop:
        raise Gone


def _made(fault: Fault, session: Session | None) -> SqlError:
    assert fault.error is not None
    if isinstance(fault.error, SqlError):
        return fault.error
    number = int(fault.error)
    if number == 1205:
        if session is not None and session.transaction is not None:
            session.transaction.doomed = True
        return deadlock(session.spid if session else 0)
    if number == 1222:
        return lock_timeout()
    severity, state, text = _ERRORS.get(
        number, (16, 1, f"An error of number {number}, as planned.")
    )
    user = session.login.user if session else "?"
    database = session.database.name if session else "?"
    words = text.format(user=user, database=database)
    return SqlError(
        number, words, severity=severity, state=fault.state if fault.state != 1 else state
    )
