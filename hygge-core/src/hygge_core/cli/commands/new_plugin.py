"""``hygge new-plugin``: a distribution of one's own to start from."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from hygge_core.cli.invocation import Invocation


def new_plugin(
    said: Invocation,
    *,
    kind: Annotated[
        Literal["store", "home", "journal"], typer.Argument(help="What it is to offer.")
    ],
    name: Annotated[str, typer.Argument(help="The distribution's name, such as acme-lake.")],
) -> None:
    """Write a plugin that works, installs, and passes its conformance tests as it stands."""
    from hygge_core.cli.shown.scaffolded import tell_written
    from hygge_core.scaffold import write

    tell_written(said, write(kind, name, said.start))
