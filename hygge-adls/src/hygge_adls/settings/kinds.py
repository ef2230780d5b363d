"""The TOML tables of the homes and stores. Nothing is imported here that moves rows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

from attrs import Attribute, field, fields, frozen
from attrs.validators import ge, gt

from hygge_adls.settings.connections import InAdls, InOneLake, name
from hygge_core.fields import PER_ENTITY
from hygge_core.files.settings import CsvDialect, CsvWriting, CutsFiles, ParquetWriting

Format = Literal["parquet", "csv", "ndjson"]


def _sound(_: Any, __: Attribute[str], path: str) -> None:
    pieces = path.strip("/").split("/")
    if any(piece in ("", ".", "..") for piece in pieces) or "\0" in path or "\\" in path:
        raise ValueError(f"expected names with / between them, found {path!r}")


def _below_files(config: Any, at: Attribute[str], path: str) -> None:
    _sound(config, at, path)
    if config.schema is not None and not path.strip("/").startswith("Files/"):
        raise ValueError("a schema goes between Files/ and the rest; found a path elsewhere")


def _only(config: Any, form: str, settings: type[Any]) -> None:
    if config.format == form:
        return
    for each in fields(settings):
        if getattr(config, each.name) != each.default:
            raise ValueError(f"{each.name} is for format = {form!r}, found {config.format!r}")


def _fits_home(config: Any, _: Attribute[str], form: str) -> None:
    also = ("schema_overrides",) if form == "ndjson" else ()
    of_csv = (each.name for each in fields(CsvDialect) if each.name not in also)
    for key in of_csv:
        default = getattr(fields(CsvDialect), key).default
        default = default if not hasattr(default, "factory") else default.factory()
        if form != "csv" and getattr(config, key) != default:
            raise ValueError(f"{key} is for format = 'csv', found {form!r}")


def _fits_store(config: Any, _: Attribute[str], form: str) -> None:
    _only(config, "parquet", ParquetWriting)
    _only(config, "csv", CsvWriting)


@frozen(kw_only=True, slots=False)
class ReadsFiles(CsvDialect):
    """What the lake homes have in common, beside the keys of a CSV dialect.

    * ``format`` of the files; the keys of CSV are for ``csv`` only (``schema_overrides`` also for
      ``ndjson``).
    * ``batch_rows`` rows per batch; fewer where they are large.
    * ``hive`` directories ``column=value`` are columns; left out: if there are any.
    """

    batch_rows: int = field(default=100_000, validator=ge(1))
    hive: bool | None = None
    format: Format = field(default="parquet", validator=_fits_home)


@frozen(kw_only=True, slots=False)
class WritesFiles(CsvWriting, ParquetWriting, CutsFiles):
    """What the lake stores have in common, beside where files are cut and how they are written.

    * ``format`` of the files; the keys of Parquet and of CSV are for those only.
    * ``incremental`` ``true`` or ``false`` overrules the run's type for this store.
    """

    incremental: bool | None = None
    format: Format = field(default="parquet", validator=_fits_store)


@frozen(kw_only=True, slots=False)
class _AdlsPath:
    """``path`` is from the root of the filesystem."""

    path: str = field(metadata=PER_ENTITY, validator=_sound)

    @property
    def place(self) -> str:
        return self.path.strip("/")


@frozen(kw_only=True, slots=False)
class _OneLakePath:
    """``path`` is from the item: ``Files/...``; the schema's folder goes behind ``Files``."""

    path: str = field(default="Files/{entity}", metadata=PER_ENTITY, validator=_below_files)
    item: str
    schema: str | None

    @property
    def place(self) -> str:
        path = self.path.strip("/")
        if self.schema is not None:
            path = path.replace("Files/", f"Files/{self.schema}.schema/", 1)
        return f"{self.item}/{path}"


@frozen(kw_only=True)
class AdlsHomeConfig(ReadsFiles, _AdlsPath, InAdls):
    """``home = { type = "adls", connection = "lake", filesystem = "raw", path = "in/orders" }``.

    * ``path`` a file, a directory (read whole, in the order of names) or a glob.
    """


@frozen(kw_only=True)
class AdlsStoreConfig(WritesFiles, _AdlsPath, InAdls):
    """``store = { type = "adls", connection = "lake", filesystem = "raw", path = "out/orders" }``.

    * ``path`` the entity's directory; hygge's own files are kept beside it, in ``.hygge``.
    """


@frozen(kw_only=True)
class OneLakeHomeConfig(ReadsFiles, InOneLake, _OneLakePath):
    """``home = { type = "onelake", workspace = "Sales", item = "Raw.Lakehouse" }``.

    * ``path`` below the item: a file, a directory or a glob.
    """


@frozen(kw_only=True)
class OneLakeStoreConfig(WritesFiles, InOneLake, _OneLakePath):
    """``store = { type = "onelake", workspace = "Sales", item = "Raw.Lakehouse" }``.

    * ``path`` below the item, the entity's directory; hygge's own files lie beside it.
    """


@frozen(kw_only=True)
class ParquetJournalConfig(_AdlsPath, InAdls):
    """``journal = { type = "parquet", connection = "lake", filesystem = "raw", path = "j" }``.

    * ``path`` the journal's folder from the root of the filesystem. In OneLake ``filesystem`` is
      the workspace, and ``path`` begins with the item.
    * ``retention`` finished runs and events older than this are forgotten when it is opened.
    * ``lease_seconds`` how long an owner that stopped renewing keeps an entity.
    """

    filesystem: str = field(validator=name)
    path: str = field(validator=_sound)
    retention: timedelta | None = None
    lease_seconds: float = field(default=60.0, validator=gt(0))
