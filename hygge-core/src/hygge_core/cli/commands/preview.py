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
) -> int:
    """Show the first rows after polish; writes nothing."""
    from hygge_core.cli.shown.frames import give_previews
    from hygge_core.operate.preview import previews

    with said.world() as world:
        return give_previews(said, previews(said.chosen(select, exclude), world, rows))
