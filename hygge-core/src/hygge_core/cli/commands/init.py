"""``hygge init``: a working example to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hygge_core.cli.invocation import Invocation


def init(
    said: Invocation,
    *,
    directory: Annotated[Path, typer.Argument(metavar="[DIR]", help="Made if missing.")] = Path(),
    force: Annotated[
        bool, typer.Option("--force", help="Add what is missing where some files exist already.")
    ] = False,
) -> None:
    """Write an example project that runs at once. Never overwrites a file."""
    from hygge_core.cli.shown.started import tell_started
    from hygge_core.starter import start

    tell_started(said, start(said.start / directory, said.plugins, missing_only=force))
