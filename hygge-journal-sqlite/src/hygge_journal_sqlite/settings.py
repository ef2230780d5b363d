"""What stands under ``type = "sqlite"``: the tables of the journal, the home and the store."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from attrs import Attribute, field, frozen
from attrs.validators import ge, gt, min_len, optional

from hygge_core.fields import TypeWord

WHOLE_ENTITY = "{entity}"


@frozen(kw_only=True)
class SqliteJournalConfig:
    """``[journal]`` with ``type = "sqlite"``.

    * ``path`` the journal's file on a local disk; it and its folders are made when missing.
    * ``retention`` finished runs and events older than this are forgotten when the journal is
      opened; absent: nothing is ever forgotten.
    * ``lease_seconds`` how long an owner that stopped renewing keeps an entity, if it still lives.
    * ``busy_timeout_seconds`` how long to wait for another process's transaction.
    """

    path: Path
    retention: timedelta | None = None
    lease_seconds: float = field(default=60.0, validator=gt(0))
    busy_timeout_seconds: float = field(default=30.0, validator=ge(0))


def _not_both(config: SqliteHomeConfig, attribute: Attribute[Any], query: str | None) -> None:
    if query is not None and config.table != WHOLE_ENTITY:
        raise ValueError("expected either 'table' or 'query', found both")


@frozen(kw_only=True)
class SqliteHomeConfig:
    """``home = { type = "sqlite", path = "shop.db", table = "orders" }``.

    * ``path`` the database file; it is opened for reading only.
    * ``table`` a table or view; by default the one named like the entity.
    * ``query`` a SELECT to read instead; a watermark range is applied around it.
    * ``batch_rows`` rows per batch; fewer where rows are wide.
    * ``schema_overrides`` column to spelled type (``"decimal(10,2)"``), for columns whose declared
      type says too little or too much. Values are still checked one by one.
    """

    path: Path
    table: str = field(default=WHOLE_ENTITY, validator=min_len(1))
    query: str | None = field(default=None, validator=[optional(min_len(1)), _not_both])
    batch_rows: int = field(default=100_000, validator=ge(1))
    schema_overrides: dict[str, TypeWord] = field(factory=dict)
    busy_timeout_seconds: float = field(default=30.0, validator=ge(0))


@frozen(kw_only=True)
class SqliteStoreConfig:
    """``store = { type = "sqlite", path = "mart.db" }``.

    * ``path`` the database file; it and its folders are made when missing.
    * ``table`` where the rows settle; by default the table named like the entity.
    * ``key_columns`` in source names: an appended row takes the place of the one with its key.
    * ``nan`` what becomes of NaN, which SQLite cannot hold: ``fail`` or ``null``.
    * ``busy_timeout_seconds`` how long to wait for another process's transaction.
    """

    path: Path
    table: str = field(default=WHOLE_ENTITY, validator=min_len(1))
    key_columns: tuple[str, ...] = ()
    nan: Literal["fail", "null"] = "fail"
    busy_timeout_seconds: float = field(default=60.0, validator=ge(0))
