"""SELECT as a statement: rows that are sent, or a table or variables made of them."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from . import answer as say
from . import blocking, defining, running
from .answer import Answer
from .bind import queries
from .bind.binding import BoundQuery
from .bind.conversions import convert
from .bind.values import Bound, constant
from .errors import SqlError
from .evaluating import Evaluating
from .transaction import SNAPSHOT, Transaction
from .tsql import tree
from .types import Column, SqlType


class Asking(Evaluating):
    """The part of a script that runs queries."""

    answer: Answer

    def ask(self, statement: tree.Ask) -> None:
        """SELECT: rows to send, a table to make of them, or variables to set."""
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
            blocking.wait(query, world, transaction)
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
                    Bound(constant(column.typed(), value), column.type), type, transaction
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
