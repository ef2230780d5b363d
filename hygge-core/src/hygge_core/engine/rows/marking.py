"""Which marker each row of a load carries, where the store applies markers. Pure.

The marker comes from the source's own column ``__rowMarker__``, from a column that says which rows
were deleted, or, where deletes are found by comparing keys, from hygge: then every row that is read
is an upsert, and what vanished follows as deletes (:mod:`hygge_core.engine.rows.deleting`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from hygge_core.errors import ConfigError, HomeError
from hygge_core.markers import ROW_MARKER, Marker
from hygge_core.types import spell

if TYPE_CHECKING:
    from hygge_core.records import Mode
    from hygge_core.task import Deletes

_VALUES = [int(marker) for marker in Marker]


class Marking:
    """``applied``: the store applies markers. ``deletes`` is the entity's, in final names.

    ``whole``: the home's markers only say that each row is there, so none need be applied.
    """

    def __init__(
        self, deletes: Deletes | None, mode: Mode, *, applied: bool, whole: bool = False
    ) -> None:
        self._deletes = deletes
        self._mode = mode
        self._applied = applied
        self._whole = whole
        self._own = False
        self._adds = ""

    def rows(self, incoming: pl.Schema) -> pl.Schema:
        """The columns of polished rows apart from their marker, a soft-delete column among them.

        Raises ``ConfigError`` when the column that tells of deletes is not there, or cannot tell.
        """
        if not self._applied:
            return incoming
        self._own = ROW_MARKER in incoming
        columns = {name: dtype for name, dtype in incoming.items() if name != ROW_MARKER}
        deletes = self._deletes
        if deletes is None:
            return pl.Schema(columns)
        if self._own:
            raise ConfigError(f"the rows have a {ROW_MARKER} of their own: leave out `deletes`")
        if deletes.detect == "column" and deletes.column not in columns:
            raise ConfigError(
                f"deletes: no column {deletes.column!r} among {', '.join(columns)}",
            )
        if deletes.column in columns and not _tells(columns[deletes.column]):
            raise ConfigError(
                f"deletes: the column {deletes.column!r} is {spell(columns[deletes.column])}; "
                "expected a boolean, or a number that is 0 where the row is there",
                hint="make one of it in the home, such as CASE WHEN deleted_at IS NULL THEN 0 "
                "ELSE 1 END",
            )
        if deletes.apply == "soft" and deletes.column not in columns:
            self._adds = deletes.column
            columns[self._adds] = pl.Boolean()
        return pl.Schema(columns)

    @property
    def marked(self) -> bool:
        """Whether the load has the marker column. A full_drop has nothing to delete from."""
        told = self._applied and self._deletes is not None and self._mode == "append"
        return (self._own and not self._whole) or told

    def load(self, settled: pl.Schema) -> pl.Schema:
        """The load's schema: the settled columns, and the marker last."""
        if not self.marked:
            return settled
        return pl.Schema({**settled, ROW_MARKER: pl.Int32()})

    def split(self, polished: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series | None]:
        """The rows without their marker, and the marker. Raises ``HomeError``."""
        if self._adds:
            polished = polished.with_columns(pl.lit(value=False).alias(self._adds))
        if self._own:
            sound = _sound(polished[ROW_MARKER])
            return polished.drop(ROW_MARKER), None if self._whole else sound
        deletes = self._deletes
        if deletes is None or not self._applied:
            return polished, None
        if deletes.detect == "column":
            gone = is_true(pl.col(deletes.column))
            if not self.marked:
                return polished.filter(~gone), None
            marker = pl.when(gone).then(int(Marker.DELETE)).otherwise(int(Marker.UPSERT))
            return polished, _marker(polished, marker)
        return polished, _marker(polished, pl.lit(int(Marker.UPSERT))) if self.marked else None


def _tells(dtype: pl.DataType) -> bool:
    return dtype.is_numeric() or dtype in (pl.Boolean, pl.Null)


def is_true(column: pl.Expr) -> pl.Expr:
    """Whether a soft-delete column says so: true, or a number that is not 0; NULL does not."""
    return column.cast(pl.Boolean).fill_null(value=False)


def _marker(frame: pl.DataFrame, expr: pl.Expr) -> pl.Series:
    made = frame.select(expr.cast(pl.Int32).alias(ROW_MARKER)).to_series()
    return made.new_from_index(0, frame.height) if made.len() != frame.height else made


def _sound(markers: pl.Series) -> pl.Series:
    try:
        cast = markers.cast(pl.Int32)
    except pl.exceptions.PolarsError as exc:
        raise HomeError(f"{ROW_MARKER} has to be a number: {exc}") from exc
    cut = cast.cast(markers.dtype) != markers if markers.dtype.is_numeric() else cast.is_null()
    odd = markers.filter(~cast.is_in(_VALUES) | cast.is_null() | cut)
    if odd.len():
        raise HomeError(
            f"{ROW_MARKER} is {odd[0]!r} in {odd.len():,} rows",
            hint="0 inserts, 1 updates, 2 deletes, 4 upserts; NULL and 3 mean nothing",
        )
    return cast


def with_marker(frame: pl.DataFrame, marker: pl.Series | None) -> pl.DataFrame:
    """The rows and their marker, which is last."""
    return frame if marker is None else frame.with_columns(marker.alias(ROW_MARKER))
