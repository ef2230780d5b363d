"""What every peer is asked: ``python PEER.py SOURCE TARGET [...]``."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

#: What hygge's parquet store cuts its files at.
ROWS_PER_FILE = 1_000_000


def asked() -> argparse.Namespace:
    """``source``, ``target``, ``form``, ``level`` (of zstd), ``each`` (tables), ``after`` (id)."""
    words = argparse.ArgumentParser()
    words.add_argument("source", type=Path)
    words.add_argument("target", type=Path)
    words.add_argument("--form", default="parquet")
    words.add_argument("--level", type=int, default=1)
    words.add_argument("--each", action="store_true", help="each folder of SOURCE is a table")
    words.add_argument("--after", type=int, default=None, help="only rows with a higher id")
    return words.parse_args()


def tables(said: argparse.Namespace) -> Iterator[tuple[Path, Path]]:
    """(source folder, target folder) of each table."""
    if said.each:
        yield from ((path, said.target / path.name) for path in sorted(said.source.iterdir()))
    else:
        yield said.source, said.target
