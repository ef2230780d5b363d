"""Records to JSON and back, through one converter; what does not fit is refused by name."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

import cattrs

T = TypeVar("T")


@cache
def converter() -> cattrs.Converter:
    """The converter of all records: datetimes are ISO text in UTC, tuples are lists."""
    made = cattrs.Converter(forbid_extra_keys=False, prefer_attrib_converters=False)
    made.register_unstructure_hook(datetime, lambda when: when.astimezone(UTC).isoformat())
    made.register_structure_hook(datetime, lambda text, _: datetime.fromisoformat(text))
    return made


def to_plain(record: Any) -> Any:
    """The record as dicts, lists, strings and numbers."""
    return converter().unstructure(record)


def from_plain(plain: Any, kind: type[T]) -> T:
    """The record of class ``kind`` again. Keys that this version does not know are left out."""
    return converter().structure(plain, kind)


def to_json(record: Any) -> str:
    """One line of JSON with sorted keys, so that equal records are equal texts; UTF-8 holds it."""
    plain = to_plain(record)
    return in_utf8(json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False))


def from_json(text: str, kind: type[T]) -> T:
    """The inverse of :func:`to_json`."""
    return from_plain(json.loads(text), kind)


def in_utf8(text: str) -> str:
    """``text`` where UTF-8 has to hold it: of a file name that is none, bytes stand as ``\\udce9``.

    That is how JSON spells them, so a text of JSON still says the same.
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


__all__ = [
    "converter",
    "from_json",
    "from_plain",
    "in_utf8",
    "to_json",
    "to_plain",
]
