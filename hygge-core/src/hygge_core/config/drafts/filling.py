"""Makes a merged table say the same in every process: absolute paths, names filled in.

What is done to a text depends on the type of its field, so this walks the table along the config
class. What does not fit the class is left as it is; saying so is up to ``structure``.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, get_args, get_origin

import attrs
from attrs import define, field, frozen

from hygge_core.config.structuring.settings_of import arms, settings_of
from hygge_core.config.tree.nodes import Key, Leaf, Node, Origin, Table
from hygge_core.fields import PER_ENTITY, ConnectionName

ENTITY, FLOW = "{entity}", "{flow}"


@frozen(kw_only=True)
class Names:
    """What ``{flow}`` and ``{entity}`` stand for.

    ``entity`` may be ``{entity}`` itself, for what the entities share. ``many`` says that the flow
    has entities, so that a place that each needs for itself gets its name appended.
    """

    flow: str
    entity: str = ENTITY
    many: bool = False

    def fill(self, text: str) -> str:
        """``text`` with the names in it."""
        return text.replace(FLOW, self.flow).replace(ENTITY, self.entity)


@define
class Filling:
    """One walk. ``connections`` are the names of connections that were met, and where.

    Defaults that are relative paths are relative to ``root``, the project's directory; with
    ``defaults`` those, and the ones that name the flow or entity, are filled in.
    """

    root: Path
    names: Names | None = None
    defaults: bool = True
    connections: list[tuple[str, tuple[Key, ...]]] = field(factory=list)

    def table(self, cls: type, table: Table, path: tuple[Key, ...] = ()) -> dict[str, Any]:
        """``table``, which is to become a ``cls``, as plain values."""
        settings = settings_of(cls)
        written = {}
        for key, node in table.entries.items():
            setting = settings.get(key)
            kind = setting.kind if setting else Any
            each = setting is not None and PER_ENTITY.items() <= setting.field.metadata.items()
            written[key] = self._node(kind, node, (*path, key), each=each)
        if not self.defaults:
            return written
        absent = {key: setting.default for key, setting in settings.items() if key not in written}
        filled = {key: self._default(default) for key, default in absent.items()}
        return written | {key: text for key, text in filled.items() if text is not None}

    def _node(self, kind: Any, node: Node, path: tuple[Key, ...], *, each: bool = False) -> Any:
        if isinstance(node, Leaf):
            return self._value(kind, node.value, node.origin, path, each=each)
        for arm in arms(kind):
            if attrs.has(arm):
                return self.table(arm, node, path)
        inner = _inner(kind, dict)
        return {key: self._node(inner, child, (*path, key)) for key, child in node.entries.items()}

    def _value(
        self, kind: Any, value: Any, origin: Origin, path: tuple[Key, ...], *, each: bool = False
    ) -> Any:
        if isinstance(value, str):
            return self._text(kind, value, origin, path, each=each)
        if isinstance(value, list):
            inner = _inner(kind, tuple, list)
            return [self._value(inner, one, origin, (*path, n)) for n, one in enumerate(value)]
        if isinstance(value, dict):
            leaves: dict[str, Node] = {key: Leaf(one, origin) for key, one in value.items()}
            return self._node(kind, Table(leaves, origin), path)
        return value

    def _text(
        self, kind: Any, text: str, origin: Origin, path: tuple[Key, ...], *, each: bool
    ) -> str:
        if self.names is not None:
            # Nothing is appended to no text: it would become a place at the root.
            own = not text or ENTITY in text or origin.level == "entity"
            if each and self.names.many and not own:
                text = f"{text.rstrip('/')}/{ENTITY}"
            text = self.names.fill(text)
        if ConnectionName in arms(kind):
            self.connections.append((text, path))
        is_path = Path in arms(kind) and str not in arms(kind)
        return absolute(text, origin.folder) if is_path else text

    def _default(self, default: Any) -> str | None:
        """A default that is not the same everywhere, as text; ``None`` for all others."""
        fill = self.names.fill if self.names is not None else str
        if isinstance(default, Path):
            return fill(absolute(str(default), self.root))
        names_something = isinstance(default, str) and (ENTITY in default or FLOW in default)
        return fill(default) if names_something else None


def absolute(text: str, folder: Path) -> str:
    """The path ``text``, relative to ``folder``; the empty text is no path."""
    if not text:
        return text
    home = os.path.expanduser(text)  # noqa: PTH111  # Path's raises where there is no home
    return os.path.normpath(folder / home)


def _inner(kind: Any, *kinds: type) -> Any:
    """What the array or mapping that ``kind`` may be holds."""
    for arm in arms(kind):
        if get_origin(arm) in kinds:
            return get_args(arm)[1 if dict in kinds else 0]
    return Any
