"""How the kit says no: which promise is broken, and what was found instead, row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import polars as pl

from hygge_core.types import lossless, spell

if TYPE_CHECKING:
    from hygge_core.task import Result

_SHOWN = 6
_WIDTH = 160


def broken(promise: str, found: object = "") -> NoReturn:
    """Raise ``AssertionError`` naming the promise, and what was found instead of it."""
    __tracebackhide__ = True
    raise AssertionError(f"broken promise: {promise}" + (f"\n{found}" if str(found) else ""))


def keep(kept: object, promise: str, found: object = "") -> None:
    """Raise ``AssertionError`` naming ``promise`` unless it is kept."""
    __tracebackhide__ = True
    if not kept:
        broken(promise, found)


@contextmanager
def promised(promise: str) -> Iterator[None]:
    """Keep ``promise``: the block raises nothing but what another promise says."""
    __tracebackhide__ = True
    try:
        yield
    except AssertionError:
        raise
    except Exception as exc:
        told = f"broken promise: {promise}\n{type(exc).__name__}: {exc}"
        raise AssertionError(told) from exc


def same(seen: pl.DataFrame | None, expected: pl.DataFrame, promise: str) -> None:
    """Keep ``promise``: ``seen`` holds exactly the rows of ``expected``, in any order.

    A column may come back in a wider type, when that holds every value unchanged.
    """
    __tracebackhide__ = True
    keep(not (told := difference(seen, expected)), promise, told)


def difference(seen: pl.DataFrame | None, expected: pl.DataFrame) -> str:
    """What ``seen`` has too little or too much, for a person; empty when they are the same."""
    if seen is None:
        return "found: nothing, the destination is gone"
    if sorted(seen.columns) != sorted(expected.columns):
        return f"expected the columns {expected.columns}\n   found the columns {seen.columns}"
    seen = seen.select(expected.columns)
    if told := _types(seen.schema, expected.schema):
        return told
    # Values of a type are also values of a wider one: both sides as the wider.
    here, wanted = _rows(seen), _rows(expected.cast(pl.Schema(seen.schema)))
    lines = _listed("missing", wanted - here) + _listed("too many", here - wanted)
    if lines:
        lines.insert(0, f"expected {expected.height} rows, found {seen.height}:")
    return "\n".join(lines)


def _types(seen: pl.Schema, expected: pl.Schema) -> str:
    narrow = [
        f"column {name!r}: expected {spell(wanted)}, found {spell(seen[name])}"
        for name, wanted in expected.items()
        if seen[name] != wanted and not lossless(wanted, seen[name])
    ]
    return "\n".join(narrow)


def _rows(frame: pl.DataFrame) -> Counter[str]:
    """Each row as text: every type has one, NaN is like NaN, and -0.0 is not like 0.0."""
    return Counter(map(repr, frame.rows()))


def _listed(what: str, rows: Counter[str]) -> list[str]:
    lines = [f"  {what}: {_short(row)}" for row in rows.elements()]
    rest = len(lines) - _SHOWN
    return lines[:_SHOWN] + ([f"  {what}: {rest} more"] if rest > 0 else [])


def _short(row: str) -> str:
    return row if len(row) <= _WIDTH else f"{row[:_WIDTH]}... ({len(row):,} characters)"


def alike(seen: pl.DataFrame | None, parts: Sequence[pl.DataFrame], promise: str) -> None:
    """Keep ``promise``: ``seen`` holds each ``value`` of ``parts`` unchanged, or as its text where
    the column has become one of texts. Their ``id`` ascends, part by part."""
    __tracebackhide__ = True
    wanted = [value for part in parts for value in part["value"].to_list()]
    if seen is None or "value" not in seen.columns:
        broken(promise, f"found: {seen}")
    found = seen.sort("id")["value"].to_list()
    kept = len(found) == len(wanted) and all(map(_is_or_spells, found, wanted))
    keep(kept, promise, f"expected {wanted}\n   found {found}")


def _is_or_spells(found: object, value: object) -> bool:
    return found == value if value is None or not isinstance(found, str) else found == str(value)


def none_of(found: Iterable[str], promise: str) -> None:
    """Keep ``promise``: there is nothing in ``found``."""
    __tracebackhide__ = True
    there: Sequence[str] = sorted(found)
    keep(not there, promise, f"found: {', '.join(there)}")


def completes(result: Result | None) -> None:
    """Keep the promise of every run that nothing disturbs."""
    __tracebackhide__ = True
    kept = result is not None and result.outcome == "complete"
    keep(kept, "an undisturbed run completes", told_of(result))


def told_of(result: Result | None) -> str:
    """A run's end as one line: what it says of its failure, if it failed."""
    if result is None:
        return "the run crashed"
    failure = result.failure
    return f"{result.outcome}: {failure.kind}: {failure.text}" if failure else result.outcome


__all__ = [
    "alike",
    "broken",
    "completes",
    "difference",
    "keep",
    "none_of",
    "promised",
    "same",
    "told_of",
]
