"""Statements that change something: each in a transaction that may write."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from . import altering, changes, defining, inserting
from . import answer as say
from .answer import Answer
from .bind.world import World
from .errors import unknown
from .session import Session
from .transaction import Transaction
from .tsql import tree

#: What the answer calls a statement whose rows it counts.
_COUNTED = {tree.Insert: say.INSERT, tree.Update: say.UPDATE, tree.Delete: say.DELETE}
CHANGES = (
    *_COUNTED,
    tree.Truncate,
    tree.CreateTable,
    tree.CreateIndex,
    tree.CreateSchema,
    tree.Drop,
    tree.AlterTable,
)


def write(statement: tree.Statement, session: Session, answer: Answer) -> None:
    """Change what ``statement`` says, and count its rows where it has any."""
    with Writing(session) as (world, transaction):
        rows = _changed(statement, world, transaction)
    counted = _COUNTED.get(type(statement))
    if counted is not None:
        answer.counted(rows, counted)


@singledispatch
def _changed(statement: tree.Statement, world: World, transaction: Transaction) -> Any:
    raise unknown(f"how to run {type(statement).__name__}")


_changed.register(tree.Insert, inserting.insert)
_changed.register(tree.Update, changes.update)
_changed.register(tree.Delete, changes.delete)
_changed.register(tree.Truncate, changes.truncate)
_changed.register(tree.CreateTable, defining.create_table)
_changed.register(tree.CreateIndex, defining.create_index)
_changed.register(tree.Drop, defining.drop)
_changed.register(tree.AlterTable, altering.alter_table)


@_changed.register
def _(statement: tree.CreateSchema, world: World, transaction: Transaction) -> None:
    defining.create_schema(statement, transaction)


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
