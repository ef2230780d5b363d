"""The ground under a database file: its folders, and the file system that it stands on."""

from __future__ import annotations

import os
import re
from pathlib import Path

from hygge_core.errors import FlowError
from hygge_journal_sqlite.border import speaking_hygge

_MOUNTS = Path("/proc/self/mounts")
_SMALLEST_PAGE = 512
_OCTAL = re.compile(r"\\([0-7]{3})")

#: File systems whose locks or shared memory do not reach other hosts.
_NETWORK = {
    "afs", "beegfs", "ceph", "cifs", "davfs", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4",
    "orangefs", "smb2", "smb3", "smbfs",
    "fuse.blobfuse", "fuse.blobfuse2", "fuse.ceph", "fuse.davfs", "fuse.gcsfuse", "fuse.glusterfs",
    "fuse.goofys", "fuse.rclone", "fuse.s3fs", "fuse.sshfs",
}  # fmt: skip


def network_file_system(path: Path, mounts: str) -> str | None:
    """The kind of network file system that holds ``path``, going by a mount table's text."""
    deepest, kind = Path("/"), ""
    for line in mounts.splitlines():
        _, point, found, *_ = line.split(" ")
        place = Path(_OCTAL.sub(lambda octal: chr(int(octal[1], 8)), point))
        # Later lines cover earlier ones, so an equally deep one wins too.
        if path.is_relative_to(place) and len(place.parts) >= len(deepest.parts):
            deepest, kind = place, found
    return kind if kind in _NETWORK else None


def refuse_network(path: Path, raising: type[FlowError], mounts: Path = _MOUNTS) -> None:
    """Raise ``raising`` when ``path`` is on a network file system, as far as can be known here."""
    resolved = path.resolve()
    kind = "a network share" if resolved.drive.startswith("\\\\") else None
    if kind is None and mounts.exists():
        table = mounts.read_text(encoding="utf-8", errors="surrogateescape")
        kind = network_file_system(resolved, table)
    if kind is not None:
        raise raising(
            f"{path} is on {kind}, where SQLite's locks do not hold",
            hint="put it on a local disk of the machine that runs hygge",
        )


def refuse_stub(path: Path, raising: type[FlowError]) -> None:
    """Raise ``raising`` for a file too short for a database: SQLite would take it for an empty one
    and write over it."""
    if path.is_file() and 0 < path.stat().st_size < _SMALLEST_PAGE:
        raise raising(
            f"{path} is not a SQLite database: it has {path.stat().st_size} bytes",
            hint="nothing in it was changed; choose another path or move it away",
        )


def make_folder(folder: Path, raising: type[FlowError]) -> None:
    """Make ``folder`` and its parents, so that they are still there after a power cut."""
    with speaking_hygge(raising, folder):
        missing = [place for place in (folder, *folder.parents) if not place.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        for place in missing:
            _sync(place.parent)


def _sync(folder: Path) -> None:
    if os.name == "nt":  # a folder cannot be opened there
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
