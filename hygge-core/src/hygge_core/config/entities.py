"""From a draft in which nothing is wrong to the entity that the rest of hygge sees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import frozen

from hygge_core.config.drafts.draft import Draft
from hygge_core.config.drafts.flows import Flow
from hygge_core.config.drafts.journals import FlowJournal
from hygge_core.config.drafts.part import Part, lacking
from hygge_core.config.layers.discovered import KEYS
from hygge_core.config.project import Discovery, Entity, Section
from hygge_core.config.rules.caps import slots
from hygge_core.config.rules.refusals import refusals
from hygge_core.config.settings import (
    PARTS,
    DiscoverSettings,
    EntitySettings,
    RunSettings,
    polish_settings,
    seconds,
)
from hygge_core.config.structuring.settings_of import settings_of
from hygge_core.config.tree.nodes import plain
from hygge_core.errors import Mistake
from hygge_core.records import Opened, RunType
from hygge_core.secrets import scrub
from hygge_core.task import Retry

_RUN_TYPES: tuple[RunType, ...] = ("full_drop", "incremental")


@frozen(kw_only=True)
class Common:
    """What all entities of a project have in common."""

    project: str
    root: Path
    run: RunSettings
    retry: Retry
    connections: Mapping[str, Part]


def entity_of(draft: Draft, flow: Flow, common: Common) -> Entity:
    """The entity, its variables set or not."""
    settings, journal = draft.settings, flow.journal
    home, store = _opened(draft.home, common), _opened(draft.store, common)
    timeout = settings.timeout or common.run.timeout
    return Entity(
        flow=draft.flow,
        entity=draft.names.entity,
        tags=settings.tags,
        run_type=settings.run_type,
        home=home,
        store=store,
        journal=_opened(journal.part, common) if journal and journal.part else None,
        watermark=settings.watermark.setting() if settings.watermark else None,
        deletes=settings.deletes.setting() if settings.deletes else None,
        polish=draft.polish,
        drift=settings.schema,
        on_empty=settings.on_empty,
        lane=settings.lane,
        timeout_seconds=seconds(timeout),
        slots=slots(draft),
        source=_address(draft.home),
        destination=_address(draft.store),
        project=common.project,
        root=str(common.root),
        retry=common.retry,
        retention_seconds=seconds(journal.settings.retention) if journal else None,
        lacking=tuple(dict.fromkeys(_lacking(draft, journal, common))),
        refusals={
            run_type: tuple(refusals(draft, run_type, journal=journal is not None))
            for run_type in _RUN_TYPES
        },
        sections=tuple(_sections(draft, journal)),
    )


def discovery_of(flow: Flow, settings: DiscoverSettings, common: Common) -> Discovery:
    """How the entities of a flow are found."""
    own, journal = flow.own, flow.journal
    return Discovery(
        flow=own.flow,
        settings=settings,
        home=_opened(own.home, common),
        journal=_opened(journal.part, common) if journal and journal.part else None,
        tags=own.settings.tags,
        keyed=own.store is not None and _takes_keys(own.store),
    )


def _takes_keys(store: Part) -> bool:
    if store.offered is None:
        return False
    return KEYS in settings_of(store.offered.kind.config) and KEYS not in store.node.entries


def _opened(part: Part | None, common: Common) -> Opened:
    return part.opened(common.connections) if part is not None else Opened(type="", table={})


def _address(part: Part | None) -> str:
    """One line without secrets; the type where there is no address, or a variable is not set."""
    if part is None:
        return ""
    return scrub(part.ask("address", "")) or part.word


def _lacking(draft: Draft, journal: FlowJournal | None, common: Common) -> Iterator[Mistake]:
    yield from lacking(draft.node.without("journal", "discover"))
    if journal is not None:
        yield from lacking(journal.node)
    parts = (draft.home, draft.store, journal.part if journal else None)
    for name in dict.fromkeys(name for part in parts if part for name in part.connections):
        if name in common.connections:
            yield from lacking(common.connections[name].node)


def _sections(draft: Draft, journal: FlowJournal | None) -> Iterator[Section]:
    same = draft.names.entity == draft.flow
    path = ("flows", draft.flow) if same else ("flows", draft.flow, "entities", draft.names.entity)
    own = draft.node.without(*PARTS, "discover")
    yield Section(path=path, values=plain(own), node=own, cls=EntitySettings)
    for key, part in (("home", draft.home), ("store", draft.store)):
        if part is not None:
            yield section_of((*path, key), part)
    if journal is not None and journal.part is not None:
        yield section_of((*path, "journal"), journal.part)
    polish = draft.node.table("polish")
    if polish is not None:
        yield Section(
            path=(*path, "polish"), values=draft.polish, node=polish, cls=polish_settings()
        )


def section_of(path: tuple[str, ...], part: Part) -> Section:
    """A table with a type, for showing."""
    return Section(
        path=path,
        values={"type": part.word, **plain(part.node), **part.values},
        node=part.node,
        cls=part.offered.kind.config if part.offered else None,
    )
