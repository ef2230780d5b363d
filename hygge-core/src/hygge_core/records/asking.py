"""What a flow asks of its home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from hygge_core.records.watermarks import Changes, Range
from hygge_core.records.words import Change, Removal, TypeChange

if TYPE_CHECKING:
    import polars as pl


@frozen(kw_only=True)
class DriftPolicy:
    """``schema = { new_columns, removed_columns, type_changes }``: what may change, and how.

    * ``new_columns`` a column that was not known: ``add``, ``ignore`` (counted) or ``fail``.
    * ``removed_columns`` a known column is missing: fill with ``null`` (reported) or ``fail``.
    * ``type_changes`` a known column has another type: ``widen`` if no value changes, or ``fail``.
    """

    new_columns: Change = "add"
    removed_columns: Removal = "fail"
    type_changes: TypeChange = "fail"


@frozen(kw_only=True)
class Ask:
    """What a flow wants of its home.

    * ``entity`` the entity's name.
    * ``columns`` the only columns needed, in source names; ``None``: all of them. A home may give
      more than these, in any order.
    * ``range`` the watermark range; ``None``: everything. Rows whose watermark is NULL or NaN are
      yielded too, whatever the range: the flow counts them and decides.
    * ``changes`` the changes wanted of a home that ``Follows``; ``None``: its rows as they are.
    * ``batch_rows`` rows per batch, at most about; ``None``: the home's own setting.
    * ``limit`` stop after this many rows; ``None``: no limit.
    * ``settled`` the schema that the load has settled on for the columns in it: yield exactly these
      types or raise ``SchemaChanged``. ``None`` while it is not known.
    * ``drift`` the flow's policy, for homes that must join differing parts (files) into one schema.
    """

    entity: str
    columns: tuple[str, ...] | None = None
    range: Range | None = None
    changes: Changes | None = None
    batch_rows: int | None = None
    limit: int | None = None
    settled: pl.Schema | None = None
    drift: DriftPolicy = field(factory=DriftPolicy)
