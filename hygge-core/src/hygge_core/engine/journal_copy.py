"""T8: the mirrored journal. A copy for readers; its failure is a warning and stays to be done."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from hygge_core.engine.failing import ENDS
from hygge_core.engine.ledger import JournalLedger
from hygge_core.failures import said
from hygge_core.jsons import to_json
from hygge_core.protocols import Mirrors, PublishesJournal

if TYPE_CHECKING:
    from hygge_core.engine.trip import Trip
    from hygge_core.engine.world import World
    from hygge_core.protocols import Journal

_one_at_a_time = threading.Lock()


def publish(trip: Trip) -> bool:
    """Publish what is not published yet; false when that failed and has to be tried again."""
    ledger = trip.ledger
    if not isinstance(ledger, JournalLedger):
        return True
    try:
        _publish(trip.store, ledger.journal)
    except ENDS as exc:  # the rows are there and recorded: no copy's failure is theirs
        trip.voice.warn(f"the mirrored journal could not be published yet: {said(exc)}")
        trip.world.owing[to_json(trip.task.journal)] = trip.task
        return False
    trip.world.owing.pop(to_json(trip.task.journal), None)
    return True


def catch_up(world: World) -> None:
    """At the end of a run, once more what could not be published; the next start tries again."""
    for key, task in list(world.owing.items()):
        assert task.journal is not None  # it owes because it has one
        try:
            with world.store_of(task) as store:
                _publish(store, world.journal(task.journal))
        except ENDS:  # it was said when it failed first
            continue
        del world.owing[key]


def _publish(store: object, journal: Journal) -> None:
    """Commits that arrive meanwhile stay unpublished: the version that was sent is what counts."""
    if not (isinstance(store, PublishesJournal) and isinstance(journal, Mirrors)):
        return
    with _one_at_a_time:
        committed, published = journal.counters()
        if committed > published:
            store.publish_journal(journal)
            journal.published(committed)
