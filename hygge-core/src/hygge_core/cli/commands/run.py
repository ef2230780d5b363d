"""``hygge run``: move data."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from hygge_core.cli.commands.plan import plan
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


def _an_id(text: str | None) -> str | None:
    if text is not None and not re.fullmatch(r"[\w.:+-]{1,200}", text):
        raise typer.BadParameter("expected letters, digits and . : + - _ only, at most 200")
    return text


def run(
    said: Invocation,
    *,
    select: Select = None,
    exclude: Exclude = None,
    full_drop: FullDrop = False,
    incremental: Incremental = False,
    concurrency: Annotated[
        int | None, typer.Option("-j", "--concurrency", min=1, help="Entities in flight.")
    ] = None,
    shard: ShardText = None,
    limit: Limit = None,
    fail_fast: Annotated[
        bool, typer.Option("--fail-fast", help="Start nothing more once an entity failed.")
    ] = False,
    run_id: Annotated[
        str | None,
        typer.Option("--run-id", metavar="ID", callback=_an_id, help="Name this run yourself."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only plan, as hygge plan.")] = False,
) -> int:
    """Move data from homes to stores.

    Ctrl-C once ends the run in good order; twice leaves at once, and the next run repairs it.
    """
    if dry_run:
        return plan(
            said,
            select=select,
            exclude=exclude,
            full_drop=full_drop,
            incremental=incremental,
            shard=shard,
            limit=limit,
        )
    asked = run_type(full_drop, incremental)
    entities = said.chosen(select, exclude, shard)  # a mistake is said before polars is imported
    from hygge_core.cli.conduct import conduct

    return conduct(
        said,
        entities,
        run_id=run_id,
        concurrency=concurrency,
        fail_fast=fail_fast,
        limit=limit,
        run_type=asked,
    )
