"""What Fabric would show of a landing zone: its specification, as far as it goes, and no further.

Written from Microsoft's documentation and from what users saw, and sharing no line with the store
that writes: an oracle with the writer's mistakes would find none of them. Each rule carries its
number (``A4.2``; the README says what the numbers are) and its grade: ``D`` documented, ``O``
observed by somebody in the field, ``I`` inferred, ``U`` unknown. Where a table's content would
depend on what nobody has documented or observed, the table is *unknown* from that file on; it is
never guessed.

* :mod:`.zone` names and reads the files; :mod:`.survey` sorts them into tables.
* :mod:`.metadata`, :mod:`.footers` and :mod:`.types` read what tables and files say of themselves.
* :mod:`.order` tells which file is next; :mod:`.merging` joins the files' schemas; :mod:`.applying`
  applies rows; :mod:`.replica` is one table as it grows; :mod:`.replaying` is all of them.
"""

from hygge_openmirroring.replay.replaying import TableState, replay, replay_table
from hygge_openmirroring.replay.replica import Replica
from hygge_openmirroring.replay.survey import Survey, Table, surveyed
from hygge_openmirroring.replay.verdicts import Failed, Stuck, Unknown
from hygge_openmirroring.replay.zone import LocalZone, Zone, ZoneFile

__all__ = [
    "Failed",
    "LocalZone",
    "Replica",
    "Stuck",
    "Survey",
    "Table",
    "TableState",
    "Unknown",
    "Zone",
    "ZoneFile",
    "replay",
    "replay_table",
    "surveyed",
]
