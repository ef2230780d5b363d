"""What is told of a mirror (:class:`~hygge_core.protocols.Mirror`): plain records, all JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from attrs import frozen

#: What of a source is compared with what is shown: how many rows, their keys, or all they hold.
Comparison = Literal["count", "keys", "rows"]


@frozen(kw_only=True)
class Breach:
    """A rule of the other side that is broken, or a difference to the source.

    * ``rule`` its name, with its source in the other side's specification where it has one.
    * ``where`` the file or table; ``what`` is wrong with it; ``fix`` what to do.
    * ``advice``: nothing is wrong yet.
    """

    rule: str
    where: str
    what: str
    fix: str = ""
    advice: bool = False


@frozen(kw_only=True)
class Reported:
    """What the other side says: of its work as a whole (``table`` is empty), or of one table.

    ``status`` is its own word; ``what`` and ``fix`` explain what went wrong; ``rows`` and ``when``
    (UTC) as far as it tells: rows that it handled, which is no count of rows that are there.
    """

    table: str
    status: str
    ok: bool
    what: str = ""
    fix: str = ""
    rows: int | None = None
    when: datetime | None = None


@frozen(kw_only=True)
class Swept:
    """A file that the other side is done with; ``gone``: whether it was removed."""

    name: str
    bytes: int
    modified: datetime
    gone: bool


__all__ = ["Breach", "Comparison", "Reported", "Swept"]
