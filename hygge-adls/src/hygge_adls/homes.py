"""The homes ``adls`` and ``onelake``: the local homes' rules and readers, over a lake's listing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hygge_adls.account import opened
from hygge_adls.parquet import LakeParquetFormat
from hygge_adls.place import LakePlace
from hygge_core.errors import HomeError
from hygge_core.files.elsewhere import SUFFIXES, CsvFormat, FileHome, NdjsonFormat, ParquetHome

if TYPE_CHECKING:
    from hygge_adls.settings.kinds import AdlsHomeConfig, OneLakeHomeConfig
    from hygge_core.scene import Scene


@contextmanager
def open_home(config: AdlsHomeConfig | OneLakeHomeConfig, scene: Scene) -> Iterator[FileHome]:
    """The home of ``type = "adls"`` or ``"onelake"``."""
    with opened(config, scene) as account:
        lake = account.lake(config.container, HomeError)
        place = LakePlace(lake, config.place, SUFFIXES[config.format])
        yield _home(config, place, scene)


def _home(config: AdlsHomeConfig | OneLakeHomeConfig, place: LakePlace, scene: Scene) -> FileHome:
    rows, hive = config.batch_rows, config.hive
    if config.format == "parquet":
        return ParquetHome(place, LakeParquetFormat(), scene, batch_rows=rows, hive=hive)
    if config.format == "csv":
        csv = CsvFormat(config, scene)
        return FileHome(place, csv, scene, batch_rows=rows, hive=hive)
    ndjson = NdjsonFormat(config.schema_overrides, scene.quoted)
    return FileHome(place, ndjson, scene, batch_rows=rows, hive=hive)
