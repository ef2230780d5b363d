"""Looking at a lake and reading from it; what changes something is in ``lake.py``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from attrs import evolve
from azure.core import MatchConditions
from azure.core.exceptions import ResourceNotFoundError

from hygge_adls.lake.border import code_of, speaking
from hygge_core.errors import FlowError, StoreError
from hygge_core.shelf import Entry, NameMissing

if TYPE_CHECKING:
    from azure.storage.filedatalake import DataLakeFileClient, FileSystemClient

#: What the service says of a path that is not there; other 404s are about the filesystem.
GONE = ("SourcePathNotFound", "PathNotFound", "BlobNotFound")
#: What it says where it cannot even look: of a path that tells nothing.
_NOWHERE = ("ContainerNotFound", "FilesystemNotFound", "ArtifactNotFound", "CapacityNotActive")

_REPLACED = "somebody replaces it now; run again in a moment"


class Reads:
    """One filesystem, for readers."""

    def __init__(self, filesystem: FileSystemClient, raising: type[FlowError] = StoreError) -> None:
        self.filesystem = filesystem
        self._raising = raising

    def address(self, path: str) -> str:
        """``path`` as a URL."""
        host = self.filesystem.primary_endpoint.partition("?")[0].rstrip("/")
        return f"{host}/{path}".rstrip("/")

    def entry(self, path: str) -> Entry | None:
        """The file ``path`` as it is now; ``None``: there is none."""
        return self._seen(path, folders=False)

    def folder_etag(self, path: str) -> str | None:
        """The etag of the folder ``path``, which a rename keeps; ``None``: there is no folder."""
        found = self._seen(path, folders=True)
        return None if found is None else found.etag

    def _seen(self, path: str, *, folders: bool) -> Entry | None:
        with speaking(self._raising, self.address(path)):
            try:
                found = self._file(path).get_file_properties()
            except ResourceNotFoundError as exc:
                if code_of(exc) in _NOWHERE:
                    raise
                return None
        is_folder = (found.metadata or {}).get("hdi_isfolder") == "true"
        if is_folder != folders:
            return None
        return Entry(path, int(found.size), str(found.etag).strip('"'))

    def list(self, folder: str, *, recursive: bool = True) -> Iterator[Entry]:
        """The files below ``folder``, however many pages they take, in the service's order.

        None where there is no such folder. Their names begin with ``folder`` as it is written here.
        Raises, transient, where the folder is taken away between two pages.
        """
        told = False
        with speaking(self._raising, self.address(folder)):
            try:
                for found in self.filesystem.get_paths(folder or None, recursive=recursive):
                    if not found.is_directory:
                        name = self._as_asked(found.name, folder)
                        told = True
                        yield Entry(name, int(found.content_length), found.etag.strip('"'))
            except ResourceNotFoundError as exc:
                if code_of(exc) not in GONE:
                    raise
                if told:
                    raise self._raising(
                        f"{self.address(folder)} was taken away while it was listed",
                        hint=_REPLACED,
                        transient=True,
                    ) from exc

    def _as_asked(self, listed: str, folder: str) -> str:
        """A name of the listing of ``folder``, below ``folder``. Raises for one that is not.

        OneLake may spell the item, a path's first name, another way than it was asked for: by name,
        or by id. Whoever looks for a file by its name would not find it, and take it for gone.
        """
        if not folder:
            return listed
        name = f"{folder.partition('/')[0]}/{listed.partition('/')[2]}"
        if not name.startswith(f"{folder}/"):
            raise self._raising(
                f"the service was asked what is in {self.address(folder)}, and told of {listed!r},"
                " which is not in it",
                hint="this is a defect of the service, or of what stands between it and hygge",
            )
        return name

    def read(
        self, path: str, offset: int = 0, length: int | None = None, *, etag: str = ""
    ) -> bytes:
        """Some bytes, or the whole of a small file. ``etag``: only if it is still that one.

        Raises ``NameMissing``; of a file with an ``etag``, which somebody has seen, a transient
        error, as where it was replaced.
        """
        same: dict[str, Any] = {
            "etag": f'"{etag}"',
            "match_condition": MatchConditions.IfNotModified,
        }
        with speaking(self._raising, self.address(path)):
            try:
                # (Of an empty file no range can be had, and from 0 to the end is one to the SDK.)
                start = None if length is None and not offset else offset
                got = self._file(path).download_file(start, length, **(same if etag else {}))
                return bytes(got.readall())
            except ResourceNotFoundError as exc:
                if code_of(exc) not in GONE:
                    raise
                if etag:
                    raise self._raising(
                        f"{self.address(path)} was taken away while it was read",
                        hint=_REPLACED,
                        transient=True,
                    ) from exc
                raise NameMissing(f"{self.address(path)} is not there") from exc

    def fetch(self, path: str) -> tuple[bytes, str] | None:
        """The whole of a small file with its etag; ``None``: there is none."""
        with speaking(self._raising, self.address(path)):
            try:
                got = self._file(path).download_file()
                return bytes(got.readall()), str(got.properties.etag).strip('"')
            except ResourceNotFoundError as exc:
                if code_of(exc) not in GONE:
                    raise
                return None

    def read_json(self, path: str) -> Any | None:
        """A small file's content; ``None``: there is no such file."""
        try:
            return json.loads(self.read(path))
        except NameMissing:
            return None
        except ValueError as exc:
            raise self._raising(f"{self.address(path)} is damaged: {exc}") from exc

    def _file(self, path: str) -> DataLakeFileClient:
        return self.filesystem.get_file_client(path)


def below(entries: Iterable[Entry], root: str) -> Iterator[Entry]:
    """The same entries with names relative to the folder ``root``."""
    cut = len(root) + 1 if root else 0
    return (evolve(entry, name=entry.name[cut:]) for entry in entries)
