"""``hygge preview``: the first rows, polished and marked as the store would get them."""

from __future__ import annotations

from typing import Annotated

import typer

from hygge_core.cli.invocation import Invocation
from hygge_core.cli.options import Exclude, Select


def preview(
    said: Invocation,
    *,
    select: Select = None,
    exclude: Exclude = None,
    rows: Annotated[int, typer.Option("-n", "--rows", min=1, help="How many rows of each.")] = 10,
) -> None:
    """Show the first rows after polish; writes nothing."""
    from hygge_core.cli.shown.frames import give_frame
    from hygge_core.operate.preview import preview as first_rows

    with said.world() as world:
        for entity in said.chosen(select, exclude):
            give_frame(said, entity.name, first_rows(entity, world, rows))
