"""What hygge remembers of a mirrored table, outside of the service's sight.

The service moves files away once it has read them, and removes them for good a week later: then no
listing tells the next number any more, nor which types the table has. So each run leaves a record
in the item's ``Files/.hygge/tables``, in the same step for all tables and all flows. It is written
after the last rename and before the run is recorded as complete; what it says stands in the run's
manifest too, and so in the journal, for the day on which somebody tidies ``.hygge`` away.
"""

from __future__ import annotations

import json
from typing import Any

from attrs import frozen

from hygge_adls import LakeShelf
from hygge_core.errors import StoreError
from hygge_core.jsons import from_plain, to_plain
from hygge_openmirroring.zone.columns import Column
from hygge_openmirroring.zone.documents import encoded
from hygge_openmirroring.zone.layout import Table

#: After a first try that was not answered, a second one finds out.
_TRIES = 3


@frozen(kw_only=True)
class TableRecord:
    """A table as the last complete run left it.

    * ``run_id`` which run that was.
    * ``folder`` the etag of the table's folder: another folder is another table. Empty where it was
      not known yet, which is so in the manifest of a run that makes the folder.
    * ``last`` the number of the last file; 0 where files are told apart by their time.
    * ``columns`` in the order of the files, the marker not among them.
    * ``keys`` as they are spelled in the files.
    * ``known`` the file of known rows beside this record, where deletes are found by comparing.
    """

    run_id: str
    folder: str
    last: int
    columns: tuple[Column, ...]
    keys: tuple[str, ...] = ()
    known: str = ""

    def plain(self) -> dict[str, Any]:
        plain: dict[str, Any] = to_plain(self)
        return plain

    @classmethod
    def of(cls, plain: Any) -> TableRecord | None:
        return from_plain(plain, cls) if plain else None


class Notes:
    """The records of one table, on the shelf whose root is the item's ``Files``."""

    def __init__(self, shelf: LakeShelf, own: str, table: Table) -> None:
        self._shelf = shelf
        self.folder = f"{own}/tables/{table.folder}"

    @property
    def _name(self) -> str:
        return f"{self.folder}/record.json"

    def read(self) -> TableRecord | None:
        return TableRecord.of(self._shelf.read_json(self._name))

    def last_run(self) -> str:
        """Which run wrote to the table last; empty where none has."""
        record = self.read()
        return record.run_id if record else ""

    def write(self, record: TableRecord) -> None:
        """In one step, whatever is there."""
        self._shelf.write_json(self._name, record.plain())

    def follow(self, record: TableRecord, after: str) -> None:
        """Write it over that of the run ``after``, or where there is none: compare and set.

        Where another run has written since, its record stays: this one was written before, or its
        process has slept while somebody else finished the run and went on.
        """
        lake, name = self._shelf.lake, self._shelf.path(self._name)
        for _ in range(_TRIES):
            found = lake.fetch(name)
            there = TableRecord.of(json.loads(found[0])) if found else None
            if there is not None and there.run_id != after:
                return
            if lake.exchange(name, encoded(record.plain()), etag=found[1] if found else ""):
                return
        raise StoreError(f"{lake.address(name)} is too busy", transient=True)
