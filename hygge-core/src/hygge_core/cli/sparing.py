"""Commands that take their options as they stand wherever there is nothing to convert.

Typer asks pydantic for every option, those that nobody said too, and importing that costs a start
more than Typer itself. What is more than a text, a path or a count is still left to Typer.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from typer.core import TyperCommand, TyperGroup

_ASK_TYPER = object()


class SparingCommand(TyperCommand):
    """A command of ours."""

    def get_params(self, ctx: Any) -> list[Any]:
        return _spared(super().get_params(ctx))


class SparingGroup(TyperGroup):
    """A group of them, with options of its own."""

    def get_params(self, ctx: Any) -> list[Any]:
        return _spared(super().get_params(ctx))


def _spared(options: list[Any]) -> list[Any]:
    """Those that Typer adds by itself (``--help``) are known only when the line is read."""
    for each in options:
        if "process_value" not in vars(each):
            each.process_value = partial(_processed, each, each.process_value)
    return options


def _processed(option: Any, typers: Callable[[Any, Any], Any], context: Any, value: Any) -> Any:
    """What Typer would make of ``value``, by its own way where it takes more than a glance."""
    plain = _ASK_TYPER if option.required else _plain(option, value)
    if plain is _ASK_TYPER:
        return typers(context, value)
    return option.callback(context, option, plain) if option.callback else plain


def _plain(option: Any, value: Any) -> Any:
    if value is None:
        return () if option.multiple or option.nargs == -1 else None
    wanted = getattr(getattr(option, "type_descriptor", None), "annotation", None)
    if wanted in (str, Path) and isinstance(value, str):
        return wanted(value)
    if wanted is int and isinstance(value, int):  # a count, or a default
        return value
    if wanted == list[str] and all(isinstance(each, str) for each in value):
        return list(value)
    return _ASK_TYPER
