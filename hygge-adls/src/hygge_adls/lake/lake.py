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
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote
from uuid import uuid4

from azure.core import MatchConditions
from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)

from hygge_adls.lake.border import code_of, speaking, words
from hygge_adls.lake.reading import GONE, Reads
from hygge_core.faults import around
from hygge_core.shelf import NameMissing, NameTaken

#: A file is uploaded in blocks of so many bytes, so many of them at once. A request costs time of
#: its own: with half the block, the same file took a third more of the processor's.
BLOCK_BYTES = 8 << 20
BLOCKS_AT_ONCE = 3
#: The memory that an upload takes at most, however large the file: one block is read while others
#: travel. A test measures it (24 MiB were seen for one file, 97 for four at once).
UPLOAD_BYTES = BLOCK_BYTES * (BLOCKS_AT_ONCE + 1)

_TAKEN = ("PathAlreadyExists", "BlobAlreadyExists")
_NO_PARENT = "RenameDestinationParentPathNotFound"
_TORN = ".part"
#: Conflict, and Locked.
_HELD = (409, 423)


class Lake(Reads):
    """One filesystem. Safe to use from several threads."""

    def upload(self, path: str, content: Path | bytes) -> None:
        """Write or replace a whole file. Not in one step: readers may see it empty meanwhile."""
        size = len(content) if isinstance(content, bytes) else content.stat().st_size
        with _opened(content) as stream:
            self.pour(path, stream, size)

    def pour(self, path: str, stream: BinaryIO, size: int) -> None:
        """The same from a stream of ``size`` bytes, which is read once."""
        with around("adls.upload", path), speaking(self._raising, self.address(path)):
            client = self._file(path)
            if not size:
                client.create_file()  # the SDK's upload of nothing does nothing
                return
            try:
                client.upload_data(
                    stream,
                    length=size,
                    overwrite=True,
                    chunk_size=BLOCK_BYTES,
                    max_concurrency=min(BLOCKS_AT_ONCE, -(-size // BLOCK_BYTES)),
                )
            except ResourceModifiedError:
                # The answer to the flush was lost, and the SDK asked for it once more. It was
                # emptied before, so it has this size only if it is all there.
                found = self.entry(path)
                if found is None or found.bytes != size:
                    raise

    def create(self, path: str, content: bytes) -> None:
        """Write a small file in one step, unless there is one. Raises ``NameTaken``."""
        torn = self._torn(path, content)
        try:
            self.rename(torn, path)
        except (NameTaken, NameMissing):
            if self.entry(torn) is not None:  # somebody else was first
                self.delete(torn)
                raise
            if self.read(path) != content:  # the answer was lost, unless this is another's
                raise

    def _torn(self, path: str, content: bytes) -> str:
        """Upload under a name of its own, and say which.

        Two owners may write the same file at once, and one must not rename what the other has just
        begun.
        """
        torn = f"{path}.{uuid4().hex}{_TORN}"
        self.upload(torn, content)
        return torn

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
                self._rename_into_new(source, target, etag, replace=replace)

    def _rename_into_new(self, source: str, target: str, etag: str, *, replace: bool) -> None:
        folder = target.rpartition("/")[0]
        self.make_folder(folder)
        try:
            self._rename(source, target, etag, replace=replace)
        except _NoParent as exc:
            raise self._raising(
                f"{self.address(folder)} was taken away as soon as it was made", transient=True
            ) from exc

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
                if code in GONE:
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
                if code_of(exc) in (*_TAKEN, *GONE, "ConditionNotMet"):
                    return False
                raise
        return True

    def exchange(self, path: str, content: bytes, *, etag: str) -> bool:
        """``replace`` a small file by one of this content; false like it."""
        torn = self._torn(path, content)
        done = self.replace(torn, path, etag=etag)
        if not done:
            self.delete(torn)
        return done

    # --- removing ----------------------------------------------------------------------------

    def delete(self, path: str) -> None:
        """Remove a file; quiet when there is none."""
        with around("adls.delete", path), speaking(self._raising, self.address(path)):
            try:
                self._file(path).delete_file()
            except ResourceNotFoundError as exc:
                if code_of(exc) not in GONE:
                    raise

    def delete_tree(self, path: str, *, etag: str = "") -> None:
        """Remove a folder with all that it holds; quiet when there is none.

        ``etag`` is which folder it must still be: another one stays, and that is an error. It is
        transient while somebody uses the folder, as Fabric does with a table that it mirrors.
        """
        condition: dict[str, Any] = {}
        if etag:
            condition = {"match_condition": MatchConditions.IfNotModified, "etag": f'"{etag}"'}
        with around("adls.delete_tree", path), speaking(self._raising, self.address(path)):
            try:
                self.filesystem.get_directory_client(path).delete_directory(**condition)
            except ResourceNotFoundError as exc:
                if code_of(exc) not in GONE:
                    raise
            except HttpResponseError as exc:
                if code_of(exc) == "ConditionNotMet":
                    raise self._raising(
                        f"{self.address(path)} was made anew by somebody else meanwhile; it stays"
                    ) from exc
                if exc.status_code not in _HELD:
                    raise
                raise self._raising(
                    f"{self.address(path)}: {words(exc)}",
                    hint="somebody uses it now; run again in a moment",
                    transient=True,
                ) from exc

    def write_json(self, path: str, value: Any) -> None:
        """Write or replace a small file in one step."""
        torn = self._torn(path, json.dumps(value, indent=1).encode("utf-8"))
        try:
            self.rename(torn, path, replace=True)
        except NameMissing:  # the answer was lost: is it what stands there now?
            if self.read_json(path) != json.loads(json.dumps(value)):
                raise


class _NoParent(Exception):  # it never leaves this module
    """The folder above a rename's target is missing."""


def _opened(content: Path | bytes) -> BinaryIO:
    return io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")
