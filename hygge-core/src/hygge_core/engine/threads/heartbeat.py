"""The lease of an entity: renewed for as long as it is moved, and given back when it is over."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hygge_core.engine.failing import ENDS
from hygge_core.engine.given import given
from hygge_core.engine.threads import crew
from hygge_core.errors import JournalError
from hygge_core.failures import said
from hygge_core.records import Lease, now

if TYPE_CHECKING:
    from hygge_core.config import Entity
    from hygge_core.protocols import Journal
    from hygge_core.records import Owner
    from hygge_core.scene import Cancel
    from hygge_core.task import Task

_LEAST_SECONDS = 0.05
#: An owner that was paused beyond its lease has so long to find out whether anybody was faster.
_LOOK_SECONDS = 1.0


@contextmanager
def leased(
    whose: Task | Entity,
    journal: Journal,
    owner: Owner,
    cancel: Cancel,
    warn: Callable[[str], None],
) -> Iterator[Lease]:
    """Hold the entity's lease for the length of the block; ``cancel`` is asked when it is lost.

    Raises ``LeaseHeld`` when somebody else has it. One that cannot be given back is told and is no
    failure: it ends by itself.
    """
    assert whose.journal is not None  # it is the one that was opened
    opened = whose.journal
    lease = given(journal.acquire(whose.flow, whose.entity, owner), Lease, opened, "acquire")
    over = threading.Event()

    def renewed(lease: Lease) -> Lease:
        return given(journal.renew(lease), Lease, opened, "renew")

    still = crew.sent(lambda: _beat(renewed, lease, cancel, over), f"lease {whose.name}")
    try:
        yield lease
    finally:
        over.set()
        still.wait()
        try:
            journal.release(lease)
        except ENDS as exc:
            warn(f"the lease could not be given back, it ends by itself: {said(exc)}")


def _beat(
    renewed: Callable[[Lease], Lease], lease: Lease, cancel: Cancel, over: threading.Event
) -> None:
    """Renew ``lease`` at each third of what is left of its life, until it is over or lost.

    So a renewal that failed for a moment is tried again, each time sooner, for as long as nobody
    else can have the lease. From its end on somebody can, whether a renewal was answered or not.
    """
    while not over.wait(max(_LEAST_SECONDS, _left(lease) / 3)):
        end = threading.Timer(max(_LOOK_SECONDS, _left(lease)), _lost, (cancel, "it has ended"))
        end.daemon = True
        end.start()
        try:
            lease = renewed(lease)
        except ENDS as exc:
            passing = isinstance(exc, JournalError) and exc.transient
            if not passing or _left(lease) <= 0:
                _lost(cancel, said(exc))
                return
        finally:
            end.cancel()


def _lost(cancel: Cancel, why: str) -> None:
    cancel.request(f"the lease was lost: {why}")


def _left(lease: Lease) -> float:
    """The seconds until anybody may take it over."""
    return (lease.expires - now()).total_seconds()
