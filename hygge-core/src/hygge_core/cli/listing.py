"""Records as a person reads them, or as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from hygge_core.cli import streams, wording

if TYPE_CHECKING:
    from hygge_core.cli.invocation import Invocation

R = TypeVar("R")


def give_records(
    said: Invocation, records: Iterable[R], cells: Callable[[R], dict[str, str]], *, none: str
) -> None:
    """Print ``records`` to stdout: one JSON array with ``--json``, a table with a header else.

    ``none`` is said to stderr where there are no records.
    """
    from hygge_core.jsons import to_plain

    found = list(records)
    if said.json:
        streams.give_json([to_plain(record) for record in found])
    elif found:
        rows = [cells(record) for record in found]
        table = [tuple(rows[0]), *(tuple(row.values()) for row in rows)]
        streams.give("\n".join(wording.columns(table)))
    else:
        streams.say(none)


def when(moment: datetime) -> str:
    """Local time to the second."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"


def flat(value: Any) -> str:
    """One cell: nothing for ``None``, and no line breaks."""
    return "" if value is None else " ".join(str(value).split())
