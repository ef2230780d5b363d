"""The JSON documents of a landing zone, as plain classes that parse and format. Pure.

Property names are read whatever their case (Microsoft's own samples disagree about it) and written
as documented. What a document says beyond what hygge knows is not kept here: a document that agrees
with ours is never written again, so its bytes stay as they are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from attrs import frozen

from hygge_openmirroring.zone.layout import METADATA, PARTNER_EVENTS, SCHEMA

Detection = Literal["sequential", "timestamp"]

_STRATEGIES: dict[Detection, str] = {
    "sequential": "SequentialFileName",
    "timestamp": "LastUpdateTimeFileDetection",
}


def encoded(plain: Any) -> bytes:
    """A document's bytes."""
    return json.dumps(plain, indent=1, ensure_ascii=False).encode("utf-8")


class BadDocument(ValueError):
    """A document that does not say what it has to."""


@frozen(kw_only=True)
class Metadata:
    """``_metadata.json`` of a table folder.

    * ``key_columns`` as spelled in the files, in order; once there are any they never change.
    * ``file_detection`` how the service finds files; sequential where the document is silent.
    * ``upsert_by_default`` rows of files without the marker column are upserts, not inserts.
    """

    key_columns: tuple[str, ...] = ()
    file_detection: Detection = "sequential"
    upsert_by_default: bool = False

    def plain(self) -> dict[str, Any]:
        """The document. What is the default is said too: nobody has to know it."""
        keys = {"keyColumns": list(self.key_columns)} if self.key_columns else {}
        return {
            **keys,
            "fileDetectionStrategy": _STRATEGIES[self.file_detection],
            "isUpsertDefaultRowMarker": self.upsert_by_default,
        }

    @classmethod
    def parse(cls, plain: Any) -> Metadata:
        """Raises ``BadDocument``."""
        said = _lowered(plain, METADATA)
        keys = said.get("keycolumns") or []
        if not isinstance(keys, list) or not all(isinstance(key, str) and key for key in keys):
            raise BadDocument(f"{METADATA}: keyColumns: expected names of columns, found {keys!r}")
        upsert = said.get("isupsertdefaultrowmarker", False)
        if not isinstance(upsert, bool):
            raise BadDocument(
                f"{METADATA}: isUpsertDefaultRowMarker: expected true or false, found {upsert!r}"
            )
        return cls(
            key_columns=tuple(keys), file_detection=_detection(said), upsert_by_default=upsert
        )


def _detection(said: Mapping[str, Any]) -> Detection:
    strategy = said.get("filedetectionstrategy", _STRATEGIES["sequential"])
    for word, name in _STRATEGIES.items():
        if isinstance(strategy, str) and strategy.lower() == name.lower():
            return word
    raise BadDocument(
        f"{METADATA}: fileDetectionStrategy: expected {' or '.join(_STRATEGIES.values())}, "
        f"found {strategy!r}"
    )


@frozen(kw_only=True)
class PartnerEvents:
    """``_partnerEvents.json`` of a landing zone: who writes here, and from which source."""

    partner_name: str
    source_type: str | None = None
    source_version: str | None = None

    def plain(self) -> dict[str, Any]:
        source = {"sourceType": self.source_type, "sourceVersion": self.source_version}
        told = {key: value for key, value in source.items() if value is not None}
        return {"partnerName": self.partner_name, **({"sourceInfo": told} if told else {})}

    @classmethod
    def parse(cls, plain: Any) -> PartnerEvents:
        """Raises ``BadDocument``."""
        said = _lowered(plain, PARTNER_EVENTS)
        name = said.get("partnername")
        if not isinstance(name, str) or not name:
            raise BadDocument(f"{PARTNER_EVENTS}: partnerName: expected a name, found {name!r}")
        source = _lowered(said.get("sourceinfo") or {}, PARTNER_EVENTS)
        return cls(
            partner_name=name,
            source_type=source.get("sourcetype"),
            source_version=source.get("sourceversion"),
        )


@frozen(kw_only=True)
class SchemaColumn:
    """A column as the mirrored table has it.

    * ``type`` the Delta type: ``long``, ``string``, ``decimal(10,2)``, ``timestamp`` ...
    * ``source`` the type that the rows come with, by hygge's word for it.
    """

    name: str
    type: str
    nullable: bool = True
    source: str = ""

    def plain(self) -> dict[str, Any]:
        told = {"name": self.name, "type": self.type, "nullable": self.nullable}
        return told | ({"source": self.source} if self.source else {})


@frozen
class SchemaDocument:
    """``_schema.json``: hygge's note for readers, of the columns that the table has."""

    columns: tuple[SchemaColumn, ...]

    def plain(self) -> dict[str, Any]:
        return {"columns": [column.plain() for column in self.columns]}

    @classmethod
    def parse(cls, plain: Any) -> SchemaDocument:
        """Raises ``BadDocument``."""
        columns = _lowered(plain, SCHEMA).get("columns")
        if not isinstance(columns, list):
            raise BadDocument(f"{SCHEMA}: columns: expected a list, found {columns!r}")
        try:
            return cls(
                tuple(
                    SchemaColumn(
                        name=each["name"],
                        type=each["type"],
                        nullable=each.get("nullable", True),
                        source=each.get("source", ""),
                    )
                    for each in columns
                )
            )
        except (KeyError, TypeError, AttributeError) as exc:
            raise BadDocument(f"{SCHEMA}: columns: expected name and type of each: {exc}") from exc


def _lowered(plain: Any, name: str) -> dict[str, Any]:
    if not isinstance(plain, Mapping):
        raise BadDocument(f"{name}: expected an object, found {type(plain).__name__}")
    return {str(key).lower(): value for key, value in plain.items()}
