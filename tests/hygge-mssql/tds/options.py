"""SET: what a session may choose for itself."""

from __future__ import annotations

from .errors import SqlError
from .session import Session
from .tsql import tree


def set_option(session: Session, statement: tree.SetOption) -> None:
    """SET: an option of the session."""
    match statement.name:
        case "ISOLATION":
            session.isolation = statement.value
        case "LOCK_TIMEOUT":
            session.lock_timeout = int(statement.value)
        case "CONTEXT_INFO":
            session.context = bytes.fromhex(statement.value[2:])[:128]
        case "IDENTITY_INSERT":
            _identity_insert(session, *statement.value.rsplit(" ", 1))
        case _:
            session.options[statement.name] = statement.value


def _identity_insert(session: Session, name: str, value: str) -> None:
    table = session.database.catalogue.find(tuple(name.split(".")), session.database.name)
    if session.transaction is not None:
        table = session.transaction.catalogue.find(tuple(name.split(".")), session.database.name)
    if table is None:
        raise SqlError(
            1088,
            (
                f'Cannot find the object "{name}" because it does not exist or you do '
                "not have permissions."
            ),
        )
    session.identity_insert = table.id if value == "ON" else None
