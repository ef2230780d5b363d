"""A flow or entity with everything in it structured, before the parts are held to each other."""

from __future__ import annotations

from typing import Any, Literal

from attrs import frozen

from hygge_core.config.drafts.desk import Desk
from hygge_core.config.drafts.filling import Names
from hygge_core.config.drafts.part import Part
from hygge_core.config.saying.wording import found
from hygge_core.config.settings import (
    PARTS,
    FlowSettings,
    JournalSettings,
    polish_settings,
)
from hygge_core.config.tree.nodes import Leaf, Origin, Table, locate, plain
from hygge_core.records import name_of

Side = Literal["home", "store"]
SIDES: tuple[Side, ...] = ("home", "store")
JOURNAL_KEYS = ("location", "retention")


@frozen(kw_only=True)
class Draft:
    """``node`` merged and structured: ``settings`` are hygge's own, the rest are the parts.

    ``home`` and ``store`` are ``None`` where there is no such table. ``polish`` is its settled
    table. ``origin`` is where its flow is written.
    """

    names: Names
    origin: Origin
    node: Table
    settings: FlowSettings
    home: Part | None
    store: Part | None
    polish: dict[str, Any]

    @property
    def flow(self) -> str:
        """The flow's name."""
        return self.names.flow

    @property
    def name(self) -> str:
        """``flow.entity``, or the flow alone where it has no entities of its own."""
        return name_of(self.flow, self.names.entity)

    def at(self, *keys: str) -> Origin:
        """Where ``keys`` are written, or the table around them."""
        return locate(self.node, keys).node.origin


def draft(desk: Desk, node: Table, names: Names, origin: Origin, *, partial: bool = False) -> Draft:
    """Structure ``node``. ``partial`` says that lower levels may still add to it."""
    settings = desk.settings(FlowSettings, node.without(*PARTS), partial=partial)
    sides: dict[str, Part] = {}
    for offer in SIDES:
        table = part_table(desk, node, offer)
        if table is not None:
            sides[offer] = desk.part(offer, table, names, partial=partial)
        elif offer not in node.entries and not partial:
            problem = f"expected a table with the type of the {offer}, found nothing"
            desk.mistakes.once(origin.mistake(problem, offer))
    return Draft(
        names=names,
        origin=origin,
        node=node,
        settings=settings,
        home=sides.get("home"),
        store=sides.get("store"),
        polish=_polish(desk, node, names, partial=partial),
    )


def part_table(desk: Desk, node: Table, key: str) -> Table | None:
    """The table ``key``; a mistake where something else stands there."""
    inner = node.entries.get(key)
    if isinstance(inner, Leaf):
        desk.mistakes.once(inner.origin.mistake(f"expected a table, found {found(inner.value)}"))
    return inner if isinstance(inner, Table) else None


def _polish(desk: Desk, node: Table, names: Names, *, partial: bool) -> dict[str, Any]:
    table = part_table(desk, node, "polish")
    if table is None:
        return {}
    _, _, values = desk.table(polish_settings(), table, names, partial=partial)
    settled: dict[str, Any] = plain(values)
    return settled


def check_journal(desk: Desk, node: Table) -> None:
    """Complain about the ``journal`` in ``node``, to which lower levels may still add."""
    table = part_table(desk, node, "journal")
    if table is not None:
        desk.settings(JournalSettings, table.only(*JOURNAL_KEYS), partial=True)
        desk.part("journal", table, partial=True, core=JOURNAL_KEYS)
