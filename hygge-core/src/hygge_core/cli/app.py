"""The whole command line: the program's own options, and its commands in the order of use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.main import get_command

from hygge_core.cli.invocation import Invocation
from hygge_core.cli.options import command, group, with_globals
from hygge_core.cli.sparing import SparingGroup

_NAMES = (
    "init",
    "run",
    "plan",
    "check",
    "preview",
    "retry",
    "recover",
    "tables",
    "schema",
    "plugins",
    "new-plugin",
    "config",
    "journal",
    "mirror",
)


class Commands(Mapping[str, Any]):
    """Every command by its name, made when it is asked for.

    To make all of them for each of them was a twentieth of a small run.
    """

    def __getitem__(self, name: str) -> Any:
        if name not in _NAMES:
            raise KeyError(name)
        return _made(name)

    def __iter__(self) -> Iterator[str]:
        return iter(_NAMES)

    def __len__(self) -> int:
        return len(_NAMES)


@cache
def _made(name: str) -> Any:
    """The command or group that the module of this name tells of."""
    word = name.replace("-", "_")
    module = import_module(f"hygge_core.cli.commands.{word}")
    told = getattr(module, "app", None)
    if told is None:
        told = group()
        command(told, name)(getattr(module, word))
    made = get_command(told)
    made.name = name
    return made


class Program(SparingGroup):
    """``hygge`` itself."""

    def __init__(self, **told: Any) -> None:
        super().__init__(**told)
        self.commands = Commands()  # type: ignore[assignment]  # nobody adds to it


app = typer.Typer(
    name="hygge",
    cls=Program,
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
