"""The TOML table of the store ``open_mirroring``. No driver in here."""

from __future__ import annotations

from typing import Any, Literal

from attrs import Attribute, field, frozen
from attrs.validators import deep_iterable, ge, gt, in_, le, min_len, optional

from hygge_adls import ToOneLake
from hygge_core.fields import Spelled, one_or_many
from hygge_core.files.settings import ParquetWriting
from hygge_core.markers import ROW_MARKER, Marker
from hygge_openmirroring.zone.documents import Detection
from hygge_openmirroring.zone.layout import FILES, LANDING_ZONE, SCHEMA_SUFFIX, Table

#: What the service reads; lz4 and brotli are not among them.
Codec = Literal["zstd", "snappy", "gzip", "uncompressed"]


def _piece(_: Any, at: Attribute[Any], text: str) -> None:
    if not text or set(text) & set("/\\\0") or text.startswith("."):
        raise ValueError(f"expected a name without slashes, found {text!r}")


def _visible(config: Any, at: Attribute[Any], text: str) -> None:
    _piece(config, at, text)
    if text.startswith("_"):
        raise ValueError(f"the service passes over names that begin with _, such as {text!r}")


def _no_schema(config: Any, _: Attribute[Any], text: str) -> None:
    if config.schema_name is None and text.endswith(SCHEMA_SUFFIX):
        raise ValueError(
            f"the service takes a folder whose name ends in {SCHEMA_SUFFIX} for a schema, and "
            f"shows no table {text!r}"
        )


_name = Spelled(r"[^/]+", "without '/'")


def _one_of_two(config: Any, _: Attribute[Any], filesystem: str | None) -> None:
    if (filesystem is None) == (config.workspace is None):
        raise ValueError("expected a workspace, or a filesystem, and not both")


def _styled(config: Any, _: Attribute[Any], item: str) -> None:
    if config.container:
        config.require_one_style(config.container, item)


_item: Any = [_name, _styled]


def _keyed(config: Any, _: Attribute[Any], marker: int | None) -> None:
    if marker and not config.key_columns:
        raise ValueError(f"row_marker = {marker} finds rows by their keys: set key_columns")


def _no_marker(_: Any, __: Attribute[Any], keys: tuple[str, ...]) -> None:
    if ROW_MARKER in keys:
        raise ValueError(f"{ROW_MARKER} is no key")


def _versioned(config: Any, at: Attribute[Any], text: str | None) -> None:
    if text is not None and config.partner_name is None:
        raise ValueError(f"{at.name} is told beside a partner_name; set that too")


@frozen(kw_only=True)
class OpenMirroringStoreConfig(ToOneLake):
    """``store = { type = "open_mirroring", workspace = "ID", mirror_name = "ID" }``.

    * ``workspace`` its id or name; or ``filesystem``, the same by the storage's word.
    * ``mirror_name`` the mirrored database's item: its id where ``workspace`` is one, else its name
      as OneLake calls it.
    * ``schema_name`` the schema that the table shows in; the item's default one when left out.
    * ``default_schema`` what the item's default schema is called: a table there has one folder.
    * ``table`` the table's name, the entity's when left out.
    * ``key_columns`` one column or several, in source names; needed for updates and deletes.
    * ``row_marker`` of rows that are added to a table: 0 insert, 1 update, 2 delete, 4 upsert. Left
      out: 4 with keys, and none without. Rows with a column ``__rowMarker__`` keep their own.
    * ``initial_row_marker`` whether the files of a full_drop have the marker, too.
    * ``file_detection`` by number, or by the storage's time; a table keeps what it began with.
    * ``partner_name``, ``source_type``, ``source_version`` for ``_partnerEvents.json``.
    * ``starting_sequence`` the number of the next file in a folder that is there, where neither its
      files nor hygge's own notes tell. A new table begins at 1.
    * ``folder_deletion_wait_seconds`` how long the service gets to drop a table before it is made
      again.
    * ``bad_keys`` a NULL in a key, or one key twice among inserts: fail before anything is
      published, or tell.
    * ``mirror_journal`` whether a copy of the journal is shown as a table of the mirror.
    * ``journal_schema_name``, ``journal_table_name`` of that table, one for all flows. Names may
      begin with ``_``, but Microsoft documents that the service passes over such names.
    * ``rows_per_file`` a file is full at this many rows, or when 128 MiB of them are in memory.
    * ``compression`` of the Parquet files, of those that the service reads.
    * ``incremental`` ``true`` or ``false`` overrules the run's type for this store.
    """

    workspace: str | None = field(default=None, validator=optional(_name))
    filesystem: str | None = field(default=None, validator=[optional(_name), _one_of_two])
    mirror_name: str = field(validator=_item)
    schema_name: str | None = field(default=None, validator=optional(_visible))
    default_schema: str = field(default="dbo", validator=min_len(1))
    table: str = field(default="{entity}", validator=[_visible, _no_schema])
    key_columns: tuple[str, ...] = field(
        default=(), converter=one_or_many, validator=[deep_iterable(min_len(1)), _no_marker]
    )
    row_marker: int | None = field(
        default=None, validator=[optional(in_([int(each) for each in Marker])), _keyed]
    )
    initial_row_marker: bool = False
    file_detection: Detection = "sequential"
    partner_name: str | None = field(default=None, validator=optional(min_len(1)))
    source_type: str | None = field(default=None, validator=_versioned)
    source_version: str | None = field(default=None, validator=_versioned)
    starting_sequence: int | None = field(default=None, validator=optional(ge(1)))
    folder_deletion_wait_seconds: float = field(default=120.0, validator=[ge(0), le(900)])
    bad_keys: Literal["fail", "warn"] = "fail"
    mirror_journal: bool = False
    journal_schema_name: str = field(default="hygge", validator=_piece)
    journal_table_name: str = field(default="hygge_journal", validator=_piece)
    rows_per_file: int = field(default=1_000_000, validator=ge(1))
    compression: Codec = "zstd"
    row_group_rows: int | None = field(default=None, validator=optional(gt(0)))
    incremental: bool | None = None

    @property
    def writing(self) -> ParquetWriting:
        """How the files of the landing zone are written."""
        return ParquetWriting(compression=self.compression, row_group_rows=self.row_group_rows)

    @property
    def container(self) -> str:
        """The filesystem: in OneLake, the workspace."""
        return self.workspace or self.filesystem or ""

    @property
    def files(self) -> str:
        """The item's ``Files``: nothing above it can be made by anybody but Fabric."""
        return f"{self.mirror_name}/{FILES}"

    @property
    def landing_zone(self) -> str:
        return f"{self.mirror_name}/{LANDING_ZONE}"

    @property
    def place(self) -> Table:
        """The table's place in the landing zone."""
        return Table(self.table, self.schema_name)

    @property
    def journal_place(self) -> Table:
        """Where the mirrored journal is in the landing zone."""
        return Table(self.journal_table_name, self.journal_schema_name)

    @property
    def by_time(self) -> bool:
        """Whether the service goes by the storage's time, and not by numbers."""
        return self.file_detection == "timestamp"

    def added_marker(self, keys: tuple[str, ...]) -> int | None:
        """The marker of rows that are added and have none of their own; ``None``: no column."""
        if self.row_marker is not None:
            return self.row_marker
        return Marker.UPSERT if keys else None
