"""``hygge check``: the doctor."""

from __future__ import annotations

from typing import Annotated

import typer

from hygge_core.cli.invocation import Invocation


def check(
    said: Invocation,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="As after -s; all by default.")
    ] = None,
) -> int:
    """Check configuration, plugins, sign-in, network, permissions and paths.

    Each failure comes with what to do about it; exit code 1 when there is any.
    """
    from hygge_core.cli.shown.findings import give_findings
    from hygge_core.operate.doctor import examine_all

    return give_findings(said, examine_all(said.plugins, lambda: said.whole(names), names or ()))
