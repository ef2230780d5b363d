"""The types of settings as JSON Schema (draft-07)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from math import isfinite
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args, get_origin

import attrs
from attrs import define, field

from hygge_core.config.structuring.bounds import in_json
from hygge_core.config.structuring.settings_of import Setting, arms, settings_of, told_of
from hygge_core.fields import Secret

Schema: TypeAlias = dict[str, Any]

#: ``${VAR}`` may stand for any string, so what is not one of some words may still become one.
VARIABLE: Schema = {"type": "string", "pattern": r"\$\{"}
_DURATION = r"^\s*([0-9]+(\.[0-9]+)?\s*(ms|[smhdw])\s*)+$"
_PLAIN: Mapping[Any, Schema] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    Path: {"type": "string", "minLength": 1},
    timedelta: {"anyOf": [{"type": "string", "pattern": _DURATION}, VARIABLE]},
}


def words(*known: str) -> Schema:
    """One of the ``known`` words."""
    return {"anyOf": [{"enum": list(known)}, VARIABLE]}


@define
class Shapes:
    """Schemas of classes, each once, in ``definitions``."""

    definitions: dict[str, Schema] = field(factory=dict)

    def table(self, cls: type, *, whole: bool = False, more: Mapping[str, Schema] = {}) -> Schema:
        """A table that becomes a ``cls``; ``more`` are further keys, or better schemas of its own.

        Parts of a table may stand at any level; where it is written ``whole``, the keys that it
        needs are required.
        """
        about, told = told_of(cls)
        properties = {
            key: _described(more[key] if key in more else self.setting(setting), told.get(key))
            for key, setting in settings_of(cls).items()
        }
        required = [key for key, setting in settings_of(cls).items() if setting.required]
        return {
            "type": "object",
            **({"description": about} if about else {}),
            "properties": {**more, **properties},
            **({"required": required} if whole and required else {}),
            "additionalProperties": False,
        }

    def setting(self, setting: Setting) -> Schema:
        """The value of one key, with its default."""
        schema = self.shape(setting.kind, setting.field.validator)
        default = setting.default
        return {**schema, "default": default} if _fits_json(default) else schema

    def shape(self, kind: Any, validator: Any = None, *, whole: bool = False) -> Schema:
        """A value of the type ``kind`` that ``validator`` lets through."""
        options = [
            self._arm(arm, validator, whole=whole) for arm in arms(kind) if arm is not type(None)
        ]
        return options[0] if len(options) == 1 else {"anyOf": options}

    def _arm(self, kind: Any, validator: Any, *, whole: bool) -> Schema:
        kind = getattr(kind, "__supertype__", kind)  # ConnectionName and TypeWord are text
        origin, args = get_origin(kind), get_args(kind)
        if kind in _PLAIN:
            schema = _PLAIN[kind]
        elif kind is Secret:
            return self._secret()
        elif attrs.has(kind):
            return self._reference(kind, whole=whole)
        elif origin is Literal:
            return words(*args) if all(isinstance(a, str) for a in args) else {"enum": list(args)}
        elif origin is dict:
            schema = {"type": "object", "additionalProperties": self.shape(args[1])}
        elif origin in (tuple, list):
            schema = {"type": "array", "items": self.shape(args[0], whole=True)}
        else:
            return {}
        return {**schema, **in_json(validator, str(schema.get("type", "")))}

    def _secret(self) -> Schema:
        return {
            "type": "object",
            "description": 'Where the secret is: { env = "NAME" } or { file = "PATH" }.',
            "properties": {key: {"type": "string", "minLength": 1} for key in ("env", "file")},
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": False,
        }

    def _reference(self, cls: type, *, whole: bool) -> Schema:
        name = f"{cls.__module__}.{cls.__qualname__}{'' if whole else '.part'}"
        if name not in self.definitions:
            self.definitions[name] = {}  # first, since a class may hold itself
            self.definitions[name] = self.table(cls, whole=whole)
        return {"$ref": f"#/definitions/{name}"}


def _fits_json(default: Any) -> bool:
    return isinstance(default, bool | int | str) or (
        isinstance(default, float) and isfinite(default)
    )


def _described(schema: Schema, told: str | None) -> Schema:
    if told is None:
        return schema
    # draft-07 does not see the neighbours of a reference
    return {**({"allOf": [schema]} if "$ref" in schema else schema), "description": told}
