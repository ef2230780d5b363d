"""The TOML tables of the home, the store and the journal ``mssql``. No driver in here."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from attrs import Attribute, field, frozen
from attrs.validators import deep_mapping, ge, instance_of, le, min_len, optional

from hygge_core.fields import ConnectionName, Spelled, TypeWord
from hygge_mssql.settings.connections import LONGEST_SECONDS

WHOLE_ENTITY = "{entity}"

#: A column store compresses a batch at once from so many rows on; smaller ones wait in a row store
#: (https://learn.microsoft.com/sql/relational-databases/indexes/columnstore-indexes-data-loading-guidance).
SMALLEST_BATCH = 102_400

#: What may stand as a type of one's own: a word, and in brackets a length or a precision.
_TYPE = r"(?i)[a-z_0-9]+ *(\( *(max|\d{1,4})( *, *\d{1,2})? *\))?"


@frozen(kw_only=True)
class PartitionRead:
    """``partition_read = { column = "Id", parts = 4 }``.

    * ``column`` an integer, date or datetime column, best one with an index.
    * ``parts`` so many connections read at once, each a range of it; one more opens them together.
    """

    column: str = field(validator=min_len(1))
    parts: int = field(validator=[ge(2), le(32)])


def _one_source(config: Any, _: Attribute[Any], query_file: Path | None) -> None:
    given = [
        name
        for name, there in (
            ("table", config.table != WHOLE_ENTITY),
            ("query", config.query is not None),
            ("query_file", query_file is not None),
        )
        if there
    ]
    if len(given) > 1:
        raise ValueError(f"expected one of table, query and query_file, found {given}")


@frozen(kw_only=True)
class MssqlHomeConfig:
    """``home = { type = "mssql", connection = "erp", table = "dbo.Orders" }``.

    * ``connection`` a ``[connections.NAME]`` of type ``mssql``.
    * ``table`` a table or view, ``schema.name`` or ``[any schema].[any name]``.
    * ``query``, ``query_file`` a SELECT instead; where it is read incrementally, ``{{range}}`` in
      it becomes the condition (``{{range:o.ModifiedAt}}`` where the column needs its table).
    * ``parameters`` values for the ``@name`` in the query: bound, never put into its text.
    * ``batch_rows`` rows per batch; fewer where rows are wide.
    * ``partition_read`` several connections read ranges of one column at once.
    * ``isolation`` ``snapshot``, ``read_committed``, or ``auto``: snapshot where the database
      allows it.
    * ``seventh_digit`` ``keep``: datetime2(7) and datetimeoffset(7) are nanoseconds, from 1677 to
      2262; ``drop``: microseconds, whatever the year.
    * ``padding`` of char and nchar: ``keep`` the blanks, or ``trim`` them.
    * ``schema_overrides`` column to spelled type, where SQL Server converts better than hygge.
    """

    connection: ConnectionName
    table: str = field(default=WHOLE_ENTITY, validator=min_len(1))
    query: str | None = field(default=None, validator=optional(min_len(1)))
    query_file: Path | None = field(default=None, validator=_one_source)
    parameters: dict[str, str | int | float | bool] = field(factory=dict)
    batch_rows: int = field(default=65_536, validator=ge(1))
    partition_read: PartitionRead | None = None
    isolation: Literal["auto", "snapshot", "read_committed"] = "auto"
    seventh_digit: Literal["keep", "drop"] = "keep"
    padding: Literal["keep", "trim"] = "keep"
    schema_overrides: dict[str, TypeWord] = field(factory=dict)

    @property
    def connections(self) -> int:
        """How many connections it uses at once: one, or one for each part and one between them."""
        return self.partition_read.parts + 1 if self.partition_read else 1


@frozen(kw_only=True)
class MssqlStoreConfig:
    """``store = { type = "mssql", connection = "mart", table = "dbo.Orders" }``.

    * ``connection`` a ``[connections.NAME]`` of type ``mssql``.
    * ``table`` where the rows settle, ``schema.name``; made when it is missing.
    * ``key_columns`` in source names: an appended row takes the place of the one with its key.
    * ``replace`` how a full_drop replaces: ``in_place`` empties and fills the table in one
      transaction; ``switch`` swaps the new rows in, for tables without indexes of their own.
    * ``columnstore`` a table that hygge makes is a clustered columnstore.
    * ``column_types`` column (final name) to SQL Server type, for columns that hygge makes.
    * ``rows_per_batch`` rows per batch of a bulk load, for each loader.
    * ``parallel_loaders`` so many connections load the staging table at once.
    * ``load_seconds`` how long a bulk load may take; 0: as long as it needs.
    * ``nan`` what becomes of NaN and the infinities, which SQL Server cannot hold: ``fail`` or
      ``null``.
    """

    connection: ConnectionName
    table: str = field(default=WHOLE_ENTITY, validator=min_len(1))
    key_columns: tuple[str, ...] = ()
    replace: Literal["in_place", "switch"] = "in_place"
    columnstore: bool = False
    column_types: dict[str, str] = field(
        factory=dict,
        validator=deep_mapping(instance_of(str), Spelled(_TYPE, "such as 'decimal(18,2)'")),
    )
    rows_per_batch: int = field(default=SMALLEST_BATCH, validator=ge(SMALLEST_BATCH))
    parallel_loaders: int = field(default=1, validator=[ge(1), le(16)])
    load_seconds: int = field(default=0, validator=[ge(0), le(LONGEST_SECONDS)])
    nan: Literal["fail", "null"] = "fail"

    @property
    def connections(self) -> int:
        """How many connections it uses at once: the loaders, and one that publishes."""
        return self.parallel_loaders + 1


@frozen(kw_only=True)
class MssqlJournalConfig:
    """``[journal]`` with ``type = "mssql"``.

    * ``connection`` a ``[connections.NAME]`` of type ``mssql``.
    * ``schema`` where its tables are; made when it is missing.
    * ``retention`` finished runs and events older than this are forgotten when the journal is
      opened; absent: nothing is ever forgotten.
    * ``lease_seconds`` how long an owner that stopped renewing keeps an entity, if it still lives.
    """

    connection: ConnectionName
    schema: str = field(
        default="hygge", validator=Spelled(r"[^\0]{1,128}", "of 1 to 128 characters")
    )
    retention: timedelta | None = None
    lease_seconds: float = field(default=60.0, validator=[ge(0.1), le(LONGEST_SECONDS)])
