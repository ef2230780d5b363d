"""The live landing zone, through the lake: files are fetched once, for as long as it is open."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hygge_adls import Lake, speaking
from hygge_core.errors import StoreError
from hygge_core.shelf import NameMissing
from hygge_openmirroring.replay.zone import ZoneFile

_PIECE_BYTES = 8 << 20
_ZONE = "/Files/LandingZone/"


class LiveZone:
    """The landing zone ``root`` of a filesystem. Use ``live_zone`` to open one.

    ``scratch`` is a folder of this host: it holds what was fetched, up to the size of the zone.
    """

    def __init__(self, lake: Lake, root: str, scratch: Path) -> None:
        self.lake = lake
        self.root = root
        self._scratch = scratch

    @property
    def address(self) -> str:
        return self.lake.address(self.root)

    def files(self, below: str = "") -> tuple[ZoneFile, ...]:
        folder = f"{self.root}/{below}".rstrip("/")
        # The lake's own listing tells no times, and the service goes by them.
        with speaking(StoreError, self.lake.address(folder)):
            if self.lake.folder_etag(folder) is None:
                return ()
            found = self.lake.filesystem.get_paths(folder, recursive=True)
            files = [self._file(each) for each in found if not each.is_directory]
        return tuple(sorted(files, key=lambda file: file.path))

    def _file(self, found: Any) -> ZoneFile:
        return ZoneFile(
            # OneLake may spell the item another way than it was asked for: by name, or by id.
            path=found.name.partition(_ZONE)[2],
            bytes=int(found.content_length),
            modified=_in_utc(found.last_modified),
        )

    def read(self, path: str) -> bytes | None:
        try:
            return self.lake.read(f"{self.root}/{path}")
        except NameMissing:
            return None

    @contextmanager
    def local(self, path: str) -> Iterator[Path]:
        copy = self._scratch / path
        if not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            self._fetch(f"{self.root}/{path}", copy)
        yield copy

    def _fetch(self, path: str, copy: Path) -> None:
        torn = copy.with_name(f"{copy.name}.part")
        entry = self.lake.entry(path)
        if entry is None:
            raise StoreError(
                f"{self.lake.address(path)} was moved meanwhile",
                hint="the mirror is reading this table now; run again in a moment",
                transient=True,
            )
        with torn.open("wb") as stream:
            for offset in range(0, entry.bytes, _PIECE_BYTES):
                stream.write(self.lake.read(path, offset, _PIECE_BYTES, etag=entry.etag))
        torn.rename(copy)


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


@contextmanager
def live_zone(lake: Lake, root: str) -> Iterator[LiveZone]:
    """The landing zone at ``root`` (``ITEM/Files/LandingZone``) of ``lake``."""
    with tempfile.TemporaryDirectory(prefix="hygge-zone-") as scratch:
        yield LiveZone(lake, root, Path(scratch))
