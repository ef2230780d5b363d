"""Homes of files in every format: opened, read whole, and files for them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

import polars as pl
import pytest

from hygge_core.files.csv.home import open_csv_home
from hygge_core.files.homes.home import FileHome
from hygge_core.files.ndjson.home import open_ndjson_home
from hygge_core.files.parquet.home import open_parquet_home
from hygge_core.files.settings.homes import CsvHomeConfig, NdjsonHomeConfig, ParquetHomeConfig
from hygge_core.records import Ask
from hygge_core.scene import Scene

FORMATS = ("parquet", "csv", "ndjson")
TABULAR = pytest.mark.parametrize("form", ["parquet", "csv"], indirect=True)
ASK = Ask(entity="orders")


def opened(form: str, path: Path, scene: Scene | None = None, **settings) -> AbstractContextManager:
    scene = scene or Scene(entity="orders")
    if form == "parquet":
        return open_parquet_home(ParquetHomeConfig(path=path, **settings), scene)
    if form == "csv":
        return open_csv_home(CsvHomeConfig(path=path, **settings), scene)
    return open_ndjson_home(NdjsonHomeConfig(path=path, **settings), scene)


def everything(home: FileHome, ask: Ask = ASK) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=home.schema(ask)), *home.read(ask)])


def read(form: str, path: Path, ask: Ask = ASK, **settings) -> pl.DataFrame:
    with opened(form, path, **settings) as home:
        return everything(home, ask)


def write(form: str, path: Path, frame: pl.DataFrame) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if form == "parquet":
        frame.write_parquet(path.with_suffix(".parquet"))
    elif form == "csv":
        frame.write_csv(path.with_suffix(".csv"))
    else:
        frame.write_ndjson(path.with_suffix(".ndjson"))
