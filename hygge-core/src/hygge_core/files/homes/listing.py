"""Which files of this host a home reads: one, those of a directory, or those that match a glob."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path

from attrs import frozen

from hygge_core.errors import HomeError
from hygge_core.files.homes.border import speaking_hygge
from hygge_core.files.homes.sources import Source, skipped
from hygge_core.nearest import nearest

_MAGIC = set("*?[")
_FEW = 3


@frozen
class LocalPlace:
    """Files on this host: ``path`` is a file, a directory or a glob.

    ``suffixes`` are the names' endings that count in a directory; ``entity`` is for hints only.
    """

    path: Path
    suffixes: tuple[str, ...]
    entity: str = ""

    @property
    def address(self) -> str:
        return str(self.path)

    def sources(self) -> list[Source]:
        with speaking_hygge(self.path):
            if self.path.is_file():
                return [_source(self.path, self.path.name)]
            if self.path.is_dir():
                return self._in_directory()
            if _MAGIC & set(str(self.path)):
                return self._matching()
        raise self._missing()

    def _in_directory(self) -> list[Source]:
        found = sorted(_walk(self.path))
        wanted = [name for name in found if name.lower().endswith(self.suffixes)]
        if not wanted:
            raise HomeError(
                f"{self.path} holds no {self.suffixes[0]} file",
                hint=f"it holds {_some(found)}; name the file, or use a glob" if found else None,
            )
        return _sources(self.path, wanted)

    def _matching(self) -> list[Source]:
        fixed = list(_before(self.path.parts))
        root = Path(*fixed)
        pattern = "/".join(self.path.parts[len(fixed) :])
        if pattern.endswith("**"):
            pattern += "/*"  # Pythons disagree on whether it matches files by itself
        matched = sorted(p.relative_to(root).as_posix() for p in root.glob(pattern))
        files = [n for n in matched if not skipped(n) and _is_data(root / n)]
        if not files:
            raise HomeError(
                f"no file matches {self.path}",
                hint=f"add /* to read what is in {_some(matched)}" if matched else None,
            )
        return _sources(root, files)

    def _missing(self) -> HomeError:
        for suffix in self.suffixes:
            sibling = self.path.with_name(self.path.name + suffix)
            if sibling.is_file():
                meant = self.path.parent / f"{{entity}}{suffix}"
                named = meant if self.path.name == self.entity else sibling
                return HomeError(f"{self.path} does not exist", hint=f'path = "{named}"')
        return HomeError(f"{self.path} does not exist", hint=_near(self.path))


def _walk(root: Path, below: str = "", above: frozenset[Path] = frozenset()) -> Iterator[str]:
    """Every file below ``root``, as relative names. A link back up is not followed."""
    real = (root / below).resolve()
    if real in above:
        return
    for path in (root / below).iterdir():
        name = path.relative_to(root).as_posix()
        if skipped(path.name):
            continue
        if path.is_symlink():
            _stays_inside(root.resolve(), root, name)
        if path.is_dir():
            yield from _walk(root, name, above | {real})
        elif _is_data(path):
            yield name


def _is_data(path: Path) -> bool:
    """A file, or a dangling link, which has to be told of; reading a pipe would wait for ever."""
    return path.is_file() or (path.is_symlink() and not path.exists())


def _stays_inside(top: Path, root: Path, name: str) -> Path:
    """The real path of a file. Raises ``HomeError`` when a link leads out of the root.

    ``top`` is the root's own real path.
    """
    real = (root / name).resolve()
    if not real.is_relative_to(top):
        raise HomeError(
            f"{root / name} is a link that leads out of {root}, to {real}",
            hint="read that place by its own path, or remove the link",
        )
    return real


def _sources(root: Path, names: Iterable[str]) -> list[Source]:
    """Sorted by name; a file that can be reached by two names is read once."""
    by_real: dict[Path, str] = {}
    top = root.resolve()
    for name in sorted(names):
        by_real.setdefault(_stays_inside(top, root, name), name)
    return [_source(root / name, name) for name in by_real.values()]


def _source(path: Path, relative: str) -> Source:
    return Source(
        name=str(path),
        relative=relative,
        size=path.stat().st_size,
        open=lambda: path.open("rb"),
        local=lambda: nullcontext(path),
        path=path,
    )


def _before(parts: Iterable[str]) -> Iterator[str]:
    for part in parts:
        if _MAGIC & set(part):
            return
        yield part


def _some(names: list[str]) -> str:
    return ", ".join(names[:_FEW]) + (f" and {len(names) - _FEW} more" if len(names) > _FEW else "")


def _near(path: Path) -> str | None:
    if path.parent.is_file():
        return f"{path.parent} is a file, and each entity reads a path of its own below it"
    if not path.parent.is_dir():
        return f"there is no directory {path.parent} either"
    names = [each.name for each in path.parent.iterdir() if not skipped(each.name)]
    close = nearest(path.name, names)
    return f"did you mean {path.parent / close}?" if close else None
