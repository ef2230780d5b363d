"""``hygge recover``: finish or undo what a crash left."""

from __future__ import annotations

from typing import Annotated

import typer

from hygge_core.cli.invocation import Invocation


def recover(
    said: Invocation,
    *,
    forward: Annotated[
        str | None, typer.Option("--forward", metavar="RUN", help="Finish this decided run.")
    ] = None,
    undo: Annotated[
        str | None, typer.Option("--undo", metavar="RUN", help="Give this decided run up.")
    ] = None,
) -> int:
    """Finish or undo what a crash left; run does it too, before it moves anything.

    A run that could not be finished is blocked until you say which way.
    """
    if forward and undo:
        raise typer.BadParameter("--forward and --undo exclude each other")
    from hygge_core.cli.shown.mended import give_mended
    from hygge_core.operate.mending import mend, mend_by_hand

    with said.world() as world:
        if forward:
            return give_mended(said, [mend_by_hand(said.chosen(), world, forward, "forward")])
        if undo:
            return give_mended(said, [mend_by_hand(said.chosen(), world, undo, "undo")])
        return give_mended(said, mend(said.chosen(), world))
