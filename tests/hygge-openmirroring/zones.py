"""A landing zone written by hand, file by file, and what it replays to."""

from __future__ import annotations

import json
import os
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from hygge_openmirroring.replay import LocalZone, TableState, replay

__all__ = ["HandWritten", "replayed", "zone"]

MARKER = "__rowMarker__"


class HandWritten:
    """A zone on this host. ``orders`` is the table unless another folder is named."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def metadata(self, folder: str = "orders", text: str | None = None, **told: object) -> None:
        self.put(f"{folder}/_metadata.json", (text or json.dumps(told)).encode())

    def put(self, path: str, content: bytes, *, modified: float | None = None) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        if modified is not None:
            os.utime(file, (modified, modified))
        return file

    def file(self, number: int | str, rows: pl.DataFrame, folder: str = "orders", **more) -> Path:
        """A data file by its number (or its whole name)."""
        name = f"{number:020}.parquet" if isinstance(number, int) else number
        file = self.root / folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        rows.write_parquet(file, arrow_schema=declared(rows))
        if "modified" in more:
            os.utime(file, (more["modified"], more["modified"]))
        return file

    def state(self, folder: str = "orders", **how) -> TableState:
        return replay(LocalZone(self.root), **how)[folder]

    def rows(self, folder: str = "orders") -> list[tuple]:
        """The replayed rows, sorted; fails where they are not told for certain."""
        state = self.state(folder)
        assert state.told, f"{state.status}: {state.stuck or state.pending}"
        return sorted(state.frame.rows(), key=repr)


def declared(rows: pl.DataFrame) -> pa.Schema | None:
    """Its marker required, where no row is without one."""
    if MARKER not in rows.columns or rows[MARKER].has_nulls():
        return None
    given = pa.schema(rows.clear().to_arrow(compat_level=pl.CompatLevel.newest()).schema)
    at = given.get_field_index(MARKER)
    return given.set(at, given.field(at).with_nullable(False))


def marked(*rows: tuple, columns: tuple[str, ...] = ("id", "name")) -> pl.DataFrame:
    """Rows whose last value is the marker."""
    return plain(*rows, columns=(*columns, MARKER)).with_columns(pl.col(MARKER).cast(pl.Int32))


def plain(*rows: tuple, columns: tuple[str, ...] = ("id", "name")) -> pl.DataFrame:
    """Rows as they are; a column of nothing but None is text."""
    frame = pl.DataFrame(list(rows), schema=columns, orient="row", infer_schema_length=None)
    return frame.with_columns(pl.col(pl.Null).cast(pl.String))


def replayed(root: Path) -> dict[str, pl.DataFrame]:
    """What Fabric would show of the zone ``root``: a frame for each table's folder.

    Fails unless every table is told for certain: none failed, none unknown, no file waiting.
    """
    states = replay(LocalZone(root))
    untold = {folder: state for folder, state in states.items() if not state.told}
    assert not untold, "; ".join(
        f"{folder} is {state.status}: {state.stuck or state.pending}"
        for folder, state in untold.items()
    )
    return {folder: state.frame for folder, state in states.items()}


@pytest.fixture
def zone(tmp_path: Path) -> HandWritten:
    """An empty landing zone."""
    return HandWritten(tmp_path / "LandingZone")
