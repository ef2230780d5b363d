"""The reading half of a journal, for the journals of anybody: what they answer, changing nothing.

A journal derives from one of two classes and writes what is its own:

* ``Recalls`` asks for records: a journal that keeps such picks them with the methods of ``Sought``;
* ``RecallsRows`` asks a database for rows of the tables of :mod:`hygge_core.journal_rows`, each
  time by one ``Select``, of which the journal makes a statement of its dialect.

``forgettable`` picks what ``prune`` may take out of records.
"""

from __future__ import annotations

from hygge_core.recalling.forgetting import Forgettable, forgettable
from hygge_core.recalling.recalls import Recalls
from hygge_core.recalling.rows import RecallsRows, Select
from hygge_core.recalling.sought import ALL, ENDING, UNFINISHED, Sought

__all__ = [
    "ALL",
    "ENDING",
    "UNFINISHED",
    "Forgettable",
    "Recalls",
    "RecallsRows",
    "Select",
    "Sought",
    "forgettable",
]
