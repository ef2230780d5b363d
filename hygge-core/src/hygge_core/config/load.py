"""``load``: the whole way from the files of a project to a :class:`Project`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from hygge_core.config.drafts.draft import Draft
from hygge_core.config.drafts.flows import Flow, resolve
from hygge_core.config.drafts.part import lacking
from hygge_core.config.drafts.reading import Reading
from hygge_core.config.drafts.survey import SECTIONS, survey
from hygge_core.config.entities import Ground, discovery_of, entity_of, section_of
from hygge_core.config.layers.discovered import Found
from hygge_core.config.layers.overlays import Overlays, overlays
from hygge_core.config.layers.stack import Stack
from hygge_core.config.project import Discovery, Project, Section
from hygge_core.config.rules import names, refusals, requires
from hygge_core.config.rules.overlaps import overlaps
from hygge_core.config.saying.mistakes import Mistakes
from hygge_core.config.settings import (
    JournalSettings,
    ProjectSettings,
    RetrySettings,
    RunSettings,
)
from hygge_core.config.tree.nodes import locate, plain
from hygge_core.config.tree.sources import Sources, find, read

if TYPE_CHECKING:
    from hygge_core.plugins import Plugins

T = TypeVar("T")


def load(
    *,
    start: Path,
    file: Path | None = None,
    env: str | None = None,
    sets: Sequence[str] = (),
    plugins: Plugins,
    environ: Mapping[str, str] = os.environ,
    found: Mapping[str, Sequence[Found]] = MappingProxyType({}),
) -> Project:
    """Read the project at or above ``start``, or that of ``file``.

    ``env`` names the ``[env.NAME]`` that lies over the files, ``sets`` are ``a.b.c=VALUE`` and lie
    over both. ``found`` are the tables that the flows with ``discover`` have, by flow; without them
    such a flow has only the entities that somebody wrote. Raises ``ConfigError`` with every mistake
    at once, and ``PluginError`` when what ``[project] requires`` is not met. A variable that is not
    set is no mistake yet where it concerns some entities only: see ``Project.require``.
    """
    sources = read(file or find(start), environ)
    mistakes = Mistakes()
    whole = overlays(sources, env, sets, environ, mistakes, found=found)
    stack = whole.chosen
    reading = Reading(plugins, sources.root, stack.connections, mistakes)
    ground = _ground(reading, stack, sources)
    _check_names(whole, mistakes)
    survey(reading, whole)
    flows = [resolve(reading, stack, flow) for flow in whole.files.flows]
    caps = _hold_together(reading, flows, ground)
    mistakes.stop()
    return Project(
        name=ground.project,
        root=sources.root,
        file=sources.file,
        env=env,
        run=ground.run,
        retry=ground.retry,
        connections={name: part.opened({}) for name, part in ground.connections.items()},
        caps=caps,
        entities=tuple(entity_of(draft, flow, ground) for flow in flows for draft in flow.entities),
        discoveries=tuple(_discoveries(flows, ground)),
        sections=tuple(_sections(stack, ground)),
    )


def _ground(reading: Reading, stack: Stack, sources: Sources) -> Ground:
    """What all entities share. Raises ``PluginError`` when ``requires`` is not met."""
    project = _settings(reading, stack, "project", ProjectSettings)
    _check_requires(reading, stack, project)
    for key in ("project", "run", "retry", "journal"):
        if (node := stack.section(key)) is not None:
            reading.mistakes.extend(lacking(node))
    tables = {name: stack.connection(name) for name in stack.connections}
    return Ground(
        project=project.name or sources.root.name or "hygge",
        root=sources.root,
        run=_settings(reading, stack, "run", RunSettings),
        retry=_settings(reading, stack, "retry", RetrySettings).retry(),
        connections={
            name: reading.part("connection", node) for name, node in tables.items() if node
        },
    )


def _settings(reading: Reading, stack: Stack, key: str, cls: type[T]) -> T:
    """The section ``key``; with its defaults where it is absent, or wrong."""
    node = stack.section(key)
    return cls() if node is None else reading.settings(cls, node)


def _check_requires(reading: Reading, stack: Stack, project: ProjectSettings) -> None:
    node = stack.section("project")
    good = []
    for index, line in enumerate(project.requires):
        problem = requires.malformed(line)
        if problem is None:
            good.append(line)
        elif node is not None:
            reading.mistakes.add(locate(node, ("requires", index)).mistake(problem))
    requires.check(good)


def _check_names(whole: Overlays, mistakes: Mistakes) -> None:
    names.check(whole.files.flows, mistakes)
    for entities in whole.files.entities.values():
        names.check(entities, mistakes)


def _hold_together(reading: Reading, flows: Sequence[Flow], ground: Ground) -> dict[str, int]:
    """See that parts and entities go together; returns the caps of the connections."""
    mistakes = reading.mistakes
    drafts = [draft for flow in flows for draft in flow.entities]
    for flow in flows:
        mistakes.extend(refusals.discovery(flow.own))
        for draft in flow.entities:
            run_type = draft.settings.run_type
            mistakes.extend(refusals.refusals(draft, run_type, journal=flow.journal is not None))
    overlaps(drafts, ground.connections, mistakes)
    refusals.copies(_journalled(flows), mistakes)
    _check_twins(drafts, mistakes)
    return refusals.caps(drafts, ground.connections, mistakes)


def _journalled(flows: Sequence[Flow]) -> Iterator[tuple[str, Draft]]:
    """Each draft whose flow has a journal, with what tells that journal from others."""
    for flow in flows:
        part = flow.journal.part if flow.journal else None
        if part is not None:
            journal = json.dumps({"type": part.word, **part.recorded}, sort_keys=True)
            yield from ((journal, draft) for draft in flow.entities or (flow.own,))


def _check_twins(drafts: Sequence[Draft], mistakes: Mistakes) -> None:
    """``a.b`` may be a flow, or the entity ``b`` of the flow ``a``, but not both."""
    seen: dict[str, Draft] = {}
    for draft in drafts:
        other = seen.setdefault(draft.name.casefold(), draft)
        if other is not draft and other.flow != draft.flow:
            problem = f"expected names that differ, found another entity called {other.name!r}"
            mistakes.add(draft.origin.mistake(problem))


def _discoveries(flows: Sequence[Flow], ground: Ground) -> Iterator[Discovery]:
    for flow in flows:
        settings = flow.own.settings.discover
        if settings is not None:
            yield discovery_of(flow, settings, ground)


def _sections(stack: Stack, ground: Ground) -> Iterator[Section]:
    for key, cls in {**SECTIONS, "journal": JournalSettings}.items():
        node = stack.section(key)
        if node is not None:
            yield Section(path=(key,), values=plain(node), node=node, cls=cls)
    for name, part in ground.connections.items():
        yield section_of(("connections", name), part)
