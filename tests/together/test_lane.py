"""The file lane: whatever changes rows, it says so and falls back; what arrives is the same rows.

Each case moves one source twice, by ``lane = "rows"`` and by the default, first all of it and then
what is new; the two destinations and the two watermarks must be equal, cell by cell.
"""

import base64
import hashlib
import shutil
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe
import pytest
from attrs import evolve, field, frozen
from grounds import ACTIONS, ParquetGround, fresh
from polars.testing import assert_frame_equal
from shares import share

from hygge_core.files.disk import pieces
from hygge_core.files.parquet import given
from hygge_core.files.stores import store as stores
from hygge_core.records import Opened
from hygge_core.testing.thinning import some_steps, steps
from hygge_core.testing.walk import Walk

TWO = """
[defaults]
{more}
[flows.rows]
lane = "rows"
home = {{ type = "parquet", path = "in"{home} }}
store = {{ type = "parquet", path = "rows"{store} }}
[flows.files]
home = {{ type = "parquet", path = "in"{home} }}
store = {{ type = "parquet", path = "files"{store} }}
"""
INCREMENTAL = 'run_type = "incremental"\nwatermark = {{ column = "{column}"{more} }}'
START = datetime.fromisoformat("2024-01-01T05:00")


def rows(first: int, last: int) -> pl.DataFrame:
    """Rows with ids from ``first`` to ``last`` and a value of every kind."""
    ids = range(first, last + 1)
    return pl.DataFrame(
        {
            "id": ids,
            "at": [START + timedelta(microseconds=7 * i) for i in ids],
            "day": [date(2024, 1, 1) + timedelta(days=i // 3) for i in ids],
            "text": pl.Series([f"t{i:05d}" if i % 5 else None for i in ids], dtype=pl.String),
            "long": ["x" * 200 + f"{i:05d}" for i in ids],
            "price": pl.Series([Decimal(i) / 100 for i in ids], dtype=pl.Decimal(12, 2)),
            "ratio": [float("nan") if i % 4 == 0 else i / 3 for i in ids],
            "count": pl.Series(ids, dtype=pl.UInt32),
            "raw": [bytes([i % 256]) for i in ids],
            "tags": [[{"a": i, "b": [None, "z"]}] for i in ids],
            "kind": pl.Series(["odd" if i % 2 else "even" for i in ids], dtype=pl.Categorical),
        }
    )


def put(path: Path, frame: pl.DataFrame, **how) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(path, **{"compression": "zstd", **how})


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


def incremental(column: str, more: str = "") -> str:
    return INCREMENTAL.format(column=column, more=more)


def changed(frame: pl.DataFrame, *columns, **named) -> pl.DataFrame:
    return frame.with_columns(*columns, **named)


BY_ID = incremental("id")
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


def moved(household):
    """Run both flows; how the one that may choose its lane ended."""
    by_flow = {result.flow: result for result in household.run().results}
    assert {r.failure for r in by_flow.values()} == {None}
    assert (by_flow["rows"].lane, by_flow["rows"].why_rows) in (
        ("rows", 'lane = "rows"'),
        ("rows", ""),  # nothing new: nobody asked
    )
    assert by_flow["rows"].rows_written == by_flow["files"].rows_written
    assert by_flow["rows"].outcome == by_flow["files"].outcome
    return by_flow["files"]


def same_everything(household) -> None:
    read = {flow: seen(household.root / flow) for flow in ("rows", "files")}
    assert_frame_equal(read["files"], read["rows"], categorical_as_str=True)
    files, rows = household.watermark("files"), household.watermark("rows")
    assert files == (rows and evolve(rows, destination="files"))
    assert household.leftovers() == []


def seen(table: Path) -> pl.DataFrame:
    """Every row at a destination, in an order that tells all of its cells apart."""
    files = sorted(table.rglob("*.parquet"))
    frames = [pl.read_parquet(file, hive_partitioning=True) for file in files]
    whole = pl.concat(frames, how="diagonal_relaxed")
    order = [name for name in ("ID", "id", "at") if name in whole.columns]
    return whole.select(sorted(whole.columns)).sort(order)


# --- files that others wrote ---------------------------------------------------------------------

OTHERS: dict[str, Callable[[Path], object]] = {
    "int96": lambda path: arrow(path, use_deprecated_int96_timestamps=True),
    "version 1": lambda path: arrow(path, version="1.0", data_page_version="1.0"),
    "pages 2": lambda path: arrow(
        path, version="2.6", data_page_version="2.0", write_page_index=True
    ),
    "no arrow schema": lambda path: arrow(path, store_schema=False),
    "dictionaries": lambda path: arrow(path, use_dictionary=True, write_page_checksum=True),
    "milliseconds": lambda path: arrow(path, coerce_timestamps="ms"),
    "seconds": lambda path: arrow(path, pa.timestamp("s")),
    "nanoseconds": lambda path: arrow(path, pa.timestamp("ns")),
    "a zone": lambda path: arrow(path, pa.timestamp("us", "Europe/Paris")),
    "date64": lambda path: arrow(path, pa.date64()),
    "date32": lambda path: arrow(path, pa.date32()),
}


def arrow(path: Path, kind: pa.DataType = pa.timestamp("us"), **how) -> None:  # noqa: B008
    path.parent.mkdir(parents=True, exist_ok=True)
    first = START + timedelta(days=10 * int(path.stem))
    moments = [first + timedelta(days=i) for i in range(10)]
    table = pa.table(
        {
            "id": [int(path.stem) * 10 + i for i in range(10)],
            "at": pa.array(
                [m.date() for m in moments] if pa.types.is_date(kind) else moments, kind
            ),
        }
    )
    pq.write_table(table, path, **{"compression": "zstd", **how})


@pytest.mark.parametrize("write", OTHERS.values(), ids=OTHERS.keys())
def test_the_watermark_of_a_strangers_file_is_that_of_its_rows(household, write):
    household.toml(TWO.format(home="", store="", more=incremental("at")))
    write(household.root / "in/1.parquet")
    assert moved(household).lane == "files"
    same_everything(household)
    write(household.root / "in/2.parquet")
    result = moved(household)
    assert (result.lane, result.rows_written) == ("files", 10)
    same_everything(household)


def test_rows_that_pyarrow_has_in_other_types_are_known_again(household):
    """Those at the watermark are told apart by all of their columns, as the other lane reads them:
    what pyarrow calls a date is a moment to Polars."""
    household.toml(TWO.format(home="", store="", more=BY_ID))
    arrow(household.root / "in/1.parquet", pa.date64())
    assert moved(household).lane == "files"
    same_everything(household)
    last = pl.read_parquet(household.root / "in/1.parquet").tail(1)
    put(household.root / "in/2.parquet", last.with_columns(pl.col("id") + 1))
    assert moved(household).rows_written == 1
    same_everything(household)


def test_folders_that_are_columns_are_read_into_rows(household):
    household.toml(TWO.format(home="", store="", more=""))
    put(household.root / "in/day=1/a.parquet", rows(1, 10).drop("day"))
    result = moved(household)
    assert (result.lane, result.why_rows) == ("rows", "1 of 1 files: other columns than the load's")
    same_everything(household)


def test_what_was_split_by_folders_never_tells_the_columns_of_a_table_without(household):
    """Its metadata tells of columns that are in no file: a later run would take them for known."""
    household.toml(
        """
        [flows.a]
        home = { type = "parquet", path = "in" }
        store = { type = "parquet", path = "split", partition_by = ["day"] }
        """
    )
    put(household.root / "in/a.parquet", rows(1, 3))
    assert household.move().outcome == "complete"
    household.toml(
        """
        [flows.b]
        home = { type = "parquet", path = "split", hive = false }
        store = { type = "parquet", path = "out" }
        """
    )
    assert "folders" in household.move().why_rows


# --- files that are not what they seem -----------------------------------------------------------


@pytest.fixture
def one_file(household) -> Path:
    """A project with one file to hand over, in many row groups."""
    household.toml(ONE_FILE)
    path = household.root / "in/a.parquet"
    put(path, rows(1, 1000), row_group_size=100)
    return path


ONE_FILE = """
[flows.f]
home = { type = "parquet", path = "in" }
store = { type = "parquet", path = "out" }
"""


def test_a_handed_over_file_is_the_file_and_its_digest_is_recorded(household, one_file):
    result = household.move()
    [(name, digest)] = household.snapshot().items()
    assert digest == hashlib.sha256(one_file.read_bytes()).hexdigest()
    [record] = household.records()
    [part] = record.manifest.parts
    assert (part.sha256, part.rows, part.final) == (digest, 1000, f"out/{name}")
    assert (record.manifest.lane, result.lane, result.why_rows) == ("files", "files", "")
    [event] = [event for event in household.told() if event.event_type == "complete"]
    assert (event.metadata["lane"], event.metadata["why_rows"]) == ("files", "")


def test_why_rows_were_read_is_said_and_journalled(household, one_file):
    put(one_file, rows(1, 9), compression="snappy")
    why = '1 of 1 files: snappy, and the store writes zstd (compression = "snappy" would keep it)'
    assert household.move().why_rows == why
    [event] = [event for event in household.told() if event.event_type == "complete"]
    assert (event.metadata["lane"], event.metadata["why_rows"]) == ("rows", why)
    assert f"f: read rows: {why}" in household.call("-v", "run").err


@pytest.mark.parametrize("lane", ["auto", "rows"])
@pytest.mark.parametrize("cut", [1, 4, 8, 2000])
def test_a_file_that_was_cut_short_is_refused_whichever_the_lane(household, one_file, cut, lane):
    one_file.write_bytes(one_file.read_bytes()[:-cut])
    result = household.move(sets=[f"flows.f.lane={lane}"])
    assert result.outcome == "fail"
    assert str(one_file) in result.failure.text
    assert household.leftovers() == []


def test_a_file_with_a_hole_cut_out_of_it_is_refused(household, one_file):
    """Its footer is whole, and tells of columns where the footer itself is by now."""
    whole = one_file.read_bytes()
    one_file.write_bytes(whole[:4] + whole[20_000:])
    result = household.move()
    assert result.outcome == "fail"
    assert "lies beyond the file's end" in result.failure.text


def test_a_bit_that_had_flipped_in_a_page_arrives_as_it_was(household, one_file):
    """As with ``cp``: pages are not looked into. What was copied is known for good."""
    whole = bytearray(one_file.read_bytes())
    whole[2000] ^= 1
    one_file.write_bytes(whole)
    result = household.move()
    assert (result.outcome, result.lane) == ("complete", "files")
    [digest] = household.snapshot().values()
    assert digest == hashlib.sha256(whole).hexdigest()
    assert household.records()[0].manifest.parts[0].sha256 == digest


def test_a_footer_that_promises_a_watermark_which_no_row_has_is_refused(household, one_file):
    """Taken at its word, it would hide every row up to there from the runs to come."""
    household.toml(ONE_FILE + BY_ID)
    whole = one_file.read_bytes()
    length = int.from_bytes(whole[-8:-4], "little") + 8
    footer = whole[-length:].replace((1000).to_bytes(8, "little"), (1001).to_bytes(8, "little"))
    assert footer != whole[-length:]
    one_file.write_bytes(whole[:-length] + footer)
    result = household.move()
    assert "its footer tells of id = 1001, but no row has that" in result.failure.text
    assert household.leftovers() == []
    assert not (household.root / "out").exists()


@pytest.mark.parametrize("plain", [True, False])
def test_an_encrypted_file_is_refused_and_does_not_end_the_process(household, one_file, plain):
    encrypt(one_file, plain_footer=plain)
    household.toml(ONE_FILE + BY_ID)
    done = household.hygge("run")
    assert done.code == 1
    assert f"{one_file}: cannot be read" in done.err


def encrypt(path: Path, *, plain_footer: bool) -> None:
    class Keys(pe.KmsClient):
        def wrap_key(self, key_bytes, master_key_identifier):
            return base64.b64encode(key_bytes)

    factory = pe.CryptoFactory(lambda _: Keys())
    how = pe.EncryptionConfiguration(
        footer_key="k", column_keys={"k": ["id"]}, plaintext_footer=plain_footer
    )
    keys = factory.file_encryption_properties(pe.KmsConnectionConfig(), how)
    table = rows(1, 9).select("id", "at").to_arrow()
    with pq.ParquetWriter(path, table.schema, encryption_properties=keys) as writer:
        writer.write_table(table)


def test_a_file_replaced_while_it_is_copied_is_tried_again(household, one_file, monkeypatch):
    """The footer that was looked at must be the footer that arrived."""
    pieces_of = given.pieces_of
    replaced = []

    def slow(opened):
        if not replaced:
            replaced.append(True)
            put(one_file, rows(1, 1010), row_group_size=100)
        return pieces_of(opened)

    monkeypatch.setattr(given, "pieces_of", slow)
    result = household.move(sets=["retry.max_wait=0s"])
    assert (result.outcome, result.rows_written) == ("complete", 1010)
    assert household.ids() == list(range(1, 1011))


def test_a_file_that_vanishes_while_it_is_copied_is_the_homes_failure(
    household, one_file, monkeypatch
):
    pieces_of = given.pieces_of

    def late(opened):
        one_file.unlink(missing_ok=True)
        return pieces_of(opened)

    monkeypatch.setattr(given, "pieces_of", late)
    result = household.move()
    assert result.failure.kind == "HomeError"
    assert f"{one_file}: not found" in result.failure.text
    assert household.leftovers() == []


def test_a_copy_can_be_stopped_in_the_middle_of_a_file(household, one_file, monkeypatch):
    monkeypatch.setattr(pieces, "_PIECE_BYTES", 1024)
    coordinators = []
    pieces_of = given.pieces_of

    def watched(opened):
        for number, piece in enumerate(pieces_of(opened)):
            if number == 3:
                coordinators[0].cancel.request("enough")
            yield piece

    monkeypatch.setattr(given, "pieces_of", watched)
    [result] = household.run(meanwhile=coordinators.append).results
    assert result.outcome == "cancelled"
    assert household.leftovers() == []
    assert not (household.root / "out").exists()


def test_blocks_are_shared_where_the_file_system_can_and_digested_all_the_same(
    household, one_file, monkeypatch
):
    def sharing(source, target):
        shutil.copyfile(source, target)
        return True

    monkeypatch.setattr(stores, "cloned", sharing)
    assert household.move().lane == "files"
    [digest] = household.snapshot().values()
    [record] = household.records()
    assert record.manifest.parts[0].sha256 == digest


# --- every point of a run that hands over --------------------------------------------------------


class FilesGround(ParquetGround):
    """Its source is a directory of files, and the old rows have a file of their own."""

    def __init__(self, root, *, journal):
        super().__init__(root, journal=journal)
        self.home = Opened(type="parquet", table={"path": str(root / "in")})
        self.store = Opened(type="parquet", table={"path": str(self.live)})

    def offer(self, offered):
        old = pl.col("id") <= 5
        for number, frame in enumerate((offered.filter(old), offered.filter(~old))):
            put(self.root / f"in/{number}.parquet", frame)


@pytest.fixture(params=[("incremental", True), ("full_drop", True), ("full_drop", False)])
def walk(request):
    run_type, journal = request.param
    return Walk(make=partial(fresh, FilesGround, journal), run_type=run_type)


def test_the_walk_goes_through_the_file_lane(walk):
    with walk.make() as ground:
        walk.prepare(ground)
        assert ground.run(walk.run_type).lane == "files"


@pytest.mark.timeout(300)
def test_whatever_happens_while_files_are_handed_over_the_next_start_puts_right(walk):
    for k, action in some_steps(walk.points(), ACTIONS, 3):
        walk.step(k, action)


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.timeout(900)
def test_whatever_happens_at_any_point_while_files_are_handed_over(walk):
    for k, action in share(steps(walk.points(), ACTIONS)):
        walk.step(k, action)


@pytest.mark.timeout(300)
def test_a_disturbed_recovery_of_handed_over_files_is_put_right(walk):
    for k, action, j, again in walk.some_doubles(ACTIONS, 7):
        walk.double_step(k, action, j, again)
