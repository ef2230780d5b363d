"""Which file belongs to which table (A1): folders, ``NAME.schema`` folders, and ``_`` names."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import define, field, frozen

from hygge_openmirroring.replay.zone import ZoneFile

METADATA = "_metadata.json"
PARTNER_EVENTS = "_partnerEvents.json"
#: Where processed files wait for their end (A10).
PROCESSED = ("_ProcessedFiles", "_FilesReadyToDelete")
_SCHEMA = ".schema"


@define(kw_only=True)
class Table:
    """One table's folder.

    ``schema`` is ``None`` where the folder stands outside a schema (A1.2). ``data`` are the files
    in the folder itself, ``processed`` those that the service has moved aside, ``inner`` those in
    other folders within it (partitions, A1.8), ``hidden`` what begins with ``_`` (A1.5).
    """

    schema: str | None
    name: str
    metadata: ZoneFile | None = None
    data: list[ZoneFile] = field(factory=list)
    processed: list[ZoneFile] = field(factory=list)
    inner: list[ZoneFile] = field(factory=list)
    hidden: list[ZoneFile] = field(factory=list)

    @property
    def folder(self) -> str:
        """Its path below ``LandingZone``; no two tables have the same one."""
        return self.name if self.schema is None else f"{self.schema}{_SCHEMA}/{self.name}"


@frozen(kw_only=True)
class Survey:
    """All tables by their folder, and the files that are part of none.

    ``strays`` stand where no table can be; ``hidden`` begin with ``_`` above the tables.
    """

    tables: dict[str, Table]
    strays: tuple[ZoneFile, ...] = ()
    hidden: tuple[ZoneFile, ...] = ()


def surveyed(files: Iterable[ZoneFile]) -> Survey:
    """Sort files into tables. A name that begins with ``_`` is no table and no data (A1.5 D)."""
    tables: dict[str, Table] = {}
    strays, hidden = [], []
    for file in files:
        schema, rest = _split(file.path)
        if (schema or "").startswith("_") or rest[0].startswith("_"):
            hidden.append(file)
        elif len(rest) < 2:
            strays.append(file)
        else:
            table = Table(schema=schema, name=rest[0])
            _add(tables.setdefault(table.folder, table), file, rest[1:])
    return Survey(tables=tables, strays=tuple(strays), hidden=tuple(hidden))


def _split(path: str) -> tuple[str | None, list[str]]:
    first, *rest = path.split("/")
    if rest and first.endswith(_SCHEMA) and first != _SCHEMA:
        return first.removesuffix(_SCHEMA), rest
    return None, [first, *rest]


def _add(table: Table, file: ZoneFile, pieces: list[str]) -> None:
    first, *deeper = pieces
    if first == METADATA and not deeper:
        table.metadata = file
    elif first in PROCESSED and deeper:
        (table.hidden if file.name.startswith("_") else table.processed).append(file)
    elif any(piece.startswith("_") for piece in pieces):
        table.hidden.append(file)
    elif deeper:
        table.inner.append(file)
    else:
        table.data.append(file)
