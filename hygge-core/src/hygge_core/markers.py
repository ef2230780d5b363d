"""Row markers: the one convention by which a frame says what becomes of each of its rows.

A load whose schema ends with the column ``__rowMarker__`` (Int32, never NULL) is a sequence of
changes, to be applied from top to bottom, each looked up by the load's keys:

==========  ============================  =============================
marker      the key is not there          the key is there
==========  ============================  =============================
0 insert    added                         added again, nothing is checked
1 update    added                         its row is replaced
2 delete    nothing                       its row is removed
4 upsert    added                         its row is replaced
==========  ============================  =============================

The rows of 0, 1 and 4 are whole; of a 2 only the keys count, and its other columns may be NULL. A
changed key is a 2 of the old one and a 0 of the new one. The words are those of Fabric Open
Mirroring's landing zone; any store that declares the capability ``markers`` applies them, and does
not keep the column. For every other store it is a column like any other.

Where the column comes from: the source has it, or ``deletes`` of an entity makes it.
"""

from __future__ import annotations

from enum import IntEnum

#: The column's name, exactly.
ROW_MARKER = "__rowMarker__"


class Marker(IntEnum):
    """What becomes of a row."""

    INSERT = 0
    UPDATE = 1
    DELETE = 2
    UPSERT = 4


__all__ = ["ROW_MARKER", "Marker"]
