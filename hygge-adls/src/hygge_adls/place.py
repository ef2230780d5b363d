"""Which files of a lake a home reads: one, those of a directory, or those that match a glob."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from attrs import field, frozen

from hygge_adls.lake import ranged
from hygge_adls.lake.lake import Lake
from hygge_adls.lake.reading import below
from hygge_core.errors import HomeError
from hygge_core.files.elsewhere import Source, skipped
from hygge_core.shelf import Entry
from hygge_core.staged import Places

_MAGIC = set("*?[")
_FEW = 3


@frozen(kw_only=True)
class LakeSource(Source):
    """A file of a lake. ``local`` gives a path with nothing but a Parquet footer in it.

    * ``sparse`` gives the same, to which the bytes that are wanted can be fetched.
    """

    sparse: Callable[[], AbstractContextManager[ranged.SparseCopy]]


@frozen
class LakePlace:
    """Files of a lake: ``path`` is a file, a directory or a glob.

    ``suffixes`` are the names' endings that count in a directory.
    """

    lake: Lake
    path: str
    suffixes: tuple[str, ...]
    _footers: ranged.Footers = field(init=False)

    @_footers.default
    def _fresh(self) -> ranged.Footers:
        return ranged.Footers(self.lake)

    @property
    def address(self) -> str:
        return self.lake.address(self.path)

    def sources(self) -> list[Source]:
        if _MAGIC & set(self.path):
            return self._matching()
        single = self.lake.entry(self.path)
        if single is not None:
            return [self._source(single, self.path.rpartition("/")[2])]
        return self._in_directory()

    def _in_directory(self) -> list[Source]:
        found = self._below(self.path)
        wanted = {n: e for n, e in found.items() if n.lower().endswith(self.suffixes)}
        if wanted:
            return self._sources(wanted)
        if found or self.lake.folder_etag(self.path) is not None:
            hint = f"it holds {_some(found)}; name the file, or use a glob" if found else None
            raise HomeError(f"{self.address} holds no {self.suffixes[0]} file", hint=hint)
        if self._is_aside():
            raise HomeError(
                f"{self.address} is being replaced now",
                hint="run again in a moment",
                transient=True,
            )
        raise HomeError(f"{self.address} does not exist", hint=self._near())

    def _matching(self) -> list[Source]:
        pieces = self.path.split("/")
        fixed = next(at for at, piece in enumerate(pieces) if _MAGIC & set(piece))
        root = "/".join(pieces[:fixed])
        pattern = glob_pattern("/".join(pieces[fixed:]))
        files = {n: e for n, e in self._below(root).items() if pattern.fullmatch(n)}
        if not files:
            raise HomeError(f"no file matches {self.address}")
        return self._sources(files)

    def _below(self, root: str) -> dict[str, Entry]:
        """The files below ``root`` that are data, by their names relative to it."""
        whole = list(self.lake.list(root))
        named = zip(below(whole, root), whole, strict=True)
        return {short.name: entry for short, entry in named if not skipped(short.name)}

    def _is_aside(self) -> bool:
        """Whether a full_drop has put a directory aside here, and not yet another in its place."""
        folder, _, name = self.path.rpartition("/")
        aside = f"{Places(name).own}/old"
        return any(True for _ in self.lake.list(f"{folder}/{aside}" if folder else aside))

    def _near(self) -> str | None:
        folder, _, name = self.path.rpartition("/")
        names = [entry.name.rpartition("/")[2] for entry in self.lake.list(folder, recursive=False)]
        for suffix in self.suffixes:
            if name + suffix in names:
                return f'path = "{self.path}{suffix}"'
        return None

    def _sources(self, files: dict[str, Entry]) -> list[Source]:
        return [self._source(files[name], name) for name in sorted(files)]

    def _source(self, entry: Entry, relative: str) -> LakeSource:
        return LakeSource(
            name=self.lake.address(entry.name),
            relative=relative,
            size=entry.bytes,
            open=lambda: cast(BinaryIO, ranged.opened(self.lake, entry)),
            local=lambda: self._footer(entry),
            sparse=lambda: self._footers.copy(entry),
        )

    @contextmanager
    def _footer(self, entry: Entry) -> Iterator[Path]:
        with self._footers.copy(entry) as copy:
            yield copy.path


def glob_pattern(glob: str) -> re.Pattern[str]:
    """A glob as on a local disk: ``*`` stays in a folder, ``**`` is any folders, or none."""
    pieces = glob.split("/")
    if pieces[-1] == "**":
        pieces.append("*")
    text = ""
    for at, piece in enumerate(pieces):
        if piece == "**":
            text += r"(?:[^/]+/)*"
        else:
            text += _one_level(piece) + ("/" if at + 1 < len(pieces) else "")
    return re.compile(text)


def _one_level(piece: str) -> str:
    """``*``, ``?`` and ``[a-z]`` or ``[!a-z]`` within one name."""
    text = ""
    for star, question, chosen, other in re.findall(r"(\*)|(\?)|(\[!?\]?[^\]]*\])|(.)", piece):
        if chosen:
            inside = chosen[1:-1].replace("\\", r"\\")
            text += f"[^{inside[1:]}]" if inside.startswith("!") else f"[{inside}]"
        else:
            text += "[^/]*" if star else "[^/]" if question else re.escape(other)
    return text


def _some(names: dict[str, Entry]) -> str:
    few = sorted(names)[:_FEW]
    return ", ".join(few) + (f" and {len(names) - _FEW} more" if len(names) > _FEW else "")
