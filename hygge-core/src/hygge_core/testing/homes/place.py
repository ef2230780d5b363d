"""One fresh source of a home: to fill, to read, and to move from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from attrs import evolve

from hygge_core.engine.world import World
from hygge_core.files.memory import tables
from hygge_core.records import Ask, Opened
from hygge_core.scene import Cancel
from hygge_core.testing.ground import ENTITY, FLOW, Ground

if TYPE_CHECKING:
    from hygge_core.protocols import Home
    from hygge_core.testing.subjects import HomeSubject


class HomePlace(Ground):
    """A source of ``subject`` below ``root``; it is moved to memory, with a journal in memory."""

    atomic = True

    def __init__(self, subject: HomeSubject, root: Path) -> None:
        self.subject = subject
        self.root = root
        self.plugins = subject.plugins()
        self.home = subject.opened(root)
        self.store = Opened(type="memory", table={"table": f"{root}-out"})
        self.journal = Opened(type="memory", table={"table": str(root)})
        self.capabilities = self.plugins.kind("home", subject.type).kind.capabilities

    @property
    def follows(self) -> tuple[str, ...]:
        """The words for how it knows by itself what changed."""
        kind = self.plugins.kind("home", self.subject.type).kind
        with World(self.plugins, root=self.root) as world:
            return kind.follows(world.config_of("home", self.home))

    def of(self, table: str) -> HomePlace:
        """The same source, asked for that table, as a flow that discovers asks for each."""
        other = copy(self)
        other.home = evolve(self.home, table={**self.home.table, "table": table})
        return other

    def offer(self, rows: pl.DataFrame) -> None:
        self.subject.offer(self.root, rows)

    def offer_or_skip(self, rows: pl.DataFrame) -> None:
        """``offer``; a source that cannot hold such rows proves nothing."""
        try:
            self.offer(rows)
        except NotImplementedError as exc:
            pytest.skip(f"such a source cannot hold that: {exc}")

    def offer_parts(self, *frames: pl.DataFrame) -> None:
        """Frames that differ as the parts of one source; skips where a source has no parts."""
        if self.subject.parts is None:
            pytest.skip("its subject gives no parts: such a source is one table")
        try:
            self.subject.parts(self.root, frames)
        except NotImplementedError as exc:
            pytest.skip(f"such a source cannot hold that: {exc}")

    def visible(self) -> pl.DataFrame | None:
        return tables.get(f"{self.root}-out")

    def leftovers(self) -> list[str]:
        return []

    def ask(self, **wanted: Any) -> Ask:
        """What a flow asks for: everything, but for what is said."""
        return Ask(entity=ENTITY, **wanted)

    @contextmanager
    def opened(self, cancel: Cancel | None = None) -> Iterator[Home]:
        """The home as a new process would open it."""
        told = {"flow": FLOW, "entity": ENTITY, "cancel": cancel or Cancel()}
        with (
            World(self.plugins, root=self.root) as world,
            world.home(self.home, **told) as home,
        ):
            yield home

    @contextmanager
    def connections(self) -> Iterator[list[Any]]:
        """The connections that its table names, opened."""
        with World(self.plugins, root=self.root) as world:
            scene = world.scene(self.home)
            yield [scene.connection(name) for name in self.home.connections]

    def read(self, ask: Ask | None = None) -> pl.DataFrame:
        """All that it yields, in one frame."""
        ask = ask or self.ask()
        with self.opened() as home:
            schema = home.schema(ask)
            frames = [pl.DataFrame(batch) for batch in home.read(ask)]
        return pl.concat(frames) if frames else schema.to_frame()
