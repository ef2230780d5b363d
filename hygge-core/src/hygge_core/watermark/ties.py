"""The rows exactly at a watermark: which of them were moved already, and which are new.

Rows are told apart by a digest of their primary key, or of the whole row where there is none, and
counted: a second row that equals a first one is a row of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import polars as pl

from hygge_core.digests import digested, row_text
from hygge_core.errors import FlowError
from hygge_core.records import Ties
from hygge_core.watermark.marks import physical

#: A watermark keeps so many different digests (2 MB of JSON); beyond it only their count and sum.
MOST_DIGESTS = 100_000

_WRAP = 2**64
_AFRESH = "run it once with --full-drop"


def digests(rows: pl.DataFrame, primary_key: Sequence[str]) -> list[str]:
    """16 hexadecimal digits for each row."""
    schema = {name: rows.schema[name] for name in (primary_key or rows.columns)}
    texts = rows.select(text=row_text(schema)).get_column("text")
    return [digest.hex() for digest in digested(texts, _short).to_list()]


def _short(text: bytes) -> bytes:
    return blake2b(text, digest_size=8).digest()


class Tally:
    """Rows counted by their digests, in bounded memory."""

    def __init__(self) -> None:
        self.rows = 0
        self._total = 0
        self._counts: Counter[str] = Counter()
        self._many = False

    def add(self, found: Sequence[str]) -> None:
        self.rows += len(found)
        self._total = (self._total + sum(int(digest, 16) for digest in found)) % _WRAP
        if not self._many:
            self._counts.update(found)
            self._many = len(self._counts) > MOST_DIGESTS
        if self._many:
            self._counts.clear()

    def ties(self) -> Ties:
        return Ties(rows=self.rows, total=f"{self._total:016x}", digests=dict(self._counts))


class Crest:
    """The highest value seen so far, and the rows that have it; batches may come in any order."""

    def __init__(self, primary_key: Sequence[str]) -> None:
        self._primary_key = primary_key
        self._tally = Tally()
        self._held: pl.DataFrame | None = None
        self.value: Any = None

    def add(self, rows: pl.DataFrame, column: pl.Series) -> None:
        """Look at rows and their watermark column, every value usable."""
        values = physical(column)
        top: Any = values.max()
        if top is None or (self.value is not None and top < self.value):
            return
        if self.value is None or top > self.value:
            self.value, self._tally, self._held = top, Tally(), None
        self._digest()
        told_by = rows[list(self._primary_key)] if self._primary_key else rows
        # Digested only when the next batch reaches it: in a source that grows none will.
        self._held = told_by.filter(values == pl.Series([top], dtype=values.dtype))

    def ties(self) -> Ties:
        """The rows at the highest value."""
        self._digest()
        return self._tally.ties()

    def _digest(self) -> None:
        if self._held is not None:
            self._tally.add(digests(self._held, self._primary_key))
            self._held = None


class Known:
    """The rows at the lower bound that earlier runs moved: they come again, and are dropped."""

    def __init__(self, ties: Ties, primary_key: Sequence[str], *, same_key: bool) -> None:
        self._ties = ties
        self._primary_key = primary_key
        self._same_key = same_key
        self._left = Counter(ties.digests)
        self._each = same_key and bool(ties.digests)
        self._seen = Tally()
        self._found = 0

    def is_new(self, rows: pl.DataFrame) -> list[bool]:
        """For each of the rows at the bound, whether no earlier run has moved it."""
        found = digests(rows, self._primary_key)
        self._seen.add(found)
        return [self._each and not self._take(digest) for digest in found]

    def joined(self, seen: Ties) -> Ties:
        """Everything known at the bound: the moved rows, gone or not, and those ``seen``."""
        if not (self._each and seen.digests):
            return seen
        both = Counter(self._ties.digests) | Counter(seen.digests)
        total = sum(int(digest, 16) * rows for digest, rows in both.items()) % _WRAP
        return Ties(rows=both.total(), total=f"{total:016x}", digests=dict(both))

    def _take(self, digest: str) -> bool:
        if self._left[digest] < 1:
            return False
        self._left[digest] -= 1
        self._found += 1
        return True

    def check(self) -> None:
        """After the last batch: raise ``FlowError`` where old rows and new cannot be told apart."""
        if self._seen.rows == 0:
            return
        if self._each:
            self._check_recognised()
        elif not self._all_the_same():
            why = (
                f"more than {MOST_DIGESTS:,} rows"
                if self._same_key
                else "another primary_key than before"
            )
            raise FlowError(
                f"the {self._seen.rows:,} rows at the watermark are not the {self._ties.rows:,} "
                f"that were moved, and the new ones cannot be told apart: {why}",
                hint=f"{_AFRESH}; a watermark of finer precision has fewer rows at one value",
            )

    def _all_the_same(self) -> bool:
        same_total = self._seen.ties().total == self._ties.total
        return self._seen.rows == self._ties.rows and (same_total or not self._same_key)

    def _check_recognised(self) -> None:
        """Whole rows that all look different most likely changed their shape, all at once."""
        if not self._primary_key and not self._found and self._seen.rows >= self._ties.rows:
            raise FlowError(
                f"none of the {self._ties.rows:,} rows at the watermark looks as it did when it "
                "was moved: moving them again would double them",
                hint=f"{_AFRESH}; with watermark.primary_key rows are known by their key",
            )
