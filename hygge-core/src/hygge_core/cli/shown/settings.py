"""``hygge config show`` on the screen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import attrs

from hygge_core.cli import streams
from hygge_core.config.shown.show import rows, show

if TYPE_CHECKING:
    from hygge_core.cli.invocation import Invocation
    from hygge_core.config import Entity


def give_settings(said: Invocation, entities: Iterable[Entity]) -> None:
    """TOML with comments that say where each value is from; with ``--json`` a record for each."""
    if said.json:
        streams.give_json([attrs.asdict(row) for row in rows(said.project, entities)])
    else:
        streams.give(show(said.project, entities).rstrip())
