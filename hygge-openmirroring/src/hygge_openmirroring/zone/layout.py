"""What things are called in a landing zone. Pure: names in, names out.

Names are ``/``-separated. A *table folder* is relative to the landing zone: ``orders``, or
``shop.schema/orders``. Sources: Microsoft's pages on the landing zone's format and best practices.
"""

from __future__ import annotations

import re

from attrs import frozen

#: Relative to the mirrored database's item.
FILES = "Files"
LANDING_ZONE = f"{FILES}/LandingZone"
MONITORING = f"{FILES}/Monitoring"

#: In each table folder.
METADATA = "_metadata.json"
#: In each table folder: hygge's own, for readers; the service ignores it.
SCHEMA = "_schema.json"
#: At the root of the landing zone, once.
PARTNER_EVENTS = "_partnerEvents.json"
#: Where the service moves what it has read, in the table folder; gone after seven days.
PROCESSED = ("_ProcessedFiles", "_FilesReadyToDelete")

SCHEMA_SUFFIX = ".schema"
PARQUET = ".parquet"
DIGITS = 20

_NUMBERED = re.compile(rf"(\d{{{DIGITS}}})(\.[A-Za-z0-9.]+)")


@frozen
class Table:
    """One table of a landing zone; without a ``schema`` it shows in the item's default schema."""

    name: str
    schema: str | None = None

    @property
    def folder(self) -> str:
        """Its folder, relative to the landing zone."""
        return self.name if self.schema is None else f"{self.schema}{SCHEMA_SUFFIX}/{self.name}"

    def __str__(self) -> str:
        return self.name if self.schema is None else f"{self.schema}.{self.name}"


def table_of(name: str) -> Table | None:
    """The table that a file of the landing zone belongs to; ``None``: it is nobody's.

    Hidden tables and schemas (a leading ``_``) are nobody's either.
    """
    schema, slash, rest = name.partition("/")
    named = schema.removesuffix(SCHEMA_SUFFIX) if schema.endswith(SCHEMA_SUFFIX) else None
    folder, slash, _ = rest.partition("/") if named else (schema, slash, "")
    if not slash or not folder or schema.startswith("_") or folder.startswith("_"):
        return None
    return Table(folder, named)


def is_hidden(name: str) -> bool:
    """Whether the service passes it over: some piece of the name begins with ``_``."""
    return any(piece.startswith("_") for piece in name.split("/"))


def sequence_name(number: int, suffix: str = PARQUET) -> str:
    """The name of file ``number`` (from 1): twenty digits. Raises ``ValueError`` beyond."""
    if not 0 < number < 10**DIGITS:
        raise ValueError(f"a file's number is from 1 to {DIGITS} digits long, found {number}")
    return f"{number:0{DIGITS}d}{suffix}"


def number_of(name: str) -> int | None:
    """The number of a file, whatever folder it is in; ``None``: its name is not a number."""
    found = _NUMBERED.fullmatch(name.rpartition("/")[2])
    return None if found is None else int(found[1])


def temporary_name(run_id: str, number: int, suffix: str = PARQUET) -> str:
    """Where file ``number`` of a run is uploaded in its table folder: the service looks away."""
    return f"_{run_id}-{number:05d}{suffix}"


def moment_name(run_id: str, number: int, suffix: str = PARQUET) -> str:
    """The name of a file where the storage's time gives the order: never used twice."""
    return f"{run_id}-{number:05d}{suffix}"
