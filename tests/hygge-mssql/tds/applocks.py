"""sp_getapplock and sp_releaseapplock: named locks of a session or of its transaction."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from attrs import define

from .database import wait

if TYPE_CHECKING:
    from .session import Session

GRANTED, GRANTED_AFTER_WAIT, TIMED_OUT, CANCELLED, DEADLOCK, WRONG = 0, 1, -1, -2, -3, -999

# Which modes get along (sp_getapplock: "lock compatibility").
_TOGETHER = {
    "SHARED": {"SHARED", "INTENTSHARED", "UPDATE"},
    "UPDATE": {"SHARED", "INTENTSHARED"},
    "INTENTSHARED": {"SHARED", "INTENTSHARED", "UPDATE", "INTENTEXCLUSIVE"},
    "INTENTEXCLUSIVE": {"INTENTSHARED", "INTENTEXCLUSIVE"},
    "EXCLUSIVE": set(),
}
MODES = frozenset(_TOGETHER)


@define(eq=False)
class _Held:
    session: Session
    mode: str
    of_transaction: bool
    times: int = 1


class AppLocks:
    """All application locks of a server; a resource is (database, name)."""

    def __init__(self) -> None:
        self._turn = threading.Condition()
        self._held: dict[tuple[str, str], list[_Held]] = {}

    def get(
        self, session: Session, name: str, mode: str, *, of_transaction: bool, milliseconds: int
    ) -> int:
        resource = (session.database.name, name)

        def against() -> set[object]:
            return {
                held.session
                for held in self._held.get(resource, [])
                if held.session is not session and held.mode not in _TOGETHER[mode]
            }

        with self._turn:
            at_once = not against()
        if not wait(self._turn, session, lambda: not against(), against, milliseconds):
            self._turn.release()
            return TIMED_OUT
        self._keep(resource, session, mode, of_transaction)
        self._turn.release()
        return GRANTED if at_once else GRANTED_AFTER_WAIT

    def _keep(
        self, resource: tuple[str, str], session: Session, mode: str, of_transaction: bool
    ) -> None:
        held = self._held.setdefault(resource, [])
        for one in held:
            if (one.session, one.mode, one.of_transaction) == (session, mode, of_transaction):
                one.times += 1
                return
        held.append(_Held(session, mode, of_transaction))

    def release(self, session: Session, name: str, *, of_transaction: bool) -> bool:
        """Whether it was held (and is given back once)."""
        resource = (session.database.name, name)
        with self._turn:
            for one in self._held.get(resource, []):
                if one.session is session and one.of_transaction == of_transaction:
                    one.times -= 1
                    if not one.times:
                        self._held[resource].remove(one)
                        self._turn.notify_all()
                    return True
        return False

    def release_all(self, session: Session, *, of_session: bool) -> None:
        """What its transaction holds; at the end of the session, what the session holds too."""
        with self._turn:
            for held in self._held.values():
                held[:] = [
                    one
                    for one in held
                    if one.session is not session or not (of_session or one.of_transaction)
                ]
            self._turn.notify_all()

    def mode_of(self, session: Session, name: str) -> str:
        """What this session holds on it: "NoLock" where nothing."""
        with self._turn:
            held = [
                one
                for one in self._held.get((session.database.name, name), [])
                if one.session is session
            ]
        return held[0].mode.capitalize() if held else "NoLock"
