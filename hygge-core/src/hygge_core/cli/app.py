"""The whole command line: the program's own options, and its commands in the order of use."""

from __future__ import annotations

from typing import Annotated

import typer

from hygge_core.cli.commands import config, journal, mirror
from hygge_core.cli.commands.check import check
from hygge_core.cli.commands.init import init
from hygge_core.cli.commands.new_plugin import new_plugin
from hygge_core.cli.commands.plan import plan
from hygge_core.cli.commands.plugins import plugins
from hygge_core.cli.commands.preview import preview
from hygge_core.cli.commands.recover import recover
from hygge_core.cli.commands.retry import retry
from hygge_core.cli.commands.run import run
from hygge_core.cli.commands.schema import schema
from hygge_core.cli.commands.tables import tables
from hygge_core.cli.invocation import Invocation
from hygge_core.cli.options import command, with_globals
from hygge_core.cli.sparing import SparingGroup

app = typer.Typer(
    name="hygge",
    cls=SparingGroup,
    help="hygge moves tables from homes to stores, and proves what it moved.",
    epilog="Start with: hygge init shop && hygge run -C shop",
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help: Rich would cost every start as much as Typer itself
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
for sentence in (init, run, plan, check, preview, retry, recover, tables, schema, plugins):
    command(app)(sentence)
command(app, "new-plugin")(new_plugin)
app.add_typer(config.app, name="config")
app.add_typer(journal.app, name="journal")
app.add_typer(mirror.app, name="mirror")
