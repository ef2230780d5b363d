"""``hygge schema``: for editors that complete and check ``hygge.toml``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hygge_core.cli.invocation import Invocation


def schema(
    said: Invocation,
    *,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it there.")
    ] = None,
) -> None:
    """Print the JSON Schema (draft-07) of hygge.toml with what the installed plugins add."""
