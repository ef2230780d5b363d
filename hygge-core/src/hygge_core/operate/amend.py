"""Editing a journal by hand; every edit is itself journalled, with who, when, before and after."""

from __future__ import annotations

import getpass
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from hygge_core.errors import ConfigError, JournalError
from hygge_core.jsons import to_plain
from hygge_core.records import FlowEvent, Mark, Watermark

if TYPE_CHECKING:
    from hygge_core.config import Entity
    from hygge_core.engine.world import World
    from hygge_core.protocols import Journal


def editor() -> str:
    """Who is at the keyboard: ``user@host``."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        user = "unknown"
    return f"{user}@{socket.gethostname()}"


@contextmanager
def editing(
    entities: Sequence[Entity], world: World, warn: Callable[[str], None]
) -> Iterator[tuple[Entity, Journal]]:
    """The one entity and its journal, made if need be, shut to every run for as long as it is
    edited.

    Raises ``ConfigError`` for none or several and where there is no journal, ``LeaseHeld`` while
    somebody moves the entity. ``warn`` is told of a lease that could not be given back.
    """
    from hygge_core.engine.threads.heartbeat import (
        leased,  # polars: not for whoever only looks back
    )

    if len(entities) != 1:
        names = ", ".join(entity.name for entity in entities)
        raise ConfigError(f"expected one entity, found {names}", hint="name it as flow.entity")
    entity = entities[0]
    if entity.journal is None:
        raise ConfigError(f"{entity.name} has no journal", hint="add a [journal] table")
    journal = world.journal(entity.journal)
    with leased(entity, journal, world.owner, world.cancel, warn):
        yield entity, journal


@frozen(kw_only=True)
class Edit:
    """A watermark of the entity ``name`` as it was and as it is now; ``None``: there is none."""

    name: str
    before: Watermark | None
    after: Watermark | None


def set_watermark(
    journal: Journal, entity: Entity, value: str, *, type_: str | None = None
) -> Edit:
    """Let the next incremental run of ``entity`` begin after ``value``.

    ``type_`` is a spelled type; without it the one of the current watermark. Raises ``ConfigError``
    when the entity has no watermark, when the type is not known, and for a value that is not one.
    """
    before = journal.get_watermark(entity.flow, entity.entity)
    known = before.mark.type if before and before.mark else None
    if entity.watermark is None:
        raise ConfigError(
            f"{entity.name} has no watermark to set",
            hint="set watermark = { column = ... } in the configuration first",
        )
    if not (type_ or known):
        raise ConfigError(
            f"{entity.name} has no watermark yet, so the type of {value!r} is not known",
            hint="say it, e.g. --type 'datetime[us]' or --type int64",
        )
    after = Watermark(
        kind=entity.watermark.kind,
        column=entity.watermark.column,
        primary_key=entity.watermark.primary_key,
        mark=_mark(value, type_ or known or "", known),
    )
    return _edit(journal, entity, before, after, "watermark set")


def _mark(value: str, type_: str, known: str | None) -> Mark:
    """``value`` checked against its type; a home's own word is taken as it is, if it is stored."""
    from hygge_core.types import parse  # polars: only where a watermark is really set
    from hygge_core.watermark import mark_of
    from hygge_core.watermark.marks import readable

    mark = Mark(type_, value)
    if type_ == known and not readable(mark):
        return mark
    try:
        dtype = parse(type_)
    except ValueError as exc:
        raise ConfigError(f"--type: {exc}") from exc
    try:
        return mark_of(value, dtype)
    except ValueError as exc:
        raise ConfigError(f"{value!r} is not of the type {type_}: {exc}") from exc


def reset_watermark(journal: Journal, entity: Entity) -> Edit:
    """Forget how far ``entity`` got: its next run must be a full one."""
    before = journal.get_watermark(entity.flow, entity.entity)
    return _edit(journal, entity, before, None, "watermark reset")


def prune(journal: Journal, keep: timedelta, *, project: str) -> int:
    """Forget finished runs and events older than ``keep``; returns how many rows went."""
    gone = journal.prune(keep)
    journal.record_event(
        _journalled(project, None, "prune", keep_seconds=keep.total_seconds(), forgotten=gone)
    )
    return gone


def _edit(
    journal: Journal, entity: Entity, before: Watermark | None, after: Watermark | None, what: str
) -> Edit:
    """Raise ``JournalError`` while a run that is left open may still set the watermark that it
    found at its start."""
    for run in journal.open_runs(entity.flow, entity.entity):
        if run.state != "committed":  # that one has set its watermark, and only tidies up
            raise JournalError(
                f"run {run.ref.run_id} of {entity.name} is not finished, and would find another "
                "watermark than it began with",
                hint="hygge recover",
            )
    event = _journalled(
        entity.flow, entity.entity, what, before=to_plain(before), after=to_plain(after)
    )
    event = evolve(event, watermark=after)
    journal.update_watermark(entity.flow, entity.entity, after, event=event)
    return Edit(name=entity.name, before=before, after=after)


def _journalled(flow: str, entity: str | None, what: str, **told: Any) -> FlowEvent:
    return FlowEvent(
        event_type="edit",
        flow_name=flow,
        entity=entity,
        metadata={"what": what, "who": editor(), **told},
    )
