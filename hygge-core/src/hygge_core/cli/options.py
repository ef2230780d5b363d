"""The global options, once: they may stand before a command or after it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from hygge_core.cli.completion import names
from hygge_core.cli.invocation import Invocation
from hygge_core.cli.sparing import SparingCommand, SparingGroup

if TYPE_CHECKING:
    from hygge_core.records import RunType

#: Takes the invocation, then its own options by keyword; what it returns is the exit code.
Answering = Callable[..., int | None]
Sentence = TypeVar("Sentence", bound=Answering)

Select = Annotated[
    list[str] | None,
    typer.Option(
        "-s",
        "--select",
        metavar="WHAT",
        help="flow, flow.entity, glob, tag:x, status:failed",
        autocompletion=names,
    ),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option(
        "-x",
        "--exclude",
        metavar="WHAT",
        help="Take these away from the selection.",
        autocompletion=names,
    ),
]
FullDrop = Annotated[
    bool, typer.Option("--full-drop", help="Replace the destinations, whatever is configured.")
]
Incremental = Annotated[
    bool, typer.Option("--incremental", help="Append what is new, whatever is configured.")
]
Limit = Annotated[
    int | None,
    typer.Option("--limit", metavar="N", min=1, help="At most N rows of each (full_drop only)."),
]


def run_type(full_drop: bool, incremental: bool) -> RunType | None:
    """What the two flags ask for. Raises a usage error for both at once."""
    if full_drop and incremental:
        raise typer.BadParameter("--full-drop and --incremental exclude each other")
    return "full_drop" if full_drop else "incremental" if incremental else None


def a_duration(text: str | None) -> str | None:
    """``"90d"``, as it was typed. Raises a usage error for anything else."""
    from hygge_core.fields import duration  # only where it is asked for

    if text is not None:
        try:
            duration(text)
        except ValueError as exc:
            raise typer.BadParameter(str(exc)) from exc
    return text


def _a_shard(text: str | None) -> str | None:
    from hygge_core.operate.selection import Shard  # only where it is asked for

    if text is not None:
        try:
            Shard.parse(text)
        except ValueError as exc:
            raise typer.BadParameter(str(exc)) from exc
    return text


ShardText = Annotated[
    str | None,
    typer.Option(
        "--shard",
        metavar="I/N",
        callback=_a_shard,
        help="Only the I-th of N shares, the same on every machine.",
    ),
]


def _globals(*, hidden: bool) -> list[inspect.Parameter]:
    def option(name: str, type_: Any, default: Any, *words: str, **told: Any) -> inspect.Parameter:
        return inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=default,
            annotation=Annotated[
                type_, typer.Option(*words, hidden=hidden, show_default=False, **told)
            ],
        )

    return [
        option("start", Path | None, None, "-C", metavar="DIR", help="Start in DIR."),
        option("file", Path | None, None, "--config", metavar="FILE", help="Use this hygge.toml."),
        option("env", str | None, None, "--env", metavar="NAME", help="Lay [env.NAME] over it."),
        option(
            "sets",
            list[str] | None,
            None,
            "--set",
            metavar="A.B.C=VALUE",
            help="Set one value of the configuration; say it again for another.",
        ),
        option("quiet", int, 0, "-q", "--quiet", count=True, help="Say only what went wrong."),
        option("verbose", int, 0, "-v", "--verbose", count=True, help="Say more; -vv: tracebacks."),
        option("json", bool, False, "--json", help="Data as JSON on stdout."),
    ]


def with_globals(sentence: Answering, *, hidden: bool = True) -> Callable[..., None]:
    """``sentence`` as Typer takes it: a context for the invocation, and the global options."""
    _, *own = inspect.signature(sentence, eval_str=True).parameters.values()
    shared = _globals(hidden=hidden)
    context = inspect.Parameter(
        "context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context
    )

    @wraps(sentence)
    def spoken(context: typer.Context, **given: Any) -> None:
        invocation: Invocation = context.obj
        invocation.add(**{option.name: given.pop(option.name) for option in shared})
        invocation.subcommand = context.invoked_subcommand
        if code := sentence(invocation, **given):
            raise typer.Exit(code)

    parameters = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own]
    spoken.__signature__ = inspect.Signature([context, *parameters, *shared])  # type: ignore[attr-defined]
    spoken.__annotations__ = {}  # the signature says it all, evaluated
    return spoken


def group(help: str | None = None) -> typer.Typer:  # noqa: A002  # as Typer calls it
    """A place for commands, or for one; called alone it says what there is."""
    return typer.Typer(
        cls=SparingGroup,
        help=help,
        no_args_is_help=True,
        add_completion=False,  # the program has it, for all of them
        rich_markup_mode=None,
    )


def command(app: typer.Typer, name: str | None = None) -> Callable[[Sentence], Sentence]:
    """Make a function of the invocation a command of ``app``, named ``name`` or like itself."""

    def register(sentence: Sentence) -> Sentence:
        epilog = "What stands in `hygge --help` may stand here too."
        app.command(name, cls=SparingCommand, epilog=epilog)(with_globals(sentence))
        return sentence

    return register
