"""The verbs that look back, over the rows of a database: a journal writes one statement."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from hygge_core.journal_rows import EVENT_COLUMNS, event_of, run_of
from hygge_core.jsons import from_json
from hygge_core.recalling.recalls import Recalls
from hygge_core.recalling.sought import Sought, Verb
from hygge_core.records import FlowEvent, RunRecord, Watermark

#: What is asked about → the column of that table.
_EVENTS = {"flow": "flow_name", "entity": "entity", "kind": "event_type"}
_RUNS = {"flow": "flow", "entity": "entity", "kind": "state"}
_WATERMARKS = {"flow": "flow_name", "entity": "entity"}


@frozen(kw_only=True)
class Select:
    """One question to the tables of a journal, in words that every SQL knows. For SQLite::

        f"SELECT {columns} FROM {table}{where} ORDER BY {order} LIMIT ?"  # (*values, limit)

    * ``verb`` is who asks, for a dialect that wants a hint to take an index.
    * ``where`` is empty or begins with " WHERE "; it has a ``?`` for each of ``values``, all texts.
      Types and states stand in it as literals in the order of ``ENDING`` and ``UNFINISHED``, so
      that an index on them alone can be used.
    * ``order`` names columns: ``seq`` of events and runs is their age.
    """

    verb: Verb
    table: str
    columns: str
    where: str
    values: tuple[str, ...]
    order: str
    limit: int


class RecallsRows(Recalls):
    """``Recalls`` of a database that has ``flow_events``, ``runs`` and ``flow_watermarks``."""

    @abstractmethod
    def select(self, select: Select) -> Iterable[Sequence[Any]]:
        """The rows, in one consistent view. Raises ``JournalError``."""

    def seek_events(self, sought: Sought) -> Sequence[FlowEvent]:
        asked = _select(sought, "flow_events", EVENT_COLUMNS, _EVENTS, "seq DESC")
        return [event_of(tuple(row)) for row in self.select(asked)]

    def seek_runs(self, sought: Sought) -> Sequence[RunRecord]:
        order = "seq" if sought.oldest_first else "seq DESC"
        asked = _select(sought, "runs", "record", _RUNS, order)
        return [run_of(record) for (record,) in self.select(asked)]

    def seek_watermarks(self, sought: Sought) -> Sequence[tuple[str, str, Watermark]]:
        columns = "flow_name, entity, watermark"
        asked = _select(sought, "flow_watermarks", columns, _WATERMARKS, "flow_name, entity")
        return [
            (flow, entity, from_json(text, Watermark)) for flow, entity, text in self.select(asked)
        ]


def _select(
    sought: Sought, table: str, columns: str, named: Mapping[str, str], order: str
) -> Select:
    conditions = list(_conditions(sought, named))
    return Select(
        verb=sought.verb,
        table=table,
        columns=columns,
        where=" WHERE " + " AND ".join(text for text, _ in conditions) if conditions else "",
        values=tuple(value for _, values in conditions for value in values),
        order=order,
        limit=sought.limit,
    )


def _conditions(sought: Sought, named: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What is asked about, each as SQL with the values of its ``?``."""
    for about, column in named.items():
        value = getattr(sought, about)
        if value is not None:
            yield f"{column} = ?", (value,)
    if sought.among:
        words = ", ".join(f"'{word}'" for word in sought.among)
        yield f"{named['kind']} IN ({words})", ()
    if sought.run_id is not None:
        yield "(run_id = ? OR coordinator_run_id = ?)", (sought.run_id, sought.run_id)
