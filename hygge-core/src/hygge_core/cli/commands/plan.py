"""``hygge plan``: what run would do."""

from __future__ import annotations

from typing import Annotated

import typer

from hygge_core.cli.invocation import Invocation
from hygge_core.cli.options import (
    Exclude,
    FullDrop,
    Incremental,
    Limit,
    Select,
    ShardText,
    run_type,
)


def plan(
    said: Invocation,
    *,
    select: Select = None,
    exclude: Exclude = None,
    full_drop: FullDrop = False,
    incremental: Incremental = False,
    shard: ShardText = None,
    limit: Limit = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Open neither homes nor journals.")
    ] = False,
) -> int:
    """Show what run would do: mode, source, destination, watermark range, recovery due.

    Touches no data.
    """
    asked = run_type(full_drop, incremental)
    from hygge_core.cli.shown.plans import give_plans
    from hygge_core.operate.planning import plan as planned

    with said.world() as world:
        return give_plans(
            said,
            planned(
                said.chosen(select, exclude, shard),
                world,
                run_type=asked,
                limit=limit,
                offline=offline,
            ),
        )
