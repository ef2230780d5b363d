"""Homes of files in a process that may not have much memory: the source is many times larger."""

from __future__ import annotations

import subprocess
import sys

import polars as pl
import pytest

CODE = """
import resource, sys
from pathlib import Path
from hygge_core.files.{form} import home as homes
from hygge_core.files.settings.homes import *
from hygge_core.records import Ask
from hygge_core.scene import Scene

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

config = {config}(path=Path({path!r}), batch_rows=20_000)
with homes.open_{form}_home(config, Scene()) as home:
    ask = Ask(entity="orders")
    schema = home.schema(ask)
    before, rows = None, 0
    for batch in home.read(Ask(entity="orders", settled=schema)):
        rows += batch.height
        if rows > 200_000 and before is None:
            before = peak()
    print(rows, round(peak() - before))
"""
CONFIGS = {"csv": "CsvHomeConfig", "ndjson": "NdjsonHomeConfig", "parquet": "ParquetHomeConfig"}


@pytest.mark.parametrize("form", CONFIGS)
def test_memory_does_not_grow_with_the_source(tmp_path, form):
    path = tmp_path / f"orders.{form}"
    piece = pl.DataFrame({"n": range(50_000)}).with_columns(
        text=pl.format("{}-{}", pl.col("n").hash(1), pl.col("n").hash(2)),
        more=pl.format("{}-{}", pl.col("n").hash(3), pl.col("n").hash(4)),
    )
    if form == "parquet":
        scan = pl.concat([piece.lazy()] * 40)
        scan.sink_parquet(path, row_group_size=50_000, compression="uncompressed")
    else:
        text = piece.write_csv() if form == "csv" else piece.write_ndjson()
        header, _, rest = text.partition("\n") if form == "csv" else ("", "", text)
        with path.open("w") as file:
            file.write(f"{header}\n" if header else "")
            for _ in range(40 if form == "csv" else 20):
                file.write(rest)
    size = path.stat().st_size / 2**20
    code = CODE.format(form=form, config=CONFIGS[form], path=str(path))
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    rows, grown = map(int, run.stdout.split())
    assert rows == piece.height * (20 if form == "ndjson" else 40)
    assert grown < size / 3, f"{grown} MiB more for a source of {size:.0f} MiB"
