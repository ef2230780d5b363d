"""Which file is next (A4.2, A4.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from hygge_openmirroring.replay.verdicts import Unknown
from hygge_openmirroring.replay.zone import ZoneFile

_SEQUENTIAL = re.compile(r"([0-9]{20})\.parquet")


def number_of(name: str) -> int | None:
    """The number in ``00000000000000000001.parquet``; ``None``: it is no such name."""
    found = _SEQUENTIAL.fullmatch(name)
    return int(found[1]) if found and int(found[1]) else None


def next_in_sequence(files: Iterable[ZoneFile], last: int) -> Iterator[ZoneFile]:
    """The files that follow number ``last`` without a gap; those behind a gap wait (A4.2 D).

    Raises ``Unknown`` for a name that is no number: ignored, or fatal? Nobody says (F).
    """
    numbered: dict[int, ZoneFile] = {}
    for file in files:
        number = number_of(file.name)
        if number is None:
            raise Unknown("A4.2 U", "the name is not 20 digits and .parquet", file=file.path)
        numbered[number] = file
    while last + 1 in numbered:
        last += 1
        yield numbered[last]


def by_time(files: Iterable[ZoneFile]) -> Iterator[list[ZoneFile]]:
    """The files of one scan in the order of their ``LastModified`` (A4.3 D).

    Equal times have no order. HTTP tells them to the second and nobody knows what the service goes
    by (A4.4), so all of one second come together, and their order must not matter.
    """
    ordered = sorted(files, key=lambda file: (file.modified, file.path))
    for _, tied in groupby(ordered, key=lambda file: file.modified.replace(microsecond=0)):
        yield list(tied)
