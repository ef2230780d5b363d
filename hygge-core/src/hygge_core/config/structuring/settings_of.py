"""The keys that a config class takes: its attrs fields, as TOML sees them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, get_args, get_type_hints

import attrs
from attrs import frozen

from hygge_core.config.saying.wording import is_union
from hygge_core.errors import PluginError

_BULLET = re.compile(r"^\s*\* (?P<names>``\w+``(?:(?:,| and) ``\w+``)*),?:? (?P<text>.*)$")


@frozen
class Setting:
    """One key: the type of its value in TOML, and the attrs field that it becomes.

    A field with a converter takes what the converter's first parameter is annotated with.
    """

    key: str
    kind: Any
    field: attrs.Attribute[Any]

    @property
    def required(self) -> bool:
        """Must it be there?"""
        return self.field.default is attrs.NOTHING

    @property
    def default(self) -> Any:
        """What it is where it is not there; ``None`` too where that is made anew each time."""
        default: Any = self.field.default
        if isinstance(default, attrs.Factory):  # type: ignore[arg-type]  # it is a class
            return None if default.takes_self else default.factory()
        return None if default is attrs.NOTHING else default


@cache
def settings_of(cls: type) -> Mapping[str, Setting]:
    """The settings of a config class by key. Raises ``PluginError`` when its types are unknown."""
    try:
        fields = attrs.fields(attrs.resolve_types(cls))
    except (NameError, TypeError, AttributeError) as exc:
        raise PluginError(
            f"the types of {cls.__module__}.{cls.__qualname__} cannot be told: {exc}",
            hint="what its annotations name must be imported outside of TYPE_CHECKING",
        ) from exc
    known = (Setting(field.alias, _accepted(field), field) for field in fields if field.init)
    return MappingProxyType({setting.key: setting for setting in known})


def _accepted(field: attrs.Attribute[Any]) -> Any:
    convert: Any = field.converter
    if convert is None:
        return field.type
    try:
        first = next(iter(inspect.signature(convert).parameters))
        return get_type_hints(convert).get(first, field.type)
    except (TypeError, ValueError, NameError, StopIteration):  # a builtin, or a bare converter
        return field.type


def arms(kind: Any) -> tuple[Any, ...]:
    """The types that ``kind`` may be: those of a union, or itself."""
    return get_args(kind) if is_union(kind) else (kind,)


@cache
def told_of(cls: type) -> tuple[str, Mapping[str, str]]:
    """What docstrings say: of ``cls`` in its first paragraph, of keys in ``* ``key`` text``."""
    about: dict[str, str] = {}
    for each in reversed(cls.__mro__):
        about |= _bullets(inspect.cleandoc(each.__dict__.get("__doc__") or ""))
    first = inspect.cleandoc(cls.__doc__ or "").partition("\n\n")[0]
    return " ".join(first.partition("\n* ")[0].split()), MappingProxyType(about)


def _bullets(doc: str) -> dict[str, str]:
    about: dict[str, str] = {}
    names: list[str] = []
    for line in doc.splitlines():
        bullet = _BULLET.match(line)
        if bullet:
            names = re.findall(r"``(\w+)``", bullet["names"])
            about |= dict.fromkeys(names, bullet["text"])
        elif names and line.startswith("  "):
            about |= {name: f"{about[name]} {line.strip()}" for name in names}
        else:
            names = []
    return about
