"""One table's folder in a landing zone, looked at; and its documents, kept as they have to be."""

from __future__ import annotations

import json
from typing import Any

from attrs import evolve

from hygge_adls import LakeShelf
from hygge_core.errors import StoreError
from hygge_core.shelf import Entry, NameMissing, NameTaken
from hygge_openmirroring.zone.columns import Column, documented
from hygge_openmirroring.zone.documents import (
    BadDocument,
    Metadata,
    PartnerEvents,
    SchemaDocument,
    encoded,
)
from hygge_openmirroring.zone.layout import METADATA, PARTNER_EVENTS, PROCESSED, SCHEMA, Table
from hygge_openmirroring.zone.numbering import Seen, highest

LIVE = "LandingZone"
_ANEW = "leave it as it was, or make the table anew: --full-drop"


class LandingTable:
    """A table of the landing zone on ``shelf``, whose root is the item's ``Files``."""

    def __init__(self, shelf: LakeShelf, table: Table) -> None:
        self._shelf = shelf
        self.table = table
        self.live = f"{LIVE}/{table.folder}"

    # --- looking -----------------------------------------------------------------------------

    def etag(self) -> str | None:
        """Which folder it is; ``None``: there is none."""
        return self._shelf.folder_etag(self.live)

    def listed(self, folder: str) -> dict[str, Entry]:
        """The files right in ``folder``, by name, hidden ones too; none below it."""
        root = f"{self._shelf.root}/" if self._shelf.root else ""
        found = self._shelf.lake.list(self._shelf.path(folder), recursive=False)
        names = ((entry.name.removeprefix(root), entry) for entry in found)
        return {name: evolve(entry, name=name) for name, entry in names}

    def seen(self, *, documented: bool) -> Seen:
        """The folder and the highest number in it, wherever the service has put the file."""
        folder = self.etag()
        found = None if folder is None else highest(self.listed(self.live))
        for aside in PROCESSED if folder is not None and found is None else ():
            below = highest(self.listed(f"{self.live}/{aside}"))
            found = max(filter(None, (found, below)), default=None)
        return Seen(place=self.place, folder=folder, highest=found, documented=documented)

    @property
    def place(self) -> str:
        """Where it is, for a person."""
        return self._shelf.address(self.live)

    def refuse_twin(self, default_schema: str) -> None:
        """Raise ``StoreError`` where the same table has a folder under its other name.

        A folder without a schema, and one in the item's default schema, are one mirrored table.
        """
        if self.table.schema not in (None, default_schema):
            return
        schema = default_schema if self.table.schema is None else None
        other = f"{LIVE}/{Table(self.table.name, schema).folder}"
        if self._shelf.folder_etag(other) is not None:
            raise StoreError(
                f"{self.place} and {self._shelf.address(other)} are both the table "
                f"{default_schema}.{self.table.name} of the mirrored database",
                hint=f"keep to one: schema_name = {default_schema!r}, or none",
            )

    def columns(self) -> tuple[Column, ...]:
        """The columns as ``_schema.json`` says, where no record does. Raises ``StoreError``."""
        name = f"{self.live}/{SCHEMA}"
        try:
            return documented(SchemaDocument.parse(self._shelf.read_json(name)))
        except ValueError as exc:
            raise StoreError(
                f"nobody knows which columns {self.place} has: {exc}", hint=_ANEW
            ) from exc

    # --- documents ---------------------------------------------------------------------------

    @property
    def metadata_name(self) -> str:
        return f"{self.live}/{METADATA}"

    def metadata(self) -> Metadata | None:
        """What ``_metadata.json`` says. Raises ``StoreError`` where it says nothing sound."""
        plain = self._shelf.read_json(self.metadata_name)
        if plain is None:
            return None
        try:
            return Metadata.parse(plain)
        except BadDocument as exc:
            raise StoreError(f"{self._shelf.address(self.live)}: {exc}", hint=_ANEW) from exc

    def add_keys(self, keys: tuple[str, ...]) -> None:
        """Keys for a table that had none; whatever else the document says stays in it."""
        plain: dict[str, Any] = self._shelf.read_json(self.metadata_name) or {}
        kept = {name: value for name, value in plain.items() if name.lower() != "keycolumns"}
        self._shelf.write_json(self.metadata_name, {"keyColumns": list(keys), **kept})

    def refuse_other_metadata(self, there: Metadata, wanted: Metadata) -> None:
        """Raise ``StoreError`` for what may never change while a table lives.

        What it says of rows without a marker is of its first load alone, and stays as it is: those
        that are added to a table with keys have one each.
        """
        place = self._shelf.address(self.live)
        if there.key_columns and there.key_columns != wanted.key_columns:
            raise StoreError(
                f"{place} has the keys {_told(there.key_columns)}, and here they are "
                f"{_told(wanted.key_columns)}: a table's keys never change",
                hint=_ANEW,
            )
        if there.file_detection != wanted.file_detection:
            raise StoreError(
                f"{place} finds its files by {there.file_detection}, and here they are named by "
                f"{wanted.file_detection}",
                hint=_ANEW,
            )

    def announce(self, partner: PartnerEvents, staged: str) -> str:
        """Say once who writes here; another partner's word stays. Returns a warning, or nothing.

        ``staged`` is a name of this run's own: many tables may say it in the same moment.
        """
        name = f"{LIVE}/{PARTNER_EVENTS}"
        try:
            there = self._partner(name)
            if there is None:
                self._shelf.lake.upload(self._shelf.path(staged), encoded(partner.plain()))
                try:
                    self._shelf.rename(staged, name)
                except (NameTaken, NameMissing):  # by another table's run, or by us: a lost answer
                    there = self._partner(name)
        except ValueError as exc:
            return f"{self._shelf.address(name)} stays as it is: {exc}"
        if there is not None and there.partner_name != partner.partner_name:
            other = there.partner_name
            return f"{self._shelf.address(name)} names the partner {other!r}, and stays"
        return ""

    def _partner(self, name: str) -> PartnerEvents | None:
        """Who is said to write here. Raises ``ValueError`` for a document that does not tell."""
        try:
            content = self._shelf.lake.read(self._shelf.path(name))
        except NameMissing:
            return None
        return PartnerEvents.parse(json.loads(content))


def _told(keys: tuple[str, ...]) -> str:
    return ", ".join(map(repr, keys)) or "none"
