"""T8: the mirrored journal. A copy for readers; its failure is a warning and stays to be done."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from hygge_core.engine.ledger import JournalLedger
from hygge_core.errors import HyggeError
from hygge_core.protocols import Mirrors, PublishesJournal

if TYPE_CHECKING:
    from hygge_core.engine.trip import Trip

_one_at_a_time = threading.Lock()


def publish(trip: Trip) -> bool:
    """Publish what is not published yet; false when that failed and has to be tried again.

    Commits that arrive meanwhile stay unpublished: the version that was sent is what counts.
    """
    store, ledger = trip.store, trip.ledger
    if not (isinstance(store, PublishesJournal) and isinstance(ledger, JournalLedger)):
        return True
    journal = ledger.journal
    if not isinstance(journal, Mirrors):
        return True
    with _one_at_a_time:
        committed, published = journal.counters()
        if committed <= published:
            return True
        try:
            store.publish_journal(journal)
            journal.published(committed)
        except HyggeError as exc:
            trip.voice.warn(f"the mirrored journal could not be published yet: {exc}")
            return False
    return True
