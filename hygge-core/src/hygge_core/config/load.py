"""``load``: the whole way from the files of a project to a :class:`Project`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from hygge_core.config.drafts.desk import Desk
from hygge_core.config.drafts.flows import Flow, resolve
from hygge_core.config.drafts.part import lacking
from hygge_core.config.drafts.survey import SECTIONS, survey
from hygge_core.config.entities import Common, discovery_of, entity_of, section_of
from hygge_core.config.layers.discovered import Found
from hygge_core.config.layers.overlays import Overlays, overlays
from hygge_core.config.layers.stack import Stack
from hygge_core.config.project import Discovery, Project, Section
from hygge_core.config.rules import names, requires
from hygge_core.config.rules.together import held_together
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
    desk = Desk(plugins, sources.root, stack.connections, mistakes)
    common = _common(desk, stack, sources)
    _check_names(whole, mistakes)
    survey(desk, whole)
    flows = [resolve(desk, stack, flow) for flow in whole.files.flows]
    caps = held_together(flows, common.connections, mistakes)
    mistakes.stop()
    return Project(
        name=common.project,
        root=sources.root,
        file=sources.file,
        env=env,
        run=common.run,
        retry=common.retry,
        connections={name: part.opened({}) for name, part in common.connections.items()},
        caps=caps,
        entities=tuple(entity_of(draft, flow, common) for flow in flows for draft in flow.entities),
        discoveries=tuple(_discoveries(flows, common)),
        sections=tuple(_sections(stack, common)),
    )


def _common(desk: Desk, stack: Stack, sources: Sources) -> Common:
    """What all entities share. Raises ``PluginError`` when ``requires`` is not met."""
    project = _settings(desk, stack, "project", ProjectSettings)
    _check_requires(desk, stack, project)
    for key in ("project", "run", "retry", "journal"):
        if (node := stack.section(key)) is not None:
            desk.mistakes.extend(lacking(node))
    tables = {name: stack.connection(name) for name in stack.connections}
    return Common(
        project=project.name or sources.root.name or "hygge",
        root=sources.root,
        run=_settings(desk, stack, "run", RunSettings),
        retry=_settings(desk, stack, "retry", RetrySettings).retry(),
        connections={name: desk.part("connection", node) for name, node in tables.items() if node},
    )


def _settings(desk: Desk, stack: Stack, key: str, cls: type[T]) -> T:
    """The section ``key``; with its defaults where it is absent, or wrong."""
    node = stack.section(key)
    return cls() if node is None else desk.settings(cls, node)


def _check_requires(desk: Desk, stack: Stack, project: ProjectSettings) -> None:
    node = stack.section("project")
    good = []
    for index, line in enumerate(project.requires):
        problem = requires.malformed(line)
        if problem is None:
            good.append(line)
        elif node is not None:
            desk.mistakes.add(locate(node, ("requires", index)).mistake(problem))
    requires.check(good)


def _check_names(whole: Overlays, mistakes: Mistakes) -> None:
    names.check(whole.files.flows, mistakes)
    for entities in whole.files.entities.values():
        names.check(entities, mistakes)


def _discoveries(flows: Sequence[Flow], common: Common) -> Iterator[Discovery]:
    for flow in flows:
        settings = flow.own.settings.discover
        if settings is not None:
            yield discovery_of(flow, settings, common)


def _sections(stack: Stack, common: Common) -> Iterator[Section]:
    for key, cls in {**SECTIONS, "journal": JournalSettings}.items():
        node = stack.section(key)
        if node is not None:
            yield Section(path=(key,), values=plain(node), node=node, cls=cls)
    for name, part in common.connections.items():
        yield section_of(("connections", name), part)
