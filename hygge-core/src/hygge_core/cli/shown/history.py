"""``hygge journal`` on the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from hygge_core.cli import streams, wording
from hygge_core.cli.listing import flat, give_records, when
from hygge_core.jsons import to_plain
from hygge_core.operate.journal_summary import by_flow
from hygge_core.operate.planning import spelled
from hygge_core.records import name_of

if TYPE_CHECKING:
    from hygge_core.cli.invocation import Invocation
    from hygge_core.operate.amend import Edit
    from hygge_core.operate.history import History, Remembered
    from hygge_core.operate.journal_summary import JournalSummary
    from hygge_core.records import FlowEvent, Manifest, RunRecord

_NOTHING = "the journal remembers nothing yet: hygge run"


def give_runs(said: Invocation, runs: Sequence[RunRecord]) -> None:
    """One line for each entity's run."""
    give_records(said, runs, _run_cells, none=_NOTHING)


def give_events(said: Invocation, events: Sequence[FlowEvent]) -> None:
    """One line for each event."""
    give_records(said, events, _event_cells, none=_NOTHING)


def give_watermarks(said: Invocation, watermarks: Sequence[Remembered]) -> None:
    """One line for each entity that has a watermark."""
    give_records(said, watermarks, _watermark_cells, none="no watermark is stored")


def give_run(said: Invocation, history: History, run_id: str) -> None:
    """The runs and the events of ``run_id``. Raises ``ConfigError`` when nobody remembers it."""
    runs, events = history.of_run(run_id)
    flows = by_flow(events)
    if said.json:
        plain = {"runs": to_plain(runs), "events": to_plain(events), "flows": to_plain(flows)}
        streams.give_json(plain)
        return
    for run in runs:
        facts = [f"  {word:<11} {text}" for word, text in _facts(run).items() if text]
        streams.give("\n".join([f"{name_of(run.ref.flow, run.ref.entity)}: {run.state}", *facts]))
    give_events(said, events[::-1])
    if len(runs) > 1:
        streams.give("\n".join(f"{flow}: {_summed(known)}" for flow, known in flows.items()))


def tell_edit(edit: Edit) -> None:
    """What a watermark was, and what it is now."""
    before, after = spelled(edit.before) or "none", spelled(edit.after) or "none"
    streams.say(f"{edit.name}: the watermark was {before}, and is {after} now")


def tell_pruned(gone: Mapping[str, int]) -> None:
    """How much each journal forgot."""
    for address, rows in gone.items():
        streams.say(f"{address}: forgot {wording.rows(rows)}")


def _summed(known: JournalSummary) -> str:
    ends = {"complete": known.complete, "skipped": known.skip, "failed": known.fail}
    counts = ", ".join(f"{count:,} {word}" for word, count in ends.items() if count)
    return f"{counts or 'nothing ended'}; {wording.rows(known.rows)} moved"


def _run_cells(run: RunRecord) -> dict[str, str]:
    return {
        "started": when(run.started),
        "entity": name_of(run.ref.flow, run.ref.entity),
        "state": run.state,
        "mode": run.run_type,
        "rows": f"{run.manifest.rows:,}" if run.manifest else "",
        "run": run.ref.run_id,
        "note": flat(run.note),
    }


def _facts(run: RunRecord) -> dict[str, str]:
    return {
        "run": run.ref.run_id,
        "part of": run.coordinator_run_id,
        "started": when(run.started),
        "updated": when(run.updated),
        "destination": run.destination,
        "store": f"{run.store.type} ({run.store.plugin})" if run.store.plugin else run.store.type,
        "rows": _moved(run.manifest) if run.manifest else "",
        "after": spelled(run.watermark_before),
        "up to": spelled(run.manifest.watermark) if run.manifest else "",
        "note": run.note,
    }


def _moved(manifest: Manifest) -> str:
    return f"{manifest.rows:,} in {wording.count(len(manifest.parts), 'part')}"


def _event_cells(event: FlowEvent) -> dict[str, str]:
    return {
        "when": when(event.timestamp),
        "entity": name_of(event.flow_name, event.entity),
        "event": event.event_type,
        "rows": "" if event.row_count is None else f"{event.row_count:,}",
        "took": "" if event.duration is None else wording.span(event.duration),
        "run": event.run_id or event.coordinator_run_id or "",
        "told": flat(_told(event)),
    }


def _told(event: FlowEvent) -> object:
    """What of the metadata a person wants in a line."""
    told = event.metadata
    if event.event_type == "edit":
        return f"{told.get('what')} by {told.get('who')}"
    return told.get("error") or told.get("verified") or told.get("run_type")


def _watermark_cells(remembered: Remembered) -> dict[str, str]:
    watermark = remembered.watermark
    return {
        "entity": name_of(remembered.flow, remembered.entity),
        "column": watermark.name,
        "value": watermark.mark.value if watermark.mark else "",
        "type": watermark.mark.type if watermark.mark else "",
        "nulls": f"{watermark.nulls:,}",
    }
