"""What stands around a command on its line, and the project that this leads to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field  # attrs would cost `hygge --version` its start
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hygge_core.config import Discovery, Entity, Found, Project
    from hygge_core.engine.world import World
    from hygge_core.operate.history import History
    from hygge_core.operate.mirrors import Fed
    from hygge_core.plugins import Plugins
    from hygge_core.protocols import Journal


@dataclass
class Invocation:
    """The global options of one ``hygge`` process; what they name is loaded when first needed."""

    start: Path = field(default_factory=Path)
    file: Path | None = None
    env: str | None = None
    sets: list[str] = field(default_factory=list)
    verbosity: int = 0
    json: bool = False
    subcommand: str | None = None
    _wholes: dict[tuple[str, ...], Project] = field(default_factory=dict)

    def add(
        self,
        *,
        start: Path | None,
        file: Path | None,
        env: str | None,
        sets: Sequence[str] | None,
        quiet: int,
        verbose: int,
        json: bool,
    ) -> None:
        """Take in options that stood before or after the command; the later ones win."""
        self.start = self.start / start if start else self.start
        self.file = file or self.file
        self.env = env or self.env
        self.sets += sets or ()
        self.verbosity += verbose - quiet
        self.json = self.json or json

    @cached_property
    def plugins(self) -> Plugins:
        """What is installed; what is wrong with it is said once."""
        from hygge_core import plugins
        from hygge_core.cli import streams

        loaded = plugins.load()
        for warning in (*loaded.warnings, *loaded.broken):
            streams.say(f"warning: {warning}", "warn")
        return loaded

    @cached_property
    def project(self) -> Project:
        """The configuration, merged. Raises ``ConfigError`` or ``PluginError``.

        Of flows with ``discover`` it has what is written; see ``whole``.
        """
        return self._loaded({})

    def _loaded(self, found: Mapping[str, Sequence[Found]]) -> Project:
        from hygge_core import config

        return config.load(
            start=self.start,
            file=self.file,
            env=self.env,
            sets=self.sets,
            plugins=self.plugins,
            found=found,
        )

    def whole(self, select: Sequence[str] | None = None) -> Project:
        """The project with the entities that its sources have, as far as ``select`` asks for them.

        Opens the homes of flows with ``discover``, once. Raises what they raise.
        """
        from hygge_core.operate.discovering import asked_for

        flows = asked_for(self.project.discoveries, select or ())
        key = tuple(each.flow for each in flows)
        if key not in self._wholes:
            self._wholes[key] = self._discovered(flows) if flows else self.project
        return self._wholes[key]

    def _discovered(self, flows: Sequence[Discovery]) -> Project:
        from hygge_core.cli import streams
        from hygge_core.operate.discovering import discover

        with self.world() as world:
            found = discover(flows, world)
        for note in found.notes:
            streams.say(f"warning: {note}", "warn")
        return self._loaded(found.tables)

    @contextmanager
    def history(self, select: Sequence[str] | None = None) -> Iterator[History]:
        """What the project's journals remember, of the selected entities if any are named."""
        from hygge_core.operate.history import history

        chosen = self.chosen(select) if select else None
        with self.world() as world:
            yield history(self.whole(select).entities, world, chosen=chosen)

    @contextmanager
    def editing(self, name: str) -> Iterator[tuple[Entity, Journal]]:
        """One entity and its journal, for an edit that no run meets. Raises ``ConfigError`` for
        none or several."""
        from hygge_core.cli import streams
        from hygge_core.operate.amend import editing

        def warn(text: str) -> None:
            streams.say(f"warning: {text}", "warn")

        with self.world() as world, editing(self.chosen([name]), world, warn) as opened:
            yield opened

    @contextmanager
    def mirrors(
        self, world: World, select: Sequence[str] | None = None, copy: Path | None = None
    ) -> Iterator[Sequence[Fed]]:
        """The mirrors that the selected entities feed. Raises ``ConfigError`` where there is none.

        Without names, entities whose stores feed none are passed over.
        """
        from hygge_core.operate.mirrors import fed

        chosen = self.chosen(select)
        with fed(chosen, world, copy=copy, named=bool(select)) as found:
            yield found

    def world(self) -> World:
        """What opens the project's homes, stores and journals; a context manager."""
        from hygge_core.engine.world import World

        return World(self.plugins, root=self.project.root, project=self.project.name)

    def chosen(
        self,
        select: Sequence[str] | None = None,
        exclude: Sequence[str] | None = None,
        shard: str | None = None,
    ) -> tuple[Entity, ...]:
        """The selected entities, with every variable that they need set. Raises ``ConfigError``."""
        named = self.named(select, exclude, shard)
        self.whole(select).require(named)
        return named

    def named(
        self,
        select: Sequence[str] | None = None,
        exclude: Sequence[str] | None = None,
        shard: str | None = None,
    ) -> tuple[Entity, ...]:
        """The selected entities, ready or not. Raises ``ConfigError``."""
        from hygge_core.operate.selection import Shard, choose

        entities = self.whole(select).entities

        def failed() -> set[str]:
            from hygge_core.operate import lookback

            with self.world() as world:
                return lookback.failed(entities, world)

        return choose(
            entities,
            select or (),
            exclude or (),
            shard=Shard.parse(shard) if shard else None,
            failed=failed,
        )
