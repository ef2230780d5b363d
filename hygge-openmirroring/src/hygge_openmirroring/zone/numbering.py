"""Which number a table's next file gets. Pure: what was seen and what is remembered go in.

The service reads file after file and waits for a missing one, for ever; a number that is used twice
is never read. So a number is only given where everything agrees; all else is for a person to see.
"""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from hygge_core.errors import StoreError
from hygge_openmirroring.zone.layout import METADATA, number_of
from hygge_openmirroring.zone.record import TableRecord

_ANEW = "make the table anew: --full-drop"


@frozen(kw_only=True)
class Seen:
    """What a look at the table's folder showed.

    * ``place`` for a person.
    * ``folder`` its etag; ``None``: there is no such folder.
    * ``highest`` the highest number in it, those of files that the service put aside included.
    * ``documented`` whether it has its ``_metadata.json``.
    """

    place: str
    folder: str | None
    highest: int | None = None
    documented: bool = False


def highest(names: Iterable[str]) -> int | None:
    """The highest number among these files; ``None``: none of them has one."""
    return max((n for name in names if (n := number_of(name)) is not None), default=None)


def next_number(seen: Seen, record: TableRecord | None, starting: int | None) -> int:
    """The number of the next file. Raises ``StoreError`` where listing and record disagree.

    ``starting`` is the user's word for a folder that nobody can tell anything of. Where there is no
    folder it is not asked: the service would wait for number 1, for ever.
    """
    if seen.folder is None:
        if record is not None:
            raise StoreError(
                f"{seen.place} is gone, and {record.last} files were published to it: the service "
                "has dropped the table, and these rows alone would become a new one",
                hint=_ANEW,
            )
        return 1
    mine = record is not None and record.folder == seen.folder
    if not seen.documented and (mine or seen.highest is not None):
        raise StoreError(
            f"{seen.place} is a table whose {METADATA} somebody has removed, or not written yet: "
            "nothing tells its keys, nor what becomes of its rows",
            hint=f"put it back as it was, or {_ANEW}",
        )
    if record is None:
        return _unrecorded(seen, starting)
    if seen.highest is None:
        return _all_taken_away(seen, record)
    if seen.highest != record.last:
        raise _disagreement(seen, seen.highest, record)
    return record.last + 1


def _unrecorded(seen: Seen, starting: int | None) -> int:
    """A table that hygge has not written to yet, or has lost its record of."""
    if seen.highest is not None:
        return seen.highest + 1
    if starting is None and seen.documented:
        raise StoreError(
            f"{seen.place} is a table without a file, and nothing tells how many it has had",
            hint=f"if it is new: starting_sequence = 1; else {_ANEW}",
        )
    return starting or 1


def _all_taken_away(seen: Seen, record: TableRecord) -> int:
    if seen.folder != record.folder:
        raise StoreError(
            f"{seen.place} is another folder than the one that file {record.last} was published "
            "to: the service has made the table anew, and numbers begin at 1 in it",
            hint=_ANEW,
        )
    return record.last + 1


def _disagreement(seen: Seen, highest: int, record: TableRecord) -> StoreError:
    if highest > record.last:
        return StoreError(
            f"{seen.place} has a file {highest}, but hygge published no further than "
            f"{record.last} (run {record.run_id}): somebody else writes to this table",
            hint=f"let one of them write it, and {_ANEW}",
        )
    return StoreError(
        f"{seen.place} has no file beyond {highest}, but {record.last} was published (run "
        f"{record.run_id}): it was removed, or the folder is another one",
        hint=_ANEW,
    )
