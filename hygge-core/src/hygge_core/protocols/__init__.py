"""What a home, a store and a journal are. Plain synchronous code; hygge brings the threads.

``Home``, ``Staging``, ``Store`` and ``Journal`` never grow: a new ability is a small protocol of
its own, found with ``isinstance``. Who calls when: a store is opened and used in its entity's
writer thread; a home is opened there too, but asked and ``read`` in other threads, by one at a
time; the journal is called in the writer thread and in a heartbeat thread (``renew`` only). Raise
the errors of :mod:`hygge_core.errors`; ``transient=True`` only where the same call may succeed in a
moment.
"""

from hygge_core.protocols.examining import Checks, Discovers
from hygge_core.protocols.files import GivenFile, GivesFiles, StagesFiles, TakesFiles
from hygge_core.protocols.homes import Bounds, Estimates, Follows, Home
from hygge_core.protocols.journals import Journal, Mirrors
from hygge_core.protocols.mirrors import FeedsMirror, Mirror, PublishesJournal
from hygge_core.protocols.stores import (
    KeepsLedger,
    KnowsContent,
    KnowsRows,
    KnowsSchema,
    LikensKeys,
    Locks,
    StagesAside,
    Staging,
    Store,
)

__all__ = [
    "Bounds",
    "Checks",
    "Discovers",
    "Estimates",
    "FeedsMirror",
    "Follows",
    "GivenFile",
    "GivesFiles",
    "Home",
    "Journal",
    "KeepsLedger",
    "KnowsContent",
    "KnowsRows",
    "KnowsSchema",
    "LikensKeys",
    "Locks",
    "Mirror",
    "Mirrors",
    "PublishesJournal",
    "StagesAside",
    "StagesFiles",
    "Staging",
    "Store",
    "TakesFiles",
]
