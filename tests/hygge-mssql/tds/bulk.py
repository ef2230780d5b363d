"""Bulk load: INSERT BULK, then rows as a server would send them ([MS-TDS] 2.2.6.1).

Rows are stored as they arrive, in a transaction of the load's own; the end of the message commits
it. A load within the client's transaction is part of that.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import TYPE_CHECKING

import pyarrow as pa
from attrs import frozen

from . import decoding, framing, storing, tokens
from .bind.conversions import convert
from .bind.expressions import Expressions
from .bind.values import Bound
from .bind.world import Scope, World
from .catalogue import Table, TableColumn
from .errors import SqlError, no_object, unknown
from .packets import Packet
from .transaction import Transaction
from .tsql.words import Words

if TYPE_CHECKING:
    from .session import Session

_ROWS_A_CHUNK = 50_000
_ENOUGH_BYTES = 1 << 21
_OPTIONS = frozenset(
    [
        "KEEP_NULLS",
        "CHECK_CONSTRAINTS",
        "FIRE_TRIGGERS",
        "TABLOCK",
        "KILOBYTES_PER_BATCH",
        "ROWS_PER_BATCH",
        "ORDER",
    ]
)


@frozen
class Plan:
    """``INSERT BULK table (columns) WITH (options)``."""

    table: tuple[str, ...]
    columns: tuple[str, ...]
    options: frozenset[str]

    @property
    def keeps_nulls(self) -> bool:
        return "KEEP_NULLS" in self.options


def announced(sql: str) -> Plan | None:
    """The plan, where the batch is an INSERT BULK."""
    if not sql.lstrip()[:12].upper().startswith("INSERT BULK"):
        return None
    words = Words(sql)
    words.need("INSERT", "BULK")
    table = words.names()
    words.need("(")
    columns = []
    while True:
        columns.append(words.name())
        words.type()
        if words.skip("COLLATE"):
            words.name()
        if not words.skip(","):
            break
    words.need(")")
    return Plan(table, tuple(columns), _options(words))


def _options(words: Words) -> frozenset[str]:
    found = set()
    if words.skip("WITH"):
        words.need("(")
        while not words.skip(")"):
            token = words.take()
            if token.upper not in _OPTIONS:
                raise unknown(f"the option {token.text} of INSERT BULK")
            found.add(token.upper)
            if words.skip("="):
                words.take()
            words.skip(",")
    return frozenset(found)


class Load:
    """The rows of one message, on their way into a table."""

    def __init__(self, plan: Plan, session: Session, transaction: Transaction) -> None:
        self.plan = plan
        self.session = session
        self.transaction = transaction
        if transaction.explicit:
            transaction.write()
        transaction.look()
        table = transaction.catalogue.find(plan.table, session.database.name)
        if table is None:
            raise no_object(".".join(plan.table))
        self.table: Table = table
        self.world: World = session.world(transaction)
        self.rows = 0

    def take(self, packets: Iterable[Packet]) -> int:
        """All rows of the message; how many."""
        buffer, waiting, size = b"", [], 0
        split: _Rows | None = None
        for packet in packets:
            waiting.append(packet.payload)
            size += len(packet.payload)
            if size < _ENOUGH_BYTES and not packet.last:
                continue
            buffer = b"".join([buffer, *waiting])
            waiting.clear()
            size = 0
            at = 0
            if split is None:
                split, at = _Rows.of(buffer)
            buffer = buffer[split.read(buffer, at, last=packet.last) :]
            if split.count >= _ROWS_A_CHUNK or packet.last:
                self._store(split)
        if buffer and buffer[0] != tokens.DONE:
            raise unknown("the end of this bulk load")
        if self.rows:
            storing.check_keys(self.table, self.transaction)
        return self.rows

    def _store(self, split: _Rows) -> None:
        count, names, columns = split.taken()
        if not count:
            return
        incoming = pa.table(dict(enumerate_names(columns)))
        given: dict[int, Bound] = {}
        for at, name in enumerate(names):
            column = self.table.column(name)
            if column is None:
                raise SqlError(207, f"Invalid column name '{name}'.")
            given[column.id] = Bound(f"k{at}", split.types[at])
        chosen = ", ".join(self._value(column, given, count) for column in self.table.columns)
        sql = f"INSERT INTO {self.table.physical} SELECT {chosen} FROM incoming AS q"
        if self.table.tracked:
            raise unknown("a bulk load into a table with change tracking")
        self.rows += self.transaction.put(sql, incoming)

    def _value(self, column: TableColumn, given: dict[int, Bound], count: int) -> str:
        bound = given.get(column.id)
        if column.type.name == "rowversion":
            return storing.rowversions(count, self.transaction)
        if column.identity and (bound is None or "KEEP_IDENTITY" not in self.plan.options):
            return storing.identities(column, self.table, count, self.transaction)
        default = Expressions(self.world, Scope()).value(storing.default_of(column))
        if bound is None:
            return storing.stored(default, column, self.table)
        if column.default is not None and not self.plan.keeps_nulls:
            bound = Bound(
                f"coalesce({convert(bound, column.type)}, {convert(default, column.type)})",
                column.type,
            )
        return storing.stored(bound, column, self.table)


def enumerate_names(columns: list[pa.Array]) -> list[tuple[str, pa.Array]]:
    return [(f"k{at}", column) for at, column in enumerate(columns)]


class _Rows:
    """The COLMETADATA of a load, and its rows taken apart."""

    def __init__(self, names: list[str], types: list, framings: list[framing.Framing]) -> None:
        self.names = names
        self.types = types
        self._raw: list[list[framing.Raw]] = [[] for _ in names]
        self._split = framing.splitter(framings, self._raw)
        self.count = 0

    @classmethod
    def of(cls, buffer: bytes) -> tuple[_Rows, int]:
        if buffer[0] != tokens.METADATA:
            raise unknown(f"a bulk load that begins with 0x{buffer[0]:02X}")
        (count,) = struct.unpack_from("<H", buffer, 1)
        at = 3
        names, types, framings = [], [], []
        for _ in range(count):
            type, framed, at = framing.type_info(buffer, at + 6)  # user type, flags
            length = buffer[at]
            names.append(buffer[at + 1 : at + 1 + 2 * length].decode("utf-16-le"))
            at += 1 + 2 * length
            types.append(type)
            framings.append(framed)
        return cls(names, types, framings), at

    def read(self, buffer: bytes, at: int, *, last: bool) -> int:
        """Take whole rows; where the first one that is not whole begins."""
        split, end = self._split, len(buffer)
        while at < end and buffer[at] == tokens.ROW:
            try:
                after = split(buffer, at + 1)
            except IndexError:
                after = end + 1
            if after > end:
                self._cut()
                if last:
                    raise unknown("a bulk load whose last row is not whole")
                return at
            at = after
            self.count += 1
        if at < end and buffer[at] not in {tokens.ROW, tokens.DONE}:
            raise unknown(f"the token 0x{buffer[at]:02X} in a bulk load")
        return at

    def _cut(self) -> None:
        """Forget what was taken of a row that is not whole."""
        for column in self._raw:
            del column[self.count :]

    def taken(self) -> tuple[int, list[str], list[pa.Array]]:
        columns = [
            decoding.column(raw, type) for raw, type in zip(self._raw, self.types, strict=True)
        ]
        count, self.count = self.count, 0
        for raw in self._raw:
            raw.clear()
        return count, self.names, columns
