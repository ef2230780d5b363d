"""The keys of a load's rows, watched while they are staged: NULLs, and one key inserted twice.

The service looks for no duplicates among inserts and says nothing of NULLs, so both are told before
anything is published. A key is kept as a hash of 64 bits: eight bytes a row.
"""

from __future__ import annotations

import polars as pl

from hygge_core.markers import ROW_MARKER, Marker


class KeyWatch:
    """``all_inserts``: rows without a marker of their own are looked at for duplicates."""

    def __init__(self, keys: tuple[str, ...], *, all_inserts: bool) -> None:
        self._keys = list(keys)
        self._all_inserts = all_inserts
        self._nulls = dict.fromkeys(keys, 0)
        self._hashes: list[pl.Series] = []

    def see(self, frame: pl.DataFrame) -> None:
        """Rows as they lie in the file."""
        if not self._keys or not frame.height:
            return
        for key in self._keys:
            self._nulls[key] += frame[key].null_count()
        inserts = frame
        if not self._all_inserts:
            if ROW_MARKER not in frame.columns:
                return
            inserts = frame.filter(pl.col(ROW_MARKER) == Marker.INSERT)
        self._hashes.append(inserts.select(self._keys).hash_rows())

    def problems(self) -> list[str]:
        """In sentences; each is told before publication."""
        found = [
            f"the key column {key!r} is NULL in {count:,} rows"
            for key, count in self._nulls.items()
            if count
        ]
        if self._hashes:
            hashes = pl.concat(self._hashes)
            twice = hashes.len() - hashes.n_unique()
            if twice:
                keys = ", ".join(self._keys)
                found.append(f"{twice:,} inserted rows repeat a key ({keys})")
        return found
