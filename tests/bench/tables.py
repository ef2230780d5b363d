"""Tables made from a seed: the same rows on every machine, whoever makes them.

``python tables.py SHAPE ROWS FORMAT FOLDER`` (``--help`` names its options) writes them and prints,
as JSON, their rows and the size of their values in memory, in bytes. With ``--tables`` there are so
many folders, each with a table of that many rows.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl

_PIECE = 250_000
_DAY_ONE = 1_577_836_800_000_000  # 2020-01-01 in microseconds
_LONGEST = 100_000
_SYLLABLES = (
    "ba",
    "co",
    "di",
    "fu",
    "ga",
    "he",
    "ki",
    "lo",
    "mu",
    "na",
    "pe",
    "ri",
    "so",
    "ty",
    " ",
)
_TEXT_BYTES = 4 << 20


class Noise:
    """Numbers that look random and follow from the row's id, a salt and the seed (splitmix64)."""

    def __init__(self, seed: int) -> None:
        self._salt = seed * 1_000

    def __call__(self, below: int) -> pl.Expr:
        """A column of its own at each call: whole numbers from 0."""
        self._salt += 1
        x = (pl.col("id").cast(pl.UInt64) + self._salt * 0x632BE5AB) * 0x9E3779B97F4A7C15
        x = (x ^ (x // 2**30)) * 0xBF58476D1CE4E5B9
        x = (x ^ (x // 2**27)) * 0x94D049BB133111EB
        return (x ^ (x // 2**31)) % below


def mix(noise: Noise) -> dict[str, pl.Expr]:
    """Twelve columns of what business tables hold, some of it missing."""
    return {
        "kind": noise(1_000).cast(pl.Int32),
        "weight": noise(10**9).cast(pl.Float64) / 1e4,
        "price": noise(10**9).cast(pl.Int64).cast(pl.Decimal(18, 4)),
        "status": noise(12).cast(pl.String) + "-status",
        "customer": "customer-" + noise(10**12).cast(pl.String),
        "paid": noise(2) == 0,
        "day": pl.date(2020, 1, 1) + pl.duration(days=noise(2_000)),
        "changed": (noise(10**14) + _DAY_ONE).cast(pl.Datetime("us")),
        "note": pl.when(noise(3) > 0).then("note " + noise(100_000).cast(pl.String)),
        "pieces": pl.when(noise(10) > 0).then(noise(500).cast(pl.Int64)),
        "digest": (noise(2**63).cast(pl.String) + "-" * 16).cast(pl.Binary).bin.slice(0, 16),
    }


def text(noise: Noise) -> dict[str, pl.Expr]:
    """``mix`` without what text formats have no words for."""
    columns = mix(noise)
    del columns["digest"], columns["price"]
    return columns


def wide(noise: Noise) -> dict[str, pl.Expr]:
    """Two hundred columns, the id included."""
    makes: list[Callable[[], pl.Expr]] = [
        lambda: noise(10**9).cast(pl.Int64),
        lambda: noise(10**9).cast(pl.Float64) / 1e4,
        lambda: "w" + noise(5_000).cast(pl.String),
        lambda: pl.when(noise(4) > 0).then(noise(100).cast(pl.Int32)),
    ]
    return {f"column_{n:03}": makes[n % len(makes)]() for n in range(1, 200)}


def skew(noise: Noise) -> dict[str, pl.Expr]:
    """Strings of a few bytes, and in every fiftieth row of up to 100 KB."""
    length = pl.when(noise(50) == 0).then(noise(_LONGEST)).otherwise(noise(200))
    prose = pl.lit("".join(random.Random(7).choices(_SYLLABLES, k=_TEXT_BYTES // 2)).encode())
    return {
        "short": noise(10**6).cast(pl.String),
        "body": prose.bin.slice(noise(_TEXT_BYTES - 2 * _LONGEST), length).cast(pl.String),
        "kind": noise(20).cast(pl.Int32),
    }


def plain(noise: Noise) -> dict[str, pl.Expr]:
    """Much in memory and little on disk: what is read has to be held, not waited for."""
    return {
        "number": noise(100).cast(pl.Int64),
        "amount": noise(1_000).cast(pl.Float64) / 4,
        "moment": (noise(500) * 3_600_000_000 + _DAY_ONE).cast(pl.Datetime("us")),
        "place": "a place with a rather long name, number " + noise(40).cast(pl.String),
        "remark": "as it was said before, in so many words: " + noise(60).cast(pl.String),
        "yes": noise(2) == 0,
    }


SHAPES = {each.__name__: each for each in (mix, text, wide, skew, plain)}
WRITERS: dict[str, Callable[[pl.LazyFrame, Path], None]] = {
    "parquet": lambda frame, path: frame.sink_parquet(path, compression_level=1),
    "csv": lambda frame, path: frame.sink_csv(path),
    "csv.zst": lambda frame, path: frame.sink_csv(path, compression="zstd", compression_level=1),
    "ndjson": lambda frame, path: frame.sink_ndjson(path),
}


def pieces(shape: str, first: int, rows: int, seed: int) -> Iterator[pl.DataFrame]:
    """So many rows from the id ``first``, a piece at a time."""
    columns = SHAPES[shape](Noise(seed))
    for at in range(first, first + rows, _PIECE):
        ids = pl.int_range(at, min(at + _PIECE, first + rows), eager=True).alias("id")
        yield ids.to_frame().with_columns(**columns)


def write(frames: Iterator[pl.DataFrame], path: Path, form: str) -> int:
    """Write one file; returns its size in memory, in bytes."""
    size = 0
    batches = []
    for frame in frames:
        size += int(frame.estimated_size())
        batches.append(frame.lazy())
    WRITERS[form](pl.concat(batches), path)
    return size


def main(words: list[str]) -> None:
    """See the module's docstring."""
    asked = argparse.ArgumentParser()
    asked.add_argument("shape", choices=SHAPES)
    asked.add_argument("rows", type=int)
    asked.add_argument("form", choices=WRITERS)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--files", type=int, default=1)
    asked.add_argument("--tables", type=int, default=0)
    asked.add_argument("--first", type=int, default=0)
    asked.add_argument("--seed", type=int, default=7)
    said = asked.parse_args(words)
    names = [f"t{n:03}" for n in range(said.tables)] or ["."]
    size = 0
    for n, name in enumerate(names):
        folder = said.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        first = said.first + n * said.rows
        each = -(-said.rows // said.files)
        for at in range(first, first + said.rows, each):
            made = pieces(said.shape, at, min(each, first + said.rows - at), said.seed)
            size += write(made, folder / f"{at:012}.{said.form}", said.form)
    sys.stdout.write(json.dumps({"rows": said.rows * len(names), "memory": size}))


if __name__ == "__main__":
    main(sys.argv[1:])
