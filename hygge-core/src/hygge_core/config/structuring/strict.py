"""cattrs hooks that take TOML values for what they are, and find every mistake in an array.

``"8"`` is not 8, ``1.9`` is not 1, ``true`` is not 1; only an integer may stand for a number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args, get_origin

import cattrs

from hygge_core.config.saying.wording import expected, found, is_union
from hygge_core.config.structuring.findings import Finding, Wrong, unknown
from hygge_core.config.tree.nodes import Key, plain
from hygge_core.fields import ConnectionName, Secret, TypeWord, duration
from hygge_core.nearest import did_you_mean

Hook: TypeAlias = Callable[[Any, Any], Any]


def register(converter: cattrs.Converter) -> None:
    """Teach ``converter`` every type of a setting but the classes."""
    for kind, fits in _SCALARS.items():
        converter.register_structure_hook(kind, _scalar(kind, fits))
    converter.register_structure_hook(Path, _path)
    converter.register_structure_hook(timedelta, _duration)
    converter.register_structure_hook(Secret, _secret)
    converter.register_structure_hook_func(_is(Any), _anything)
    converter.register_structure_hook_func(_is(ConnectionName), _scalar(str, _SCALARS[str]))
    converter.register_structure_hook_func(_is(TypeWord), _type_word)
    converter.register_structure_hook_func(_comes_from(Literal), _literal)
    converter.register_structure_hook_factory(is_union, _union)
    converter.register_structure_hook_factory(_comes_from(tuple, list), _array)
    converter.register_structure_hook_factory(_comes_from(dict), _mapping)


def _anything(value: Any, kind: Any) -> Any:
    return plain(value)


def _is(wanted: Any) -> Callable[[Any], bool]:
    return lambda kind: kind is wanted


def _comes_from(*origins: Any) -> Callable[[Any], bool]:
    return lambda kind: get_origin(kind) in origins


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63


_SCALARS: dict[type, Callable[[Any], bool]] = {
    bool: lambda value: isinstance(value, bool),
    int: _is_int,
    float: lambda value: isinstance(value, float) or _is_int(value),
    str: lambda value: isinstance(value, str),
}


def _scalar(kind: type, fits: Callable[[Any], bool]) -> Hook:
    def hook(value: Any, wanted: Any) -> Any:
        if not fits(value):
            raise Wrong(Finding(expected(wanted), value))
        return kind(value)

    return hook


def _path(value: Any, kind: Any) -> Path:
    if not isinstance(value, str) or not value or "\0" in value:
        raise Wrong(Finding(expected(kind), value, textual=True))
    return Path(value)


def _duration(value: Any, kind: Any) -> timedelta:
    try:
        if isinstance(value, str):
            return duration(value)
    except (ValueError, OverflowError):
        pass
    raise Wrong(Finding(expected(kind), value, textual=True))


def _type_word(value: Any, kind: Any) -> TypeWord:
    from hygge_core.types import parse  # it needs Polars, which few configurations do

    if not isinstance(value, str):
        raise Wrong(Finding(expected(kind), value))
    try:
        parse(value)
    except ValueError as exc:
        raise Wrong(Finding(said=str(exc), textual=True)) from exc
    return TypeWord(value)


def _literal(value: Any, kind: Any) -> Any:
    words = get_args(kind)
    for word in words:
        if type(word) is type(value) and word == value:
            return word
    if isinstance(value, str):
        near = did_you_mean(value[:60], [word for word in words if isinstance(word, str)])
        said = f"expected {expected(kind)}, found {found(value)}{near}"
        raise Wrong(Finding(said=said, concealed=True, textual=True))
    raise Wrong(Finding(expected(kind), value))


def _secret(value: Any, kind: Any) -> Secret:
    wanted = expected(kind)
    if not isinstance(value, Mapping):
        raise Wrong(Finding(wanted, value, concealed=True))
    wrong = [unknown(key, ("env", "file")) for key in value if key not in ("env", "file")]
    for key in ("env", "file"):
        if key in value and not (isinstance(value[key], str) and value[key]):
            wrong.append(Finding("a string that is not empty", value[key], (key,)))
    if not wrong and len(value) != 1:
        wrong = [Finding(said=f"expected {wanted}, found {'both' if value else 'neither'}")]
    if wrong:
        raise Wrong(*wrong)
    return Secret(env=value.get("env"), file=Path(value["file"]) if "file" in value else None)


def _union(kind: Any, converter: cattrs.Converter) -> Hook:
    arms = [arm for arm in get_args(kind) if arm is not type(None)]
    if len(arms) == 1:
        hook = converter.get_structure_hook(arms[0])
        return lambda value, _: hook(value, arms[0])
    hooks = [(arm, converter.get_structure_hook(arm)) for arm in arms]

    def either_hook(value: Any, wanted: Any) -> Any:
        refused: list[Wrong] = []
        for arm, hook in hooks:
            try:
                return hook(value, arm)
            except Wrong as wrong:
                refused.append(wrong)
        inside = [wrong for wrong in refused if any(each.path for each in wrong.findings)]
        if len(inside) == 1:  # an array with one bad element was meant as an array
            raise inside[0]
        textual = any(each.textual for wrong in refused for each in wrong.findings)
        raise Wrong(Finding(expected(wanted), value, textual=textual))

    return either_hook


def _array(kind: Any, converter: cattrs.Converter) -> Hook:
    made, args = get_origin(kind), get_args(kind)
    open_ended = made is list or args[-1] is Ellipsis

    def hook(value: Any, wanted: Any) -> Any:
        if not isinstance(value, list | tuple):
            raise Wrong(Finding(expected(wanted), value))
        if not open_ended and len(value) != len(args):
            raise Wrong(Finding(expected(wanted), value))
        kinds = args[:1] * len(value) if open_ended else args
        return made(_each(converter, zip(range(len(value)), value, kinds, strict=True)).values())

    return hook


def _mapping(kind: Any, converter: cattrs.Converter) -> Hook:
    inner = get_args(kind)[1]

    def hook(value: Any, wanted: Any) -> Any:
        if not isinstance(value, Mapping):
            raise Wrong(Finding(expected(wanted), value))
        return _each(converter, ((key, each, inner) for key, each in value.items()))

    return hook


def _each(converter: cattrs.Converter, items: Iterable[tuple[Key, Any, Any]]) -> dict[Key, Any]:
    made: dict[Key, Any] = {}
    wrong: list[Finding] = []
    for key, value, kind in items:
        try:
            made[key] = converter.get_structure_hook(kind)(value, kind)
        except Wrong as one:
            wrong += one.under(key)
    if wrong:
        raise Wrong(*wrong)
    return made
