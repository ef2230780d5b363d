"""How types, bounds and values are called when they are expected or found."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from hygge_core.config.saying.redaction import HIDDEN, any_secret, redact
from hygge_core.fields import ConnectionName, Secret, TypeWord

_LONGEST = 60
_SINGLE: dict[Any, tuple[str, str]] = {
    bool: ("true or false", "trues and falses"),
    int: ("an integer", "integers"),
    float: ("a number", "numbers"),
    str: ("a string", "strings"),
    Path: ("a path", "paths"),
    timedelta: ("a duration such as '90s', '15m', '2h' or '180d'", "durations"),
    Secret: ('a table { env = "NAME" } or { file = "PATH" }', "tables"),
    ConnectionName: ("the name of a connection", "names of connections"),
    TypeWord: ("a type such as 'int64', 'decimal(18,2)' or 'datetime[us]'", "types"),
}


def expected(kind: Any) -> str:
    """``an array of strings``: what a key of type ``kind`` wants."""
    if kind in _SINGLE:
        return _SINGLE[kind][0]
    origin, args = get_origin(kind), get_args(kind)
    if origin is Literal:
        return either(map(repr, args))
    if is_union(kind):
        return either(expected(arm) for arm in args if arm is not type(None))
    if origin in (tuple, list):
        fixed = origin is tuple and args[-1] is not Ellipsis
        return f"an array of {len(args) if fixed else _plural(args[0])}"
    return "a value" if kind is Any else "a table"


def is_union(kind: Any) -> bool:
    """``X | Y``, however it was spelled."""
    return get_origin(kind) in (Union, types.UnionType)


def either(words: Iterable[str]) -> str:
    """``a, b or c``."""
    *most, last = dict.fromkeys(words)
    return f"{', '.join(most)} or {last}" if most else last


def _plural(kind: Any) -> str:
    if kind in _SINGLE:
        return _SINGLE[kind][1]
    if get_origin(kind) is Literal:
        return either(map(repr, get_args(kind)))
    if is_union(kind):
        return " or ".join(dict.fromkeys(map(_plural, get_args(kind))))
    if get_origin(kind) in (tuple, list):
        return "arrays"
    return "values" if kind is Any else "tables"


def found(value: Any, *keys: str | int) -> str:
    """``the string '500'``: a value as it was found under ``keys``, unless it may be a secret."""
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list | tuple):
        return "an array" if value else "an empty array"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "nothing"}[value]
    if any_secret(keys):
        return f"{_article(value)} ({HIDDEN})"
    return f"the {_article(value).partition(' ')[2]} {_short(value)}"


def _article(value: Any) -> str:
    words = {str: "a string", int: "an integer", float: "a number", time: "a time"}
    dates = {datetime: "a moment", date: "a date"}
    return (words | dates).get(type(value), "a value")


def _short(value: Any) -> str:
    if isinstance(value, int) and value.bit_length() > 256:
        return "of very many digits"
    text = redact(value) if isinstance(value, str) else str(value)
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
    return repr(text) if isinstance(value, str) else text
