"""The whole command line: the program's own options, and where each command is."""

from __future__ import annotations

from typing import Annotated

import typer

from hygge_core.cli import (
    check, config_, init, journal_, plan, plugins_, preview, recover, retry, run, schema_,
)
from hygge_core.cli.invocation import Invocation
from hygge_core.cli.options import with_globals

app = typer.Typer(
    name="hygge",
    help="hygge moves tables from homes to stores, and proves what it moved.",
    epilog="Start with `hygge init shop`, then `hygge run -C shop`.",
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help: Rich would cost every start more than Typer itself
    pretty_exceptions_enable=False,  # main() speaks for errors
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"hygge {version('hygge-core')}")
        raise typer.Exit


def program(
    said: Invocation,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Nothing of its own: it takes in the options that stand before the command."""


app.callback()(with_globals(program, hidden=False))
for module in (init, run, plan, check, preview, retry, recover, config_, schema_, journal_, plugins_):
    module.add_to(app)
