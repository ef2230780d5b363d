"""Finds the TOML files of a project and makes one tree of them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import tomli
from attrs import frozen

from hygge_core.config.saying.mistakes import Mistakes
from hygge_core.config.saying.redaction import any_secret
from hygge_core.config.tree.interpolate import Interpolation
from hygge_core.config.tree.nodes import Leaf, Node, Origin, Table
from hygge_core.errors import ConfigError, Mistake

FILE = "hygge.toml"
_DEEPEST = 32
#: Endings, in any case, of what is configuration or was meant to be.
_MEANT = frozenset({".toml", ".tml", ".yaml", ".yml"})
_PLAINER = {
    "Cannot declare": "the same table stands here again",
    "Cannot overwrite a value": "the same key stands here again",
    "Cannot mutate immutable namespace": "what stands in { } cannot be added to elsewhere",
}


@frozen
class Sources:
    """``file`` with all that stands in ``flows/`` beside it, as one tree."""

    file: Path
    tree: Table

    @property
    def root(self) -> Path:
        """The project's directory."""
        return self.file.parent


def find(start: Path) -> Path:
    """The nearest ``hygge.toml`` in ``start`` or above. Raises ``ConfigError``."""
    here = Path(os.path.normpath(Path(start).absolute()))
    if not os.path.isdir(here):  # noqa: PTH112  # as below; a typo must not find what is above it
        raise ConfigError(f"there is no directory {here}")
    for folder in (here, *here.parents):
        if os.path.isfile(folder / FILE):  # noqa: PTH113  # Path's raises where it may not look
            return folder / FILE
    raise ConfigError(f"there is no {FILE} in {here} or above it", hint="hygge init makes one")


def read(file: Path, environ: Mapping[str, str]) -> Sources:
    """Parse ``file`` and what belongs to it. Raises ``ConfigError`` with all that is unreadable."""
    file = Path(os.path.normpath(Path(file).absolute()))
    mistakes = Mistakes()
    soil = Soil(environ, mistakes)
    tree = soil.table_of(file, file.name, ())
    for path, mount in _parts(file.parent, mistakes):
        part = soil.table_of(path, path.relative_to(file.parent).as_posix(), mount)
        for key in reversed(mount):
            part = Table({key: part}, part.origin)
        tree = _graft(tree, part, (), mistakes)
    mistakes.stop()
    return Sources(file, tree)


def _parts(root: Path, mistakes: Mistakes) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Each ``flows/NAME.toml`` and ``flows/NAME/ENTITY.toml`` with the keys that it stands for."""
    for path in sorted((root / "flows").glob("**/*.*")):
        keys = (*path.relative_to(root / "flows").parts[:-1], path.stem)
        if any(part.startswith(".") for part in path.relative_to(root).parts):
            continue
        if path.suffix.lower() not in _MEANT:
            continue
        problem = _misplaced(path, len(keys))
        if problem:
            mistakes.add(Mistake(path.relative_to(root).as_posix(), "the file", problem))
        else:
            yield path, ("flows", keys[0], *(("entities", keys[1]) if len(keys) == 2 else ()))


def _misplaced(path: Path, depth: int) -> str:
    """Why a file in ``flows`` would be passed over; empty where it is read."""
    if path.suffix != ".toml":
        return f"expected TOML in a file that ends in .toml, found {path.name}, which nobody reads"
    if depth > 2:
        return "expected flows/FLOW.toml or flows/FLOW/ENTITY.toml, found a file deeper down"
    return ""


@frozen
class Soil:
    """Grows nodes from parsed TOML, filling in variables on the way."""

    environ: Mapping[str, str]
    mistakes: Mistakes

    def table_of(self, path: Path, name: str, mount: tuple[str, ...]) -> Table:
        """What the file holds; an empty table after a mistake."""
        origin = Origin(name, (), path.parent, mount)
        grown = self.grow(_parse(path, name, self.mistakes), origin)
        assert isinstance(grown, Table)  # TOML documents are tables
        return grown

    def grow(self, value: Any, origin: Origin) -> Node:
        """The node for ``value`` as it stands at ``origin``."""
        if not isinstance(value, dict):
            return self._leaf(value, origin)
        if len(origin.path) >= _DEEPEST and value:
            self.mistakes.add(origin.mistake(f"nested deeper than {_DEEPEST} tables"))
            return Table({}, origin)
        grown = {key: self.grow(inner, origin.child(key)) for key, inner in value.items()}
        return Table(grown, origin)

    def _leaf(self, value: Any, origin: Origin) -> Leaf:
        if _depth(value) > _DEEPEST:
            self.mistakes.add(origin.mistake(f"nested deeper than {_DEEPEST} arrays or tables"))
            return Leaf(None, origin)
        filling = Interpolation(self.environ, hidden=any_secret(origin.path))
        filled = filling.of(value)
        if filling.malformed:
            self.mistakes.add(origin.mistake(filling.malformed))
        used, lacking = tuple(filling.variables), tuple(filling.lacking)
        return Leaf(filled, origin, value, used, lacking, filling.secrets)


def _depth(value: Any) -> int:
    """How deep arrays and tables nest in ``value``; never deeper than a little over the limit."""
    depth, inside = 0, [value]
    while depth <= _DEEPEST and (inside := [v for v in inside if isinstance(v, list | dict)]):
        depth += 1
        inside = [each for v in inside for each in (v.values() if isinstance(v, dict) else v)]
    return depth


def _parse(path: Path, name: str, mistakes: Mistakes) -> dict[str, Any]:
    """The file's document, or a mistake with its line and column and an empty document."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return tomli.loads(text)
    except OSError as exc:
        mistakes.add(Mistake(name, "the file", f"cannot be read: {exc.strerror or exc}"))
    except UnicodeDecodeError as exc:
        line = exc.object.count(b"\n", 0, exc.start) + 1
        column = exc.start - exc.object.rfind(b"\n", 0, exc.start)
        mistakes.add(_at(name, line, column, f"expected UTF-8, found {exc.object[exc.start]:#04x}"))
    except tomli.TOMLDecodeError as exc:
        problem = next((said for hint, said in _PLAINER.items() if hint in exc.msg), exc.msg)
        mistakes.add(_at(name, exc.lineno, exc.colno, f"not TOML: {problem}"))
    except (ValueError, RecursionError) as exc:  # a number of 5,000 digits, 1,000 brackets
        mistakes.add(Mistake(name, "the file", f"not TOML that can be read: {exc}"))
    return {}


def _at(name: str, line: int, column: int, problem: str) -> Mistake:
    return Mistake(name, f"line {line}, column {column}", problem)


def _graft(stock: Table, scion: Table, here: tuple[str, ...], mistakes: Mistakes) -> Table:
    """Both trees as one; what stands in both files is a mistake naming both."""
    entries = dict(stock.entries)
    for key, new in scion.entries.items():
        old = entries.get(key)
        if isinstance(old, Table) and isinstance(new, Table):
            entries[key] = _graft(old, new, (*here, key), mistakes)
        elif old is not None:
            mistakes.add(new.origin.mistake(f"set in {old.origin} already"))
        else:
            entries[key] = new
    written_here = scion.origin.mount + scion.origin.path == here
    return Table(entries, scion.origin if written_here else stock.origin)
