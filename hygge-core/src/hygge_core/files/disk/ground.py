"""The ground that a local table stands on: is it sound, is there room, may we write there?"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from hygge_core.errors import StoreError
from hygge_core.files.disk.border import speaking, told
from hygge_core.jsons import in_utf8

_LITTLE_BYTES = 100 << 20
_ALONE = "give the table a directory of its own"


def refuse_unsound(table: Path) -> None:
    """Raise ``StoreError`` where a load into the directory ``table`` could not be published."""
    if table.name in ("", ".hygge"):
        raise StoreError(f"{table} is not a place for a table", hint=_ALONE)
    if in_utf8(str(table)) != str(table):
        raise StoreError(
            f"{table} is not a path in UTF-8, and no file is written below one that is not",
            hint="rename its folder",
        )
    with speaking(table):
        if table.is_symlink():
            raise StoreError(
                f"{table} is a symbolic link to {table.readlink()}",
                hint="a replaced table would replace the link: name the place that it leads to",
            )
        if table.exists() and not table.is_dir():
            raise StoreError(f"{table} is a file, not a directory", hint=_ALONE)
        _refuse_other_device(table)


def _refuse_other_device(table: Path) -> None:
    staging = nearest(table.parent / ".hygge")
    if table.exists() and table.stat().st_dev != staging.stat().st_dev:
        raise StoreError(
            f"{table} lies on another file system than {staging}, so nothing can be published "
            "there in one step",
            hint="put the mount one level higher, so that both lie on it",
        )


def nearest(path: Path) -> Path:
    """``path`` or the closest folder above it that exists."""
    return next(folder for folder in (path, *path.parents) if folder.exists())


def examined(table: Path) -> Iterator[tuple[str, str, str]]:
    """For ``hygge check``: (what was tried, ``"ok"`` or what is wrong, what to do about it)."""
    yield _said(f"{table} can be a table", table)
    with speaking(table):
        ground = nearest(table.parent / ".hygge")
        grounds = [ground, table] if table.is_dir() else [ground]
        free = shutil.disk_usage(ground).free
    yield from map(_writable, grounds)
    yield (
        f"free space at {ground}: {free / (1 << 30):,.1f} GiB",
        "ok" if free >= _LITTLE_BYTES else f"only {free:,} bytes are free",
        "" if free >= _LITTLE_BYTES else "free some space; a full_drop needs both copies at once",
    )


def _said(tried: str, table: Path) -> tuple[str, str, str]:
    try:
        refuse_unsound(table)
    except StoreError as exc:
        return tried, str(exc), exc.hint or ""
    return tried, "ok", ""


def _writable(ground: Path) -> tuple[str, str, str]:
    """By writing: what the rights say and what the system does are two things."""
    tried = f"{ground} is writable"
    try:
        with tempfile.TemporaryFile(dir=ground) as probe:
            probe.write(b"hygge")
            probe.flush()
    except OSError as exc:
        error = told(exc, ground)
        return tried, str(error), error.hint or ""
    return tried, "ok", ""
