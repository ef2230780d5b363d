"""``hygge retry``: what failed, once more."""

from __future__ import annotations

from typing import Annotated

import typer

from hygge_core.cli import streams
from hygge_core.cli.invocation import Invocation


def retry(
    said: Invocation,
    run: Annotated[str | None, typer.Argument(metavar="[RUN]", help="The last by default.")] = None,
) -> int:
    """Run the entities that failed or never ran in RUN."""
    from hygge_core.cli.conduct import conduct
    from hygge_core.operate import lookback

    with said.world() as world:
        run_id, entities = lookback.unfinished(said.whole().entities, world, run)
    said.project.require(entities)
    if not entities:
        streams.say(f"all that run {run_id} was to move is moved")
        return 0
    return conduct(said, entities)
