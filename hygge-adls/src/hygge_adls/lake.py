"""The few operations that hygge does on a lake, each between two fault points.

Paths are ``/``-separated and relative to the filesystem (OneLake: the workspace, so they begin with
the item). What Azure says no to is raised as the error class that the ``Lake`` was made for, as
``NameTaken`` or ``NameMissing``, or as ``AuthError``.

Every request is repeated by the SDK when its answer is lost, so an operation may find its own work
done: an upload settles that here; what a repeated rename means is for the caller to look at.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import quote

from attrs import evolve
from azure.core import MatchConditions
from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)

from hygge_adls.border import code_of, speaking
from hygge_core.errors import FlowError, StoreError
from hygge_core.faults import around
from hygge_core.shelf import Entry, NameMissing, NameTaken

if TYPE_CHECKING:
    from azure.storage.filedatalake import DataLakeFileClient, FileSystemClient

#: A file is uploaded in blocks of so many bytes, so many of them at once. Measured: a file of any
#: size takes about 3 * BLOCK_BYTES * BLOCKS_AT_ONCE of memory at most.
BLOCK_BYTES = 4 << 20
BLOCKS_AT_ONCE = 4

_TAKEN = ("PathAlreadyExists", "BlobAlreadyExists")
_NO_PARENT = "RenameDestinationParentPathNotFound"
_GONE = ("SourcePathNotFound", "PathNotFound", "BlobNotFound")
_TORN = ".part"


class Lake:
    """One filesystem. Safe to use from several threads."""

    def __init__(self, filesystem: FileSystemClient, raising: type[FlowError] = StoreError) -> None:
        self.filesystem = filesystem
        self._raising = raising

    def address(self, path: str) -> str:
        """``path`` as a URL."""
        host = self.filesystem.primary_endpoint.partition("?")[0].rstrip("/")
        return f"{host}/{path}".rstrip("/")

    # --- looking -----------------------------------------------------------------------------

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
                if code_of(exc) in ("ContainerNotFound", "FilesystemNotFound"):
                    raise
                return None
        is_folder = (found.metadata or {}).get("hdi_isfolder") == "true"
        if is_folder != folders:
            return None
        return Entry(path, int(found.size), str(found.etag).strip('"'))

    def list(self, folder: str, *, recursive: bool = True) -> Iterator[Entry]:
        """The files below ``folder``, however many pages they take, in the service's order.

        None where there is no such folder.
        """
        with speaking(self._raising, self.address(folder)):
            try:
                for found in self.filesystem.get_paths(folder or None, recursive=recursive):
                    if not found.is_directory:
                        yield Entry(found.name, int(found.content_length), found.etag.strip('"'))
            except ResourceNotFoundError as exc:
                if code_of(exc) not in _GONE:
                    raise

    # --- writing -----------------------------------------------------------------------------

    def upload(self, path: str, content: Path | bytes) -> None:
        """Write or replace a whole file. Not in one step: readers may see it empty meanwhile."""
        size = len(content) if isinstance(content, bytes) else content.stat().st_size
        with around("adls.upload", path), speaking(self._raising, self.address(path)):
            client = self._file(path)
            if not size:
                client.create_file()  # the SDK's upload of nothing does nothing
                return
            with _opened(content) as stream:
                try:
                    client.upload_data(
                        stream,
                        length=size,
                        overwrite=True,
                        chunk_size=BLOCK_BYTES,
                        max_concurrency=BLOCKS_AT_ONCE,
                    )
                except ResourceModifiedError:
                    # The answer to the flush was lost, and the SDK asked for it once more. It was
                    # emptied before, so it has this size only if it is all there.
                    found = self.entry(path)
                    if found is None or found.bytes != size:
                        raise

    def create(self, path: str, content: bytes) -> None:
        """Write a small file in one step, unless there is one. Raises ``NameTaken``."""
        torn = f"{path}{_TORN}"
        self.upload(torn, content)
        self.rename(torn, path)

    def make_folder(self, path: str) -> None:
        """The folder ``path`` and those above it; quiet when it is there."""
        with around("adls.mkdir", path), speaking(self._raising, self.address(path)):
            try:
                self.filesystem.get_directory_client(path).create_directory(
                    match_condition=MatchConditions.IfMissing
                )
            except ResourceExistsError:
                return

    def rename(self, source: str, target: str, *, etag: str = "", replace: bool = False) -> None:
        """Give a file or folder another name in one step, making the folders above ``target``.

        ``etag`` is what the source must still be; ``replace`` an existing file. Raises
        ``NameTaken``, ``NameMissing``; and when the answer was lost, perhaps one of these too.
        """
        with around("adls.rename", f"{source} -> {target}"):
            try:
                self._rename(source, target, etag, replace=replace)
            except _NoParent:
                self.make_folder(target.rpartition("/")[0])
                self._rename(source, target, etag, replace=replace)

    def _rename(self, source: str, target: str, etag: str, *, replace: bool) -> None:
        conditions: dict[str, Any] = {}
        if not replace:
            conditions["match_condition"] = MatchConditions.IfMissing
        if etag:
            conditions |= {
                "source_etag": f'"{etag}"',
                "source_match_condition": MatchConditions.IfNotModified,
            }
        # The SDK takes the percent signs out of a rename's source, but out of no other name.
        client = self._file(quote(source))
        with speaking(self._raising, self.address(target)):
            try:
                client.rename_file(f"{self.filesystem.file_system_name}/{target}", **conditions)
            except HttpResponseError as exc:
                code = code_of(exc)
                if code in _TAKEN:
                    raise NameTaken(f"{self.address(target)} exists already") from exc
                if code == _NO_PARENT:
                    raise _NoParent from exc
                if code in _GONE:
                    raise NameMissing(f"{self.address(source)} is not there any more") from exc
                if code == "SourceConditionNotMet":
                    raise self._raising(
                        f"{self.address(source)} was changed by somebody else; it stays"
                    ) from exc
                raise

    def replace(self, source: str, target: str, *, etag: str) -> bool:
        """Rename ``source`` over the file ``target`` if that still has ``etag`` (empty: is none).

        Compare and set: false when it has not. A lost answer is false too, whatever was done.
        """
        condition: dict[str, Any] = {"match_condition": MatchConditions.IfMissing}
        if etag:
            condition = {"match_condition": MatchConditions.IfNotModified, "etag": f'"{etag}"'}
        name = f"{self.filesystem.file_system_name}/{target}"
        with around("adls.replace", target), speaking(self._raising, self.address(target)):
            try:
                self._file(quote(source)).rename_file(name, **condition)
            except HttpResponseError as exc:
                if code_of(exc) in (*_TAKEN, *_GONE, "ConditionNotMet"):
                    return False
                raise
        return True

    # --- removing ----------------------------------------------------------------------------

    def delete(self, path: str) -> None:
        """Remove a file; quiet when there is none."""
        with around("adls.delete", path), speaking(self._raising, self.address(path)):
            try:
                self._file(path).delete_file()
            except ResourceNotFoundError as exc:
                if code_of(exc) not in _GONE:
                    raise

    def delete_tree(self, path: str) -> None:
        """Remove a folder with all that it holds; quiet when there is none."""
        with around("adls.delete_tree", path), speaking(self._raising, self.address(path)):
            try:
                self.filesystem.get_directory_client(path).delete_directory()
            except ResourceNotFoundError as exc:
                if code_of(exc) not in _GONE:
                    raise

    # --- reading -----------------------------------------------------------------------------

    def read(
        self, path: str, offset: int = 0, length: int | None = None, *, etag: str = ""
    ) -> bytes:
        """Some bytes, or the whole of a small file. ``etag``: only if it is still that one.

        Raises ``NameMissing``.
        """
        same: dict[str, Any] = {
            "etag": f'"{etag}"',
            "match_condition": MatchConditions.IfNotModified,
        }
        with speaking(self._raising, self.address(path)):
            try:
                got = self._file(path).download_file(offset, length, **(same if etag else {}))
                return bytes(got.readall())
            except ResourceNotFoundError as exc:
                if code_of(exc) not in _GONE:
                    raise
                raise NameMissing(f"{self.address(path)} is not there") from exc

    def fetch(self, path: str) -> tuple[bytes, str] | None:
        """The whole of a small file with its etag; ``None``: there is none."""
        with speaking(self._raising, self.address(path)):
            try:
                got = self._file(path).download_file()
                return bytes(got.readall()), str(got.properties.etag).strip('"')
            except ResourceNotFoundError as exc:
                if code_of(exc) not in _GONE:
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

    def write_json(self, path: str, value: Any) -> None:
        """Write or replace a small file in one step."""
        torn = f"{path}{_TORN}"
        self.upload(torn, json.dumps(value, indent=1).encode("utf-8"))
        try:
            self.rename(torn, path, replace=True)
        except NameMissing:  # the answer was lost: is it what stands there now?
            if self.read_json(path) != json.loads(json.dumps(value)):
                raise

    def _file(self, path: str) -> DataLakeFileClient:
        return self.filesystem.get_file_client(path)


class _NoParent(Exception):  # it never leaves this module
    """The folder above a rename's target is missing."""


def _opened(content: Path | bytes) -> BinaryIO:
    return io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")


def below(entries: Iterable[Entry], root: str) -> Iterator[Entry]:
    """The same entries with names relative to the folder ``root``."""
    cut = len(root) + 1 if root else 0
    return (evolve(entry, name=entry.name[cut:]) for entry in entries)
