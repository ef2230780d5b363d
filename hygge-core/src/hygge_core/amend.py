"""Editing a journal by hand; every edit is itself journalled, with who, when, before and after."""

from __future__ import annotations

import getpass
import socket
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from attrs import evolve

from hygge_core.errors import ConfigError
from hygge_core.jsons import to_plain
from hygge_core.records import FlowEvent, Mark, Watermark

if TYPE_CHECKING:
    from hygge_core.config import Entity
    from hygge_core.protocols import Journal


def editor() -> str:
    """Who is at the keyboard: ``user@host``."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        user = "unknown"
    return f"{user}@{socket.gethostname()}"


def set_watermark(
    journal: Journal, entity: Entity, value: str, *, type_: str | None = None
) -> Watermark:
    """Let the next incremental run of ``entity`` begin after ``value``; returns what is stored now.

    ``type_`` is a spelled type; without it the one of the current watermark. Raises ``ConfigError``
    when the entity has no watermark, or when the type is not known and not given.
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
        column=entity.watermark.column,
        primary_key=entity.watermark.primary_key,
        mark=Mark(type_ or known or "", value),
    )
    _edit(journal, entity, before, after, "watermark set")
    return after


def reset_watermark(journal: Journal, entity: Entity) -> Watermark | None:
    """Forget how far ``entity`` got; returns what was stored."""
    before = journal.get_watermark(entity.flow, entity.entity)
    _edit(journal, entity, before, None, "watermark reset")
    return before


def prune(journal: Journal, keep: timedelta, *, project: str) -> int:
    """Forget finished runs and events older than ``keep``; returns how many rows went."""
    gone = journal.prune(keep)
    journal.record_event(
        _journalled(project, None, "prune", keep_seconds=keep.total_seconds(), forgotten=gone)
    )
    return gone


def _edit(
    journal: Journal, entity: Entity, before: Watermark | None, after: Watermark | None, what: str
) -> None:
    event = _journalled(
        entity.flow, entity.entity, what, before=to_plain(before), after=to_plain(after)
    )
    journal.update_watermark(
        entity.flow, entity.entity, after, event=evolve(event, watermark=after)
    )


def _journalled(flow: str, entity: str | None, what: str, **told: Any) -> FlowEvent:
    return FlowEvent(
        event_type="edit",
        flow_name=flow,
        entity=entity,
        metadata={"what": what, "who": editor(), **told},
    )
