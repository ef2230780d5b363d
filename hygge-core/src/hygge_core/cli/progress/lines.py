"""One sentence for each event that a person wants to know of."""

from __future__ import annotations

from hygge_core import events
from hygge_core.cli import wording
from hygge_core.jsons import from_plain
from hygge_core.task import Result


def sentence(event: events.Event, *, steps: bool = False) -> tuple[str, str] | None:
    """(style, text) of ``event``, or ``None`` where it is no change of state.

    ``steps`` also tells of each step within an entity.
    """
    told: tuple[str, str] | None = None
    match event:
        case events.RunStarted():
            told = "bold", _started(event)
        case events.EntityStarted():
            told = "", f"{event.name}: {event.run_type}, {_way(event)}"
        case events.Recovered():
            told = "warn", f"{event.name}: {_recovered(event)}"
        case events.Retrying():
            told = "warn", f"{event.name}: {_retrying(event)}"
        case events.Warned():
            told = "warn", f"{event.name}: warning: {event.text}"
        case events.Stage() if steps or event.step == "wait":
            told = "dim", f"{event.name}: {event.step} {event.detail}".rstrip()
        case events.EntityFinished():
            told = finished(event.name, from_plain(event.result, Result))
        case events.Heartbeat():
            told = "dim", _heartbeat(event)
    return told and (told[0], told[1].replace("\n", " "))


def finished(name: str, result: Result) -> tuple[str, str]:
    """(style, text) of how an entity ended."""
    cause = result.failure.text if result.failure else ""
    took = wording.span(result.seconds)
    match result.outcome:
        case "complete":
            return "good", f"{name}: {wording.rows(result.rows_written)} in {took}"
        case "skip":
            return "good", f"{name}: nothing new, {took}"
        case "held":
            return "warn", f"{name}: held: {cause}"
        case "cancelled":
            return "warn", f"{name}: cancelled after {took}, nothing of it was published: {cause}"
    return "bad", f"{name}: {result.outcome} after {took}: {cause}"


def _way(event: events.EntityStarted) -> str:
    return f"{wording.near(event.source)} → {wording.near(event.destination)}"


def _started(event: events.RunStarted) -> str:
    entities = wording.count(len(event.entities), "entity", "entities")
    return f"{event.project}: {entities}, {event.concurrency} at a time, run {event.run_id}"


def _recovered(event: events.Recovered) -> str:
    if event.direction == "forward":
        moved = wording.rows(event.rows)
        return f"finished what run {event.recovered_run_id} had decided ({moved})"
    return f"undid what run {event.recovered_run_id} had left unfinished"


def _retrying(event: events.Retrying) -> str:
    wait = wording.span(event.wait_seconds)
    return f"attempt {event.attempt} failed, again in {wait}: {event.cause}"


def _heartbeat(event: events.Heartbeat) -> str:
    running = ", ".join(event.running[:5]) + (", …" if len(event.running) > 5 else "")
    return (
        f"still here after {wording.span(event.seconds)}: "
        f"{len(event.running)} running ({running}), {event.waiting} waiting, "
        f"{event.finished} finished, {wording.rows(event.rows)} so far"
    )
