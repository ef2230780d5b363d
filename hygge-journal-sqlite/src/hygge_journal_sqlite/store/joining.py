"""Adding rows to a table of other types: which of the two has to be widened, if it can be."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

import polars as pl
from attrs import frozen

from hygge_core.errors import StoreError
from hygge_core.types import lossless, spell
from hygge_journal_sqlite.catalogue import Column
from hygge_journal_sqlite.store.target import Target
from hygge_journal_sqlite.values.declared import keeps


@frozen(kw_only=True)
class Joined:
    """What has to become of both tables before the staged rows can be inserted.

    ``added`` columns are new to the target; ``target`` and ``staged`` are the columns of each that
    change their type.
    """

    added: Mapping[str, pl.DataType]
    target: Mapping[str, pl.DataType]
    staged: Mapping[str, pl.DataType]


def join(connection: sqlite3.Connection, found: Target, schema: pl.Schema) -> Joined:
    """How rows of ``schema`` fit into the table. Raises ``StoreError`` when they do not."""
    target: dict[str, pl.DataType] = {}
    staged: dict[str, pl.DataType] = {}
    for name, dtype in schema.items():
        column = found.column(name)
        if column is None or fits(column, dtype):
            continue
        if (
            column.dtype is not None
            and fits(column, column.dtype)
            and lossless(dtype, column.dtype)
        ):
            staged[name] = column.dtype
        elif _can_widen(column, dtype) and found.plain(connection):
            target[column.name] = dtype
        else:
            raise _no_fit(found, column, dtype)
    return Joined(added=found.missing(schema), target=target, staged=staged)


def fits(column: Column, dtype: pl.DataType) -> bool:
    """Whether the column gives back every value of ``dtype``, and as ``dtype``."""
    return column.dtype in (dtype, None) and keeps(column.declared, dtype)


def _can_widen(column: Column, dtype: pl.DataType) -> bool:
    return (
        column.dtype is not None and column.dtype != dtype and bool(lossless(column.dtype, dtype))
    )


def _no_fit(found: Target, column: Column, dtype: pl.DataType) -> StoreError:
    return StoreError(
        f"column {column.name!r} of the table {found.name!r} is declared {column.declared!r},"
        f" which does not keep every {spell(dtype)}",
        hint="run once with --full-drop, or read it as another type (schema_overrides)",
    )
