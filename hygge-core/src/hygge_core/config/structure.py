"""From TOML tables to frozen attrs classes, strictly, and with every mistake found at once.

``"8"`` is not 8, ``1.9`` is not 1, ``true`` is not 1; only an integer may stand for a number. A
key that the class does not have is a mistake. cattrs finds the way through the types; what is
strict about it is here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

import attrs
import cattrs
from attrs import frozen
from cattrs.errors import StructureHandlerNotFoundError

from hygge_core.config.bounds import in_words
from hygge_core.config.nodes import Key, dotted, plain
from hygge_core.config.redaction import HIDDEN, any_secret
from hygge_core.config.settings_of import Setting, settings_of
from hygge_core.config.wording import expected, found, is_union
from hygge_core.errors import ConfigError, HyggeError, Mistake, PluginError
from hygge_core.fields import ConnectionName, Secret, duration
from hygge_core.nearest import did_you_mean

T = TypeVar("T")
_NOTHING = object()
_CONCEALED = object()


@frozen
class Finding:
    """One thing wrong with a table: at ``path`` below it, ``wanted`` against ``value``.

    ``said`` is the whole sentence where that does not fit; it may quote the value.
    """

    wanted: str
    value: Any = _NOTHING
    path: tuple[Key, ...] = ()
    said: str = ""

    @property
    def missing(self) -> bool:
        """Is it only that a key is not there?"""
        return self.value is _NOTHING and not self.said

    def text(self) -> str:
        """``expected an integer, found the string '500'``; never with what may be a secret."""
        if self.said:
            return "not what is accepted here" if any_secret(self.path) else self.said
        if self.missing:
            return f"expected {self.wanted}, found nothing"
        if self.value is _CONCEALED:
            return f"expected {self.wanted}, found a string ({HIDDEN})"
        return f"expected {self.wanted}, found {found(self.value, *self.path)}"


class Wrong(Exception):  # noqa: N818  # a way to return from deep inside, seen by nobody
    """What is wrong with a value."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__()
        self.findings = findings

    def under(self, key: Key) -> list[Finding]:
        """The findings as the table or array around the value sees them."""
        return [attrs.evolve(each, path=(key, *each.path)) for each in self.findings]


def structure(cls: type[T], table: Mapping[str, Any], *, place: str = "") -> T:
    """``table`` as an instance of the attrs class ``cls``.

    ``place`` is what the mistakes of the ``ConfigError`` are prefixed with. Paths stay as they
    are. Raises ``PluginError`` for a class whose fields have types that no TOML value can have.
    """
    made, findings = examine(cls, table)
    if made is not None:
        return made
    file, at = ("", place) if place else ("", "")
    raise ConfigError(
        mistakes=[
            Mistake(file, ".".join(filter(None, (at, dotted(each.path)))), each.text())
            for each in findings
        ]
    )


def examine(cls: type[T], table: Any) -> tuple[T | None, tuple[Finding, ...]]:
    """The instance and nothing, or ``None`` and what is wrong."""
    try:
        return _converter().structure(table, cls), ()
    except Wrong as wrong:
        return None, wrong.findings
    except StructureHandlerNotFoundError as exc:
        raise PluginError(
            f"{cls.__module__}.{cls.__qualname__} has a field of a type that TOML has not: {exc}"
        ) from exc


@cache
def _converter() -> cattrs.Converter:
    made = cattrs.Converter()
    for kind in (bool, int, float, str):
        made.register_structure_hook(kind, _SCALARS[kind])
    made.register_structure_hook(Path, _path)
    made.register_structure_hook(timedelta, _duration)
    made.register_structure_hook_func(lambda kind: kind is Any, lambda value, _: plain(value))
    made.register_structure_hook_func(lambda kind: kind is ConnectionName, _SCALARS[str])
    made.register_structure_hook_func(lambda kind: get_origin(kind) is Literal, _literal)
    made.register_structure_hook_func(is_union, _union)
    made.register_structure_hook_func(lambda kind: get_origin(kind) in (tuple, list), _array)
    made.register_structure_hook_func(lambda kind: get_origin(kind) is dict, _mapping)
    made.register_structure_hook_func(attrs.has, _instance)
    made.register_structure_hook(Secret, _secret)
    return made


def _of(value: Any, kind: Any) -> Any:
    return _converter().get_structure_hook(kind)(value, kind)


def _scalar(kind: type, fits: Callable[[Any], bool]) -> Callable[[Any, Any], Any]:
    def hook(value: Any, wanted: Any) -> Any:
        if not fits(value):
            raise Wrong(Finding(expected(wanted), value))
        return kind(value)

    return hook


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63


_SCALARS: dict[type, Callable[[Any, Any], Any]] = {
    bool: _scalar(bool, lambda value: isinstance(value, bool)),
    int: _scalar(int, _is_int),
    float: _scalar(float, lambda value: isinstance(value, float) or _is_int(value)),
    str: _scalar(str, lambda value: isinstance(value, str)),
}


def _path(value: Any, kind: Any) -> Path:
    if not isinstance(value, str) or not value or "\0" in value:
        raise Wrong(Finding(expected(kind), value))
    return Path(value)


def _duration(value: Any, kind: Any) -> timedelta:
    try:
        return duration(value) if isinstance(value, str) else _refuse(kind, value)
    except (ValueError, OverflowError):
        return _refuse(kind, value)


def _refuse(kind: Any, value: Any) -> Any:
    raise Wrong(Finding(expected(kind), value))


def _literal(value: Any, kind: Any) -> Any:
    for word in get_args(kind):
        if type(word) is type(value) and word == value:
            return word
    wanted = expected(kind)
    if isinstance(value, str):
        words = [word for word in get_args(kind) if isinstance(word, str)]
        near = did_you_mean(value[:60], words)
        raise Wrong(Finding(wanted, value, said=f"expected {wanted}, found {found(value)}{near}"))
    raise Wrong(Finding(wanted, value))


def _secret(value: Any, kind: Any) -> Secret:
    wanted = expected(kind)
    if not isinstance(value, Mapping):
        raise Wrong(Finding(wanted, _CONCEALED if isinstance(value, str) else value))
    unknown = [_unknown(key, ("env", "file")) for key in value if key not in ("env", "file")]
    bad = [Finding("a string that is not empty", value[key], (key,)) for key in ("env", "file")
           if key in value and not (isinstance(value[key], str) and value[key])]
    if not (unknown or bad) and len(value) != 1:
        bad = [Finding(wanted, said=f"expected {wanted}, found {'both' if value else 'neither'}")]
    if unknown or bad:
        raise Wrong(*unknown, *bad)
    return Secret(env=value.get("env"), file=Path(value["file"]) if "file" in value else None)


def _union(value: Any, kind: Any) -> Any:
    arms = [arm for arm in get_args(kind) if arm is not type(None)]
    nearer: list[Wrong] = []
    for arm in arms:
        try:
            return _of(value, arm)
        except Wrong as wrong:
            if len(arms) == 1 or any(each.path for each in wrong.findings):
                nearer.append(wrong)
    raise nearer[0] if len(nearer) == 1 else Wrong(Finding(expected(kind), value))


def _array(value: Any, kind: Any) -> Any:
    if not isinstance(value, list | tuple):
        raise Wrong(Finding(expected(kind), value))
    args = get_args(kind)
    fixed = get_origin(kind) is tuple and args[-1] is not Ellipsis
    if fixed and len(value) != len(args):
        raise Wrong(Finding(f"an array of {len(args)}", value))
    kinds = args if fixed else [args[0]] * len(value)
    made = _each(enumerate(value), dict(enumerate(kinds)))
    return get_origin(kind)(made.values())


def _mapping(value: Any, kind: Any) -> Any:
    if not isinstance(value, Mapping):
        raise Wrong(Finding(expected(kind), value))
    return _each(value.items(), dict.fromkeys(value, get_args(kind)[1]))


def _each(items: Any, kinds: Mapping[Any, Any]) -> dict[Any, Any]:
    made: dict[Any, Any] = {}
    wrong: list[Finding] = []
    for key, value in items:
        try:
            made[key] = _of(value, kinds[key])
        except Wrong as one:
            wrong += one.under(key)
    if wrong:
        raise Wrong(*wrong)
    return made
