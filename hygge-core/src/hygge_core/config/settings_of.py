"""The keys that a config class takes: its attrs fields, as TOML sees them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, get_type_hints

import attrs
from attrs import frozen

from hygge_core.errors import PluginError

_BULLET = re.compile(r"^\s*\* (?P<names>``\w+``(?:,? (?:and )?``\w+``)*),?:? (?P<text>.*)$")


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
        default = self.field.default
        if not isinstance(default, attrs.Factory):  # type: ignore[arg-type]  # a class in fact
            return None if default is attrs.NOTHING else default
        return None if default.takes_self else default.factory()


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
    if field.converter is None:
        return field.type
    try:
        first = next(iter(inspect.signature(field.converter).parameters))
        return get_type_hints(field.converter).get(first, field.type)
    except (TypeError, ValueError, NameError, StopIteration):  # a builtin, or a bare converter
        return field.type


@cache
def told_of(cls: type) -> tuple[str, Mapping[str, str]]:
    """What the docstring says: of the class in its first lines, of keys in ``* ``key`` text``."""
    about: dict[str, str] = {}
    names: list[str] = []
    for line in inspect.cleandoc(cls.__doc__ or "").splitlines():
        bullet = _BULLET.match(line)
        if bullet:
            names = re.findall(r"``(\w+)``", bullet["names"])
            about |= dict.fromkeys(names, bullet["text"])
        elif names and line.startswith("  "):
            about |= {name: f"{about[name]} {line.strip()}" for name in names}
        else:
            names = []
    return _first_paragraph(cls.__doc__ or ""), MappingProxyType(about)


def _first_paragraph(doc: str) -> str:
    first = inspect.cleandoc(doc).partition("\n\n")[0]
    return " ".join(first.partition("\n* ")[0].split())
