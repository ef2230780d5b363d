"""The tokens of one answer, in their order: results, counts, messages, and the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from . import encoding, tokens
from .errors import SqlError
from .packets import Wire
from .types import Column, SqlType

if TYPE_CHECKING:
    from .session import Session

SELECT, INSERT, DELETE, UPDATE = 0xC1, 0xC3, 0xC4, 0xC5


class Answer:
    """``called``: the answer to a call, whose statements end in DONEINPROC and which itself ends
    in DONEPROC ([MS-TDS] 2.2.7.6 to 2.2.7.8)."""

    def __init__(self, wire: Wire, session: Session, *, called: bool) -> None:
        self.wire = wire
        self.session = session
        self.called = called
        self.failed = False
        self.sent = 0

    def columns(self, columns: Sequence[Column]) -> None:
        self.wire.send(tokens.metadata(columns))

    def send(self, batch: pa.RecordBatch, types: Sequence[SqlType]) -> None:
        self.wire.send(encoding.rows(batch, types))

    def counted(self, rows: int, command: int) -> None:
        """A statement is over. With NOCOUNT only a result says so."""
        self.session.row_count = rows
        self.session.last_error = 0
        if self.session.on("NOCOUNT") and command != SELECT:
            return
        token = tokens.DONE_IN_PROC if self.called else tokens.DONE
        self.wire.send(
            tokens.done(tokens.MORE | tokens.COUNTED, rows, token=token, command=command)
        )

    def error(self, error: SqlError) -> None:
        self.failed = True
        self.session.last_error = error.number
        self.wire.send(
            tokens.message(error.number, error.state, error.severity, error.text, error.line)
        )

    def told(self, text: str, number: int = 0, severity: int = 0) -> None:
        self.wire.send(tokens.message(number, 1, severity, text))

    def returned(self, status: int) -> None:
        self.wire.send(tokens.return_status(status))

    def output(self, ordinal: int, name: str, type: SqlType, value: object) -> None:
        self.wire.send(
            tokens.return_value(ordinal, Column(name, type), encoding.value(type, value))
        )

    def end(self, *, more: bool = False) -> None:
        """``more``: the answer to another call of the same request follows."""
        status = tokens.FAILED if self.failed else 0
        status |= tokens.MORE if more else 0
        status |= tokens.IN_TRANSACTION if self.session.depth else 0
        token = tokens.DONE_PROC if self.called else tokens.DONE
        self.wire.send(tokens.done(status, token=token))
        if not more:
            self.wire.end()
