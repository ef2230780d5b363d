"""The file lane: whatever changes rows, it says so and falls back; what arrives is the same rows.

Each case moves one source twice, by ``lane = "rows"`` and by the default, first all of it and then
what is new; the two destinations and the two watermarks must be equal, cell by cell.
"""

import polars as pl
import pytest
from attrs import field, frozen
from lanes import BY_ID, TWO, incremental, moved, put, rows, same_everything


@frozen(kw_only=True)
class Case:
    """``first`` and ``then`` are the files of the two runs; ``how`` they are written.

    ``lanes`` are those of the two runs, ``why`` a piece of the reason of the first.
    """

    first: tuple[pl.DataFrame, ...] = (rows(1, 10), rows(11, 20))
    then: tuple[pl.DataFrame, ...] = (rows(21, 30),)
    how: dict = field(factory=dict)
    home: str = ""
    store: str = ""
    more: str = ""
    lanes: tuple[str, str] = ("files", "files")
    why: str = ""


def changed(frame: pl.DataFrame, *columns, **named) -> pl.DataFrame:
    return frame.with_columns(*columns, **named)


NULL_ID = rows(1, 4).with_columns(id=pl.when(pl.col("id") == 2).then(None).otherwise("id"))
NO_ROWS = rows(1, 1).clear()
RATIO = pl.col("ratio").fill_nan(0.5)
ROWS = ("rows", "rows")

CASES = {
    "plain": Case(),
    "plain incremental": Case(more=BY_ID),
    # what changes rows
    "rename": Case(
        more='polish = { columns = { rename = { text = "words" } } }', lanes=ROWS, why="polish"
    ),
    "case": Case(more='polish = { columns = { case = "upper" } }', lanes=ROWS, why="polish"),
    "drop": Case(more='polish = { columns = { drop = ["long"] } }', lanes=ROWS, why="polish"),
    "select": Case(
        more='polish = { columns = { select = ["id", "at"] } }', lanes=ROWS, why="polish"
    ),
    "mask": Case(more='polish = { mask = { text = "null" } }', lanes=ROWS, why="polish"),
    "constant": Case(more='polish = { constants = { origin = "erp" } }', lanes=ROWS, why="polish"),
    # codecs and layout
    "snappy into zstd": Case(how={"compression": "snappy"}, lanes=ROWS, why="snappy"),
    "snappy into snappy": Case(how={"compression": "snappy"}, store=', compression = "snappy"'),
    "gzip into gzip": Case(how={"compression": "gzip"}, store=', compression = "gzip"'),
    "lz4 into lz4": Case(how={"compression": "lz4"}, store=', compression = "lz4"'),
    "brotli into brotli": Case(how={"compression": "brotli"}, store=', compression = "brotli"'),
    "uncompressed": Case(
        how={"compression": "uncompressed"}, store=', compression = "uncompressed"'
    ),
    "a level": Case(store=", compression_level = 5", lanes=ROWS, why="compression_level"),
    "row groups": Case(store=", row_group_rows = 3", lanes=ROWS, why="row_group_rows"),
    "small files": Case(store=", rows_per_file = 9", lanes=ROWS, why="rows_per_file"),
    "partitions there": Case(store=', partition_by = ["day"]', lanes=ROWS, why="partition_by"),
    "many row groups": Case(how={"row_group_size": 2}, more=BY_ID),
    # statistics
    "no statistics": Case(how={"statistics": False}, more=BY_ID),
    "by datetime": Case(more=incremental("at")),
    "by date, tied": Case(
        then=(rows(20, 30),),
        more=incremental("day", ', primary_key = "id"'),
        lanes=("files", "rows"),
    ),
    "by date, new days": Case(then=(rows(31, 40),), more=incremental("day")),
    "by text": Case(
        first=(rows(1, 10).drop_nulls("text"),), then=(rows(21, 24),), more=incremental("text")
    ),
    "by long text": Case(more=incremental("long")),
    "by decimal": Case(more=incremental("price")),
    "by unsigned": Case(more=incremental("count")),
    "by float": Case(
        first=(changed(rows(1, 10), RATIO),),
        then=(changed(rows(21, 30), RATIO + 10),),
        more=incremental("ratio"),
    ),
    "by float, with NaN": Case(more=incremental("ratio"), lanes=("files", "rows")),
    # the boundary
    "NULL first": Case(first=(NULL_ID,), then=(rows(5, 9),), more=BY_ID),
    "NULL later": Case(
        then=(changed(NULL_ID, pl.col("id") + 100),), more=BY_ID, lanes=("files", "rows")
    ),
    "straddling": Case(then=(rows(15, 30),), more=BY_ID, lanes=("files", "rows")),
    "some straddle": Case(then=(rows(15, 30), rows(31, 40)), more=BY_ID),
    "tied at the top": Case(
        then=(rows(20, 20), rows(21, 25), rows(25, 25)),
        more=incremental("id", ', primary_key = "at"'),
    ),
    "tied rows": Case(then=(rows(20, 20), rows(25, 25), rows(25, 25)), more=BY_ID),
    "nothing new": Case(then=(), more=BY_ID, lanes=("files", "rows")),
    "looking back": Case(
        then=(rows(21, 30),), more=incremental("at", ', lookback = "1s", allow_duplicates = true')
    ),
    # shapes
    "empty files": Case(
        first=(NO_ROWS, rows(1, 10), NO_ROWS), then=(NO_ROWS, rows(11, 20)), more=BY_ID
    ),
    "only empty files": Case(
        first=(NO_ROWS,),
        then=(rows(1, 9),),
        more='on_empty = "replace"',
        lanes=("rows", "files"),
        why="no rows",
    ),
    "other order": Case(
        first=(rows(1, 9), rows(10, 19).select(pl.all().exclude("id"), "id")), why="columns"
    ),
    "new column": Case(first=(rows(1, 9), changed(rows(10, 19), new=pl.lit(1))), why="columns"),
    "wider type": Case(
        first=(changed(rows(1, 9), pl.col("id").cast(pl.Int32)), rows(10, 19)),
        more='schema = { type_changes = "widen" }',
        why="columns",
    ),
    "a new column is added": Case(then=(changed(rows(21, 30), new=pl.lit(1)),), more=BY_ID),
    "a new column is ignored": Case(
        then=(changed(rows(21, 30), new=pl.lit(1)),),
        more=BY_ID + '\nschema = { new_columns = "ignore" }',
        lanes=("files", "rows"),
    ),
    "narrower than the destination": Case(
        then=(changed(rows(21, 30), pl.col("id").cast(pl.Int16)),),
        more=BY_ID + '\nschema = { type_changes = "widen" }',
        lanes=("files", "rows"),
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_both_lanes_bring_the_same_cells(household, case: Case):
    household.toml(TWO.format(home=case.home, store=case.store, more=case.more))
    write(household, case, case.first, 1)
    first = moved(household)
    assert (first.lane, case.why in first.why_rows) == (case.lanes[0], True), first
    same_everything(household)
    incremental_run = "incremental" in case.more
    if not incremental_run:
        for path in household.root.glob("in/*"):
            path.unlink()
    write(household, case, case.then, 2)
    then = moved(household)
    if incremental_run or case.then:
        assert then.lane == case.lanes[1], then
    same_everything(household)


def write(household, case: Case, frames, run: int) -> None:
    for number, frame in enumerate(frames):
        put(household.root / f"in/{run}-{number}.parquet", frame, **case.how)
