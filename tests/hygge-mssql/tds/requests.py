"""What a client asks for: batches, calls, transactions, bulk loads."""

from __future__ import annotations

import struct
import traceback
from functools import partial

from . import bulk, calls, packets
from .answer import INSERT, Answer
from .entering import Entering
from .errors import SqlError, unknown
from .log import Entry
from .packets import Cancelled, Packet
from .prepared import Prepared
from .script import Script
from .session import Session
from .transport import Gone

_TRANSACTIONS = {5: "BEGIN", 7: "COMMIT", 8: "ROLLBACK"}
_BEGIN_AGAIN = 0x01


class Requests(Entering):
    """The part of a connection that answers one request."""

    _plan: bulk.Plan | None
    _prepared: Prepared

    def _serve(self, first: Packet, session: Session) -> None:
        match first.kind:
            case packets.BATCH:
                self._batch(self.wire.message(first), session)
            case packets.RPC:
                self._calls(self.wire.message(first), session)
            case packets.TRANSACTION:
                self._transaction(self.wire.message(first), session)
            case packets.BULK:
                self._bulk(first, session)
            case _:
                raise Gone

    def _batch(self, message: bytes, session: Session) -> None:
        sql = message[calls.headers_end(message) :].decode("utf-16-le")
        answer = Answer(self.wire, session, called=False)
        entry = self.server.log.add(Entry(self.spid, "batch", sql, program=session.login.program))
        session.now_running = sql
        if self._planned(sql, answer):
            entry.kind = "bulk"
        else:
            self._guarded(session, answer, sql, lambda: Script(session, answer).batch(sql))
        entry.error = session.last_error or None
        answer.end()

    def _guarded(self, session: Session, answer: Answer, sql: str, run) -> None:  # type: ignore[no-untyped-def]
        """Run it, with the faults that the plan has for it."""
        session.last_error = 0
        try:
            self.server.faults.at("statement", "before", session, sql)
            run()
            self.server.faults.at("statement", "after", session, sql)
        except (Gone, Cancelled):
            raise
        except Exception as failure:  # noqa: BLE001  # the client must hear of a defect of the double
            error = failure if isinstance(failure, SqlError) else _defect(failure)
            answer.error(error)
            if session.transaction is not None and (
                session.on("XACT_ABORT") or session.transaction.doomed
            ):
                session.undo()

    def _planned(self, sql: str, answer: Answer) -> bool:
        """Whether this batch announces a bulk load, which the next message brings."""
        try:
            self._plan = bulk.announced(sql)
        except SqlError as error:
            answer.error(error)
            return True
        return self._plan is not None

    def _calls(self, message: bytes, session: Session) -> None:
        found = calls.read(message)
        for at, call in enumerate(found, 1):
            answer = Answer(self.wire, session, called=True)
            sql, values = self._prepared.told(call)
            entry = Entry(self.spid, "call", sql, values, session.login.program)
            self.server.log.add(entry)
            session.now_running = sql
            run = partial(self._prepared.run, call, session, answer)
            self._guarded(session, answer, sql, run)
            entry.error = session.last_error or None
            answer.end(more=at < len(found))

    def _transaction(self, message: bytes, session: Session) -> None:
        """Transaction Manager requests (2.2.6.9)."""
        at = calls.headers_end(message)
        (kind,) = struct.unpack_from("<H", message, at)
        answer = Answer(self.wire, session, called=False)
        word = _TRANSACTIONS.get(kind, str(kind))
        self.server.log.add(Entry(self.spid, "transaction", word))
        session.now_running = f"transaction request {kind}"
        try:
            match word:
                case "BEGIN":
                    session.begin()
                case "COMMIT":
                    session.commit()
                case "ROLLBACK":
                    session.rollback()
                case _:
                    raise unknown(f"the transaction request {kind}")
            if word != "BEGIN" and _begins_again(message, at + 2):
                session.begin()
        except SqlError as error:
            answer.error(error)
        answer.end()

    def _bulk(self, first: Packet, session: Session) -> None:
        answer = Answer(self.wire, session, called=False)
        plan, self._plan = self._plan, None
        if plan is None:
            raise Gone
        entry = self.server.log.add(
            Entry(self.spid, "rows", session.now_running, program=session.login.program)
        )
        count = 0

        def counted():  # type: ignore[no-untyped-def]
            nonlocal count
            for packet in self.wire.rest(first):
                count += 1
                self.server.faults.bulk(session, count)
                if packet.status & packets.IGNORE:
                    raise Cancelled
                yield packet

        stream = counted()
        try:
            with session.working() as transaction:
                load = bulk.Load(plan, session, transaction)
                entry.rows = load.take(stream)
            answer.counted(entry.rows, INSERT)
        except SqlError as error:
            for _ in stream:
                pass  # the message must be read to its end before it can be answered
            answer.error(error)
            entry.error = error.number
        answer.end()


def _defect(failure: Exception) -> SqlError:
    where = traceback.extract_tb(failure.__traceback__)[-1]
    said = f"{type(failure).__name__}: {failure}"
    return SqlError(40002, f"The double failed at {where.filename}:{where.lineno}: {said}"[:2000])


def _begins_again(message: bytes, at: int) -> bool:
    """COMMIT and ROLLBACK may begin the next transaction (fBeginXact)."""
    length = message[at]
    flags = message[at + 1 + length] if at + 1 + length < len(message) else 0
    return bool(flags & _BEGIN_AGAIN)
