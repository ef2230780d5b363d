"""From TOML tables to frozen attrs classes, strictly, and with every mistake found at once.

cattrs finds the way through the types, :mod:`hygge_core.config.structuring.strict` takes the
values, and here a table becomes an instance: a key that the class does not have is a mistake, and
so is whatever the validators of its fields refuse.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, TypeVar

import attrs
import cattrs
from attrs import evolve
from cattrs.errors import StructureHandlerNotFoundError

from hygge_core.config.saying.wording import expected
from hygge_core.config.structuring.bounds import each_of, in_words
from hygge_core.config.structuring.findings import Finding, Wrong, objection, unknown
from hygge_core.config.structuring.settings_of import Setting, settings_of
from hygge_core.config.structuring.strict import Hook, register
from hygge_core.config.tree.nodes import dotted
from hygge_core.errors import ConfigError, Mistake, PluginError

T = TypeVar("T")


def structure(cls: type[T], table: Mapping[str, Any], *, place: str = "") -> T:
    """``table`` as an instance of the attrs class ``cls``. Paths in it stay as they are.

    Raises ``ConfigError`` whose mistakes are at ``place``, and ``PluginError`` for a class with a
    field of a type that no TOML value can have.
    """
    made, findings = examine(cls, table)
    if made is None:
        raise ConfigError(
            mistakes=[Mistake(place, dotted(each.path), each.text()) for each in findings]
        )
    return made


def examine(cls: type[T], table: Any) -> tuple[T | None, tuple[Finding, ...]]:
    """The instance and nothing, or ``None`` and what is wrong. Raises ``PluginError``."""
    try:
        return converter().get_structure_hook(cls)(table, cls), ()
    except Wrong as wrong:
        return None, wrong.findings
    except StructureHandlerNotFoundError as exc:
        name = f"{cls.__module__}.{cls.__qualname__}"
        raise PluginError(f"{name} has a field that TOML cannot fill: {exc}") from exc


@cache
def converter() -> cattrs.Converter:
    """The one converter of all tables."""
    made = cattrs.Converter()
    made.register_structure_hook_factory(attrs.has, _instances)
    register(made)
    return made


def _instances(cls: type, converter: cattrs.Converter) -> Hook:
    settings = settings_of(cls)

    def hook(table: Any, wanted: Any) -> Any:
        if not isinstance(table, Mapping):
            raise Wrong(Finding(expected(wanted), table))
        given: dict[str, Any] = {}
        wrong: list[Finding] = []
        for key, value in table.items():
            if key not in settings:
                wrong.append(unknown(key, settings))
                continue
            try:
                given[key] = _value(settings[key], value, converter)
            except Wrong as one:
                wrong += one.under(key)
        for key, setting in settings.items():
            if setting.required and key not in table:
                wrong.append(Finding(_wanted(setting), path=(key,)))
        wrong += _refused(cls, given, table, complete=not wrong)
        if wrong:
            raise Wrong(*wrong)
        return _made(cls, given)

    return hook


def _value(setting: Setting, value: Any, converter: cattrs.Converter) -> Any:
    try:
        return converter.get_structure_hook(setting.kind)(value, setting.kind)
    except Wrong as wrong:
        if len(wrong.findings) == 1 and not (wrong.findings[0].path or wrong.findings[0].said):
            raise Wrong(evolve(wrong.findings[0], wanted=_wanted(setting))) from None
        raise


def _wanted(setting: Setting) -> str:
    return f"{expected(setting.kind)} {in_words(setting.field.validator)}".rstrip()


def _refused(
    cls: type, given: Mapping[str, Any], table: Mapping[str, Any], *, complete: bool
) -> Iterator[Finding]:
    """What each field's converter and validators say, not only the first of them."""
    draft = _draft(cls, given, table)
    for key, value in given.items():
        setting = settings_of(cls)[key]
        try:
            made = _converted(setting, value)
        except Exception as exc:  # noqa: BLE001  # a plugin's converter raises what it likes
            yield evolve(objection(exc), path=(key,))
            continue
        for validator in each_of(setting.field.validator):
            said = _said_by(validator, draft, setting, made)
            if said is None or (isinstance(said, AttributeError) and not complete):
                continue  # an attribute that is not there: of a key that is wrong itself
            if in_words(validator):
                yield Finding(_wanted(setting), table[key], (key,), textual=True)
                break
            yield evolve(objection(said), path=(key,))


def _said_by(validator: Any, draft: Any, setting: Setting, value: Any) -> Exception | None:
    try:
        validator(draft, setting.field, value)
    except Exception as exc:  # noqa: BLE001  # a plugin's validator raises what it likes
        return exc
    return None


def _draft(cls: type, given: Mapping[str, Any], table: Mapping[str, Any]) -> Any:
    """An instance with all that is known, for validators that look at other fields.

    What is wrong itself is not known: a default in its place would be found wanting once more.
    """
    draft: Any = object.__new__(cls)
    for key, setting in settings_of(cls).items():
        if key in given or not (setting.required or key in table):
            try:
                value = given.get(key, setting.default)
                object.__setattr__(draft, setting.field.name, _converted(setting, value))
            except Exception:  # noqa: BLE001, S112  # told of when its own turn comes
                continue
    return draft


def _converted(setting: Setting, value: Any) -> Any:
    convert = setting.field.converter
    return convert(value) if callable(convert) else value


def _made(cls: type, given: Mapping[str, Any]) -> Any:
    try:
        return cls(**given)
    except Exception as exc:  # __attrs_post_init__ may be a plugin's
        raise Wrong(objection(exc)) from exc
