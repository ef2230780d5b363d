"""What an expression is, now and in this session."""

from __future__ import annotations

from typing import Any

from .bind.conversions import convert
from .bind.expressions import Expressions
from .bind.world import Scope, World
from .session import Session
from .transaction import Transaction
from .tsql import tree
from .types import SqlType


class Evaluating:
    """The part of a script that asks for values."""

    session: Session

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
