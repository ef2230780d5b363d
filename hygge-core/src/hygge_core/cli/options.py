"""The global options, once: they may stand before a command or after it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Concatenate, ParamSpec

import typer

from hygge_core.cli.invocation import Invocation

P = ParamSpec("P")
Sentence = Callable[Concatenate[Invocation, P], int | None]

Select = Annotated[
    list[str] | None,
    typer.Option("-s", "--select", metavar="WHAT", help="flow, flow.entity, glob, tag:x, status:failed"),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option("-x", "--exclude", metavar="WHAT", help="Take these away from the selection."),
]


def _globals(*, hidden: bool) -> list[inspect.Parameter]:
    def option(name: str, type_: Any, default: Any, *words: str, **told: Any) -> inspect.Parameter:
        return inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=default,
            annotation=Annotated[type_, typer.Option(*words, hidden=hidden, **told)],
        )

    return [
        option("directory", Path | None, None, "-C", metavar="DIR", help="Start in DIR."),
        option("file", Path | None, None, "--config", metavar="FILE", help="Use this hygge.toml."),
        option("env", str | None, None, "--env", metavar="NAME", help="Lay [env.NAME] over it."),
        option(
            "sets", list[str] | None, None, "--set", metavar="A.B.C=VALUE",
            help="Set one value of the configuration; say it again for another.",
        ),
        option("quiet", int, 0, "-q", "--quiet", count=True, help="Say only what went wrong."),
        option("verbose", int, 0, "-v", "--verbose", count=True, help="Say more; -vv: tracebacks."),
        option("json", bool, False, "--json", help="Data as JSON on stdout."),
    ]


def with_globals(sentence: Sentence[P], *, hidden: bool = True) -> Callable[..., None]:
    """``sentence`` as Typer takes it: the context for the invocation, and the global options too.

    What it returns, if anything, is the exit code.
    """
    _, *own = inspect.signature(sentence, eval_str=True).parameters.values()
    shared = _globals(hidden=hidden)
    context = inspect.Parameter(
        "context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context
    )

    @wraps(sentence)
    def spoken(context: typer.Context, **given: Any) -> None:
        invocation: Invocation = context.obj
        invocation.add(**{option.name: given.pop(option.name) for option in shared})
        raise typer.Exit(sentence(invocation, **given) or 0)

    parameters = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own]
    spoken.__signature__ = inspect.Signature([context, *parameters, *shared])  # type: ignore[attr-defined]
    spoken.__annotations__ = {}  # the signature says it all, evaluated
    return spoken


def command(app: typer.Typer, name: str | None = None) -> Callable[[Sentence[P]], Sentence[P]]:
    """Make a function of the invocation a command of ``app``."""

    def register(sentence: Sentence[P]) -> Sentence[P]:
        app.command(name)(with_globals(sentence))
        return sentence

    return register
