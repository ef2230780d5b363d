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
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Every setting as a page to read instead.")
    ] = False,
) -> None:
    """Print the JSON Schema (draft-07) of hygge.toml, with what the installed plugins add."""
    from hygge_core.cli.documents import give_document, give_page
    from hygge_core.config.shown.reference import markdown as page
    from hygge_core.config.shown.schema import json_schema

    if markdown:
        give_page(page(said.plugins), out)
    else:
        give_document(json_schema(said.plugins, file=for_), out)
