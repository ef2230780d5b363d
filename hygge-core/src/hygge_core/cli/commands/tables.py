"""``hygge tables``: what a source has."""

from __future__ import annotations

from typing import Annotated

import typer

from hygge_core.cli.invocation import Invocation


def tables(
    said: Invocation,
    name: Annotated[str, typer.Argument(metavar="CONNECTION", help="Or the name of a flow.")],
    glob: Annotated[str, typer.Argument(metavar="[GLOB]", help="Only tables like this.")] = "*",
    *,
    toml: Annotated[
        bool, typer.Option("--toml", help="Print entities ready to paste into a flow.")
    ] = False,
) -> None:
    """List the tables of a connection, or of a flow's home, with their primary keys."""
    from hygge_core.cli.shown.tables import give_tables
    from hygge_core.operate.discovering import of_name

    with said.world() as world:
        give_tables(said, of_name(said.project, world, name, glob), flow=name, toml=toml)
