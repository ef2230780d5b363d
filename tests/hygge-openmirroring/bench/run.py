"""Publishing to a landing zone: ``python tests/hygge-openmirroring/bench/run.py [--quick]``.

The store (stage, seal, commit, cleanup: everything that a run asks of it) beside a plain loop with
the SDK that does what Microsoft's samples do: write the file, upload it under a hidden name, rename
it. Both against the dfs server of the tests, with a latency that is injected into every request.
Printed are rows per second and requests per published file, as the server counted them; nothing
here was measured against Fabric itself.

The exit code is 1 when a table that was published does not replay to its rows.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl

HERE = Path(__file__).parent
TESTS = HERE.parents[1]
sys.path[:0] = map(str, (HERE.parent, TESTS / "hygge-adls", TESTS / "doubles"))

from azure.storage.filedatalake import DataLakeServiceClient  # noqa: E402  # after the path is set
from dfs import DfsServer, Manners  # noqa: E402
from mirrors import SAS, ZONE, Mirror  # noqa: E402

CASES = {"20 ms": 0.02, "no latency": 0.0}


def rows(count: int) -> pl.DataFrame:
    """Eight columns as orders have them; the marker comes on the way."""
    number = pl.int_range(count, eager=True)
    return pl.DataFrame(
        {
            "id": number,
            "customer": number % 9973,
            "amount": (number % 100_000) / 7,
            "paid": number % 3 == 0,
            "word": (number % 1000).cast(pl.String),
            "city": pl.Series(["Oslo", "Bergen", "Tromsø"])[number % 3],
            "day": (number % 365).cast(pl.Int32).cast(pl.Date),
            "moment": (number * 1_000_000).cast(pl.Datetime("us")),
        }
    )


def hygge(mirror: Mirror, frame: pl.DataFrame, per_file: int) -> None:
    """One append by the store."""
    mirror.load(frame, keys=["id"], rows_per_file=per_file)


def plain(mirror: Mirror, frame: pl.DataFrame, per_file: int) -> None:
    """The loop that everybody writes first: it trusts the listing and looks at nothing."""
    service = DataLakeServiceClient(mirror.server.url, SAS)
    lake = service.get_file_system_client("lake")
    folder = f"{ZONE}/orders"
    found = [Path(p.name).stem for p in lake.get_paths(folder, recursive=False)]
    number = max((int(name) for name in found if name.isdigit()), default=0)
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "part.parquet"
        for at in range(0, frame.height, per_file):
            number += 1
            marked = frame.slice(at, per_file).with_columns(
                pl.lit(4, pl.Int32).alias("__rowMarker__")
            )
            marked.write_parquet(path, compression="zstd", compression_level=1)
            client = lake.get_file_client(f"{folder}/_{number}.parquet")
            with path.open("rb") as stream:
                client.upload_data(stream, length=path.stat().st_size, overwrite=True)
            client.rename_file(f"lake/{folder}/{number:020}.parquet")
    service.close()


def measured(
    publish: Callable[[Mirror, pl.DataFrame, int], None], latency: float, files: int, per_file: int
) -> tuple[float, float, bool]:
    """Rows per second, requests per file, and whether the table is right."""
    frame = rows(files * per_file)
    with tempfile.TemporaryDirectory() as root, DfsServer(manners=Manners()) as server:
        mirror = Mirror(server, Path(root))
        mirror.load(frame.head(1), keys=["id"])  # the table is there, as it is every day
        server.manners.latency_seconds = latency
        before, began = len(server.log), time.perf_counter()
        publish(mirror, frame, per_file)
        seconds, requests = time.perf_counter() - began, len(server.log) - before
        server.manners.latency_seconds = 0.0
        shown = mirror.tables()["orders"].sort("id")
    return frame.height / seconds, requests / files, shown.equals(frame.sort("id"))


def main(words: list[str]) -> int:
    """Measure what is asked for; returns the exit code."""
    os.environ["HYGGE_TEST_LAKE_SAS"] = SAS
    sizes = [(5, 20_000)] if "--quick" in words else [(1, 1_000_000), (10, 200_000), (50, 5_000)]
    wrong = 0
    sys.stdout.write(
        "| files x rows | latency | | rows/s | requests per file |\n|---|---|---|---|---|\n"
    )
    for files, per_file in sizes:
        for name, latency in CASES.items():
            for contestant in (hygge, plain):
                speed, requests, right = measured(contestant, latency, files, per_file)
                wrong += not right
                word = contestant.__name__ + ("" if right else " (WRONG)")
                case = f"{files} x {per_file:,} | {name} | {word}"
                sys.stdout.write(f"| {case} | {speed:,.0f} | {requests:.1f} |\n")
                sys.stdout.flush()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
