"""``hygge schema``: for editors that complete and check ``hygge.toml``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from hygge_core.cli.invocation import Invocation


def schema(
    said: Invocation,
    *,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it there.")
    ] = None,
    for_: Annotated[
        Literal["project", "flow", "entity"],
        typer.Option("--for", help="hygge.toml, flows/NAME.toml or flows/NAME/ENTITY.toml."),
    ] = "project",
) -> None:
    """Print the JSON Schema (draft-07) of hygge.toml, with what the installed plugins add."""
    from hygge_core.cli.documents import give_document
    from hygge_core.config.schema import json_schema

    give_document(json_schema(said.plugins, file=for_), out)
