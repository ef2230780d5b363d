"""``hygge mirror``: what those who read a store's files make of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from hygge_core.cli.invocation import Invocation
from hygge_core.cli.options import a_duration, command, group

app = group("Look at what a mirror makes of what was published.")

Names = Annotated[
    list[str] | None, typer.Argument(metavar="[FLOW]...", help="As after -s; all by default.")
]


@command(app)
def check(
    said: Invocation,
    names: Names = None,
    *,
    copy: Annotated[
        Path | None,
        typer.Option("--copy", metavar="DIR", help="Look at a copy on this host instead."),
    ] = None,
    compare: Annotated[
        Literal["none", "count", "keys", "rows"],
        typer.Option("--compare", help="What of the source is compared with what is shown."),
    ] = "keys",
) -> int:
    """Check what was published by the mirror's rules, and what it shows against the source.

    Each finding comes with the rule, the file and what to do; exit code 1 when there is any.
    """
    from hygge_core.cli.shown.mirrors import give_checks
    from hygge_core.operate.mirrors import check as checked

    with said.world() as world, said.mirrors(world, names, copy) as mirrors:
        return give_checks(said, checked(mirrors, world, None if compare == "none" else compare))


@command(app)
def status(said: Invocation, names: Names = None) -> int:
    """Show what the mirror says of itself and of its tables; exit code 1 when one is not well."""
    from hygge_core.cli.shown.mirrors import give_reports
    from hygge_core.operate.mirrors import reports

    with said.world() as world, said.mirrors(world, names) as mirrors:
        return give_reports(said, reports(mirrors))


@command(app)
def clean(
    said: Invocation,
    names: Names = None,
    *,
    keep: Annotated[
        str, typer.Option("--keep", metavar="DURATION", callback=a_duration, help="e.g. 2d")
    ] = "7d",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list the files.")] = False,
) -> None:
    """Remove files that the mirror has read and put aside, older than --keep."""
    from hygge_core.cli.shown.mirrors import give_swept
    from hygge_core.fields import duration
    from hygge_core.operate.mirrors import sweep

    with said.world() as world, said.mirrors(world, names) as mirrors:
        give_swept(said, sweep(mirrors, duration(keep), dry_run=dry_run), dry_run=dry_run)
