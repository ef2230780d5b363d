"""A project as the rest of hygge sees it: entities resolved to plain records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from attrs import field, frozen

from hygge_core.config.settings import DiscoverSettings, RunSettings
from hygge_core.config.tree.nodes import Table
from hygge_core.errors import ConfigError, Mistake
from hygge_core.records import DriftPolicy, Opened, RunType, name_of
from hygge_core.task import Deletes, OnEmpty, Retry, Task, WatermarkSetting


@frozen(kw_only=True)
class Section:
    """One merged table for ``hygge config show``: its settled values, and where they are from."""

    path: tuple[str, ...]
    values: Mapping[str, Any]
    node: Table
    cls: type | None = None


@frozen(kw_only=True)
class Entity:
    """One table to move, resolved; ``task`` makes it a task.

    * ``entity`` its name, which is the flow's where the flow has no entities.
    * ``slots`` how many slots of each named connection it occupies.
    * ``source``, ``destination`` one-line addresses.
    * ``retention_seconds`` how long its journal's finished runs are kept; ``None``: for ever.
    * ``lacking`` the variables that it needs and that are not set.
    * ``refusals`` why it cannot be moved in one of the ways that it is not configured for.
    """

    flow: str
    entity: str
    tags: tuple[str, ...]
    run_type: RunType
    home: Opened
    store: Opened
    journal: Opened | None
    watermark: WatermarkSetting | None
    deletes: Deletes | None
    polish: dict[str, Any]
    drift: DriftPolicy
    on_empty: OnEmpty | None
    lane: Literal["auto", "rows"]
    timeout_seconds: float | None
    slots: dict[str, int]
    source: str
    destination: str
    project: str
    root: str
    retry: Retry
    retention_seconds: float | None = None
    lacking: tuple[Mistake, ...] = ()
    refusals: Mapping[RunType, tuple[Mistake, ...]] = field(factory=dict)
    sections: tuple[Section, ...] = field(default=(), eq=False, repr=False)

    @property
    def name(self) -> str:
        """``flow.entity``, or the flow alone where it has no entities of its own."""
        return name_of(self.flow, self.entity)

    def task(
        self,
        *,
        run_id: str,
        flow_run_id: str,
        coordinator_run_id: str,
        run_type: RunType | None = None,
        limit: int | None = None,
    ) -> Task:
        """Everything that moving it needs. ``run_type`` overrides the configured one.

        Raises ``ConfigError`` when it cannot be moved so, or a variable is not set.
        """
        run_type = run_type or self.run_type
        if mistakes := (*self.lacking, *self.refusals.get(run_type, ())):
            raise ConfigError(mistakes=mistakes)
        return Task(
            run_id=run_id,
            flow_run_id=flow_run_id,
            coordinator_run_id=coordinator_run_id,
            project=self.project,
            root=self.root,
            flow=self.flow,
            entity=self.entity,
            run_type=run_type,
            home=self.home,
            store=self.store,
            journal=self.journal,
            watermark=self.watermark,
            deletes=self.deletes,
            polish=self.polish,
            drift=self.drift,
            on_empty=self.on_empty,
            lane=self.lane,
            limit=limit,
            timeout_seconds=self.timeout_seconds,
            retry=self.retry,
        )


@frozen(kw_only=True)
class Discovery:
    """A flow that finds its entities in its source when it runs.

    ``home`` is what lists the tables, or its connection; ``journal`` remembers which were moved;
    ``tags`` are the flow's. ``keyed`` says that its store takes ``key_columns`` and that the flow
    leaves them open.
    """

    flow: str
    settings: DiscoverSettings
    home: Opened
    journal: Opened | None = None
    tags: tuple[str, ...] = ()
    keyed: bool = False


@frozen(kw_only=True)
class Project:
    """A configuration that was read, merged and found good.

    * ``root`` the directory of ``file``; ``env`` the overlay that was chosen.
    * ``connections`` every named connection; ``caps`` the ``max_connections`` of those that say so.
    * ``entities`` in the order in which they are written.
    """

    name: str
    root: Path
    file: Path
    env: str | None
    run: RunSettings
    retry: Retry
    connections: dict[str, Opened]
    caps: dict[str, int]
    entities: tuple[Entity, ...]
    discoveries: tuple[Discovery, ...] = ()
    sections: tuple[Section, ...] = field(default=(), eq=False, repr=False)

    def require(self, entities: Iterable[Entity]) -> None:
        """Raise ``ConfigError`` for every variable that ``entities`` need and that is not set."""
        lacking = dict.fromkeys(mistake for entity in entities for mistake in entity.lacking)
        if lacking:
            raise ConfigError(
                mistakes=tuple(lacking),
                hint="set the variables, or give them defaults: ${NAME:-default}",
            )
