"""``hygge config show``: what is configured in the end, and where each value is from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
from attrs import frozen

from hygge_core.config.project import Entity, Project, Section
from hygge_core.config.saying.redaction import HIDDEN, any_secret, looks_secret, redact
from hygge_core.config.structuring.settings_of import arms, settings_of
from hygge_core.config.tree.nodes import Key, Leaf, dotted, locate
from hygge_core.fields import Secret

_WIDEST = 56


@frozen(kw_only=True)
class Row:
    """One value: ``path`` in the merged configuration, and where it was written.

    ``file`` is empty for a default and for what hygge chose itself; ``level`` is ``default``,
    ``project``, ``defaults``, ``flow`` or ``entity``. ``value`` is plain JSON without secrets.
    """

    path: str
    value: Any
    file: str = ""
    written: str = ""
    level: str = "default"
    variables: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """The same in words, as a comment."""
        used = f", from {', '.join(self.variables)}" if self.variables else ""
        return f"{self.file}: {self.written}{used}" if self.file else self.level


def show(project: Project, entities: Iterable[Entity] | None = None) -> str:
    """TOML-like lines, each with where it is from; of all ``entities`` where none are given."""
    blocks = []
    for section in _chosen(project, entities):
        lines = [(f"{row.path} = {_toml(row.value)}", row.source) for row in _rows(section)]
        width = min(max((len(line) for line, _ in lines), default=0), _WIDEST)
        body = [f"{line:<{width}}  # {source}" for line, source in lines]
        blocks.append("\n".join([f"[{dotted(section.path)}]", *body]))
    return "\n\n".join(blocks) + "\n"


def rows(project: Project, entities: Iterable[Entity] | None = None) -> Iterator[Row]:
    """The same as records whose paths are whole, for ``--json``."""
    for section in _chosen(project, entities):
        for row in _rows(section):
            yield attrs.evolve(row, path=f"{dotted(section.path)}.{row.path}")


def _chosen(project: Project, entities: Iterable[Entity] | None) -> Iterator[Section]:
    yield from project.sections
    for entity in project.entities if entities is None else entities:
        yield from entity.sections


def _rows(section: Section) -> Iterator[Row]:
    yield from _written(section, section.values, ())
    if section.cls is not None:
        for path, value in _defaults(section.cls, section.values, ()):
            yield Row(path=dotted(path), value=_safe(_plain(value), path))


def _written(section: Section, values: Mapping[str, Any], path: tuple[Key, ...]) -> Iterator[Row]:
    for key, value in values.items():
        here = (*path, key)
        if isinstance(value, Mapping) and not _is_reference(value):
            yield from _written(section, value, here)
        else:
            yield _row(section, value, here)


def _row(section: Section, value: Any, path: tuple[Key, ...]) -> Row:
    spot = locate(section.node, path)
    if spot.beyond:
        return Row(path=dotted(path), value=_safe(value, path))
    origin = spot.node.origin
    variables = spot.node.variables if isinstance(spot.node, Leaf) else ()
    if isinstance(spot.node, Leaf) and any(map(looks_secret, variables)):
        value = spot.node.raw
    return Row(
        path=dotted(path),
        value=_safe(value, path),
        file=origin.file,
        written=dotted(origin.path),
        level=origin.level,
        variables=tuple(f"${{{name}}}" for name in dict.fromkeys(variables)),
    )


def _defaults(
    cls: type, values: Mapping[str, Any], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """What is not said, but is something all the same."""
    for key, setting in settings_of(cls).items():
        inner = next((arm for arm in arms(setting.kind) if attrs.has(arm) and arm != Secret), None)
        given = values.get(key)
        if inner is not None and isinstance(given, Mapping):
            yield from _defaults(inner, given, (*path, key))
        elif inner is not None and key not in values and isinstance(setting.default, inner):
            yield from _defaults(inner, {}, (*path, key))
        elif key not in values and setting.default not in (None, (), {}):
            yield (*path, key), setting.default


def _is_reference(value: Mapping[str, Any]) -> bool:
    return bool(value) and value.keys() <= {"env", "file"}


def _safe(value: Any, path: tuple[Key, ...]) -> Any:
    """``value`` with what may not be shown left out; references to secrets may be shown."""
    if isinstance(value, Mapping):
        keep = _is_reference(value)
        return {k: _safe(v, () if keep else (*path, k)) for k, v in value.items()}
    if isinstance(value, list):
        return [_safe(inner, path) for inner in value]
    if any_secret(path) and not isinstance(value, bool):
        return HIDDEN
    return redact(value) if isinstance(value, str) else value


def _plain(default: Any) -> Any:
    if isinstance(default, timedelta):
        return f"{default.total_seconds():g}s"
    return str(default) if isinstance(default, Path) else default


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        inside = ", ".join(f"{dotted([key])} = {_toml(inner)}" for key, inner in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool) else str(value)
