"""What a Parquet file says of itself: its columns, its rows, its codecs; or that it is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from attrs import frozen

from hygge_openmirroring.replay.types import EngineType, engine_type
from hygge_openmirroring.replay.verdicts import Failed, Unknown

MARKER = "__rowMarker__"
CODECS = {"UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD"}


@frozen
class Column:
    """``nullable`` is what the file declares, whatever its values are."""

    name: str
    type: EngineType
    nullable: bool


@frozen(kw_only=True)
class Footer:
    """A whole Parquet file: ``columns`` in order, the marker's among them; ``bytes`` its size."""

    columns: tuple[Column, ...]
    rows: int
    codecs: frozenset[str]
    bytes: int

    @property
    def marked(self) -> bool:
        return any(column.name == MARKER for column in self.columns)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


def footer_of(path: Path) -> Footer:
    """Read it. Raises ``Failed`` for what is no whole Parquet file (A4.5 D, messages seen A13)."""
    size = path.stat().st_size
    if not size:
        raise Failed("A4.5 D", "the file has zero bytes")
    try:
        with pq.ParquetFile(path) as file:
            names = file.schema_arrow.names
            columns = tuple(_columns(file.schema, names))
            return Footer(
                columns=columns,
                rows=file.metadata.num_rows,
                codecs=_codecs(file.metadata),
                bytes=size,
            )
    except (pa.ArrowException, OSError) as exc:
        raise Failed("A4.5 D", f"it is no whole Parquet file: {exc}") from exc


def _columns(schema: Any, names: list[str]) -> list[Column]:
    """One for each column of the table; a nested one has several leaves."""
    found: list[Column] = []
    at = 0
    for name in names:
        leaf = schema.column(at)
        at += 1
        if leaf.path == name:
            found.append(Column(name, engine_type(leaf), leaf.max_definition_level > 0))
            continue
        while at < len(schema) and schema.column(at).path.startswith(f"{name}."):
            at += 1
        found.append(Column(name, EngineType("nested", known=False), nullable=True))
    if at != len(schema):
        raise Unknown("A9 D", "its nested columns cannot be told from the others")
    return found


def _codecs(metadata: Any) -> frozenset[str]:
    groups = (metadata.row_group(at) for at in range(metadata.num_row_groups))
    return frozenset(
        group.column(at).compression for group in groups for at in range(group.num_columns)
    )
