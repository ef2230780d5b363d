"""Whole Parquet files travel to a lake, and from one, where nothing changes their rows."""

import io
import threading

import polars as pl
import pytest
from dfs import DfsServer
from lakes import PLUGINS, account_at, sign_in, task_of

from hygge_adls.lake.passing import Passing
from hygge_core.engine.flow import move
from hygge_core.engine.world import World
from hygge_core.protocols import GivesFiles, TakesFiles
from hygge_core.records import Opened

ROWS = pl.DataFrame({"id": range(1000), "name": ["a", None, "ö", ""] * 250})


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    folder.mkdir()
    for number in range(6):
        ROWS.with_columns(pl.col("id") + 1000 * number).write_parquet(
            folder / f"{number}.parquet", compression="zstd"
        )
    return folder


class Way:
    """Moves between two places, one of which is on the lake."""

    def __init__(self, server: DfsServer, root) -> None:
        self.server = server
        self.root = root

    def lake(self, path: str, **told) -> Opened:
        table = {**sign_in(self.server), "filesystem": "lake", "path": path, **told}
        return Opened(type="adls", table=table)

    def here(self, path) -> Opened:
        return Opened(type="parquet", table={"path": str(path)})

    def move(self, home: Opened, store: Opened, **told):
        with World(PLUGINS, root=self.root, project="p") as world:
            return move(task_of(self.root, home, store, **told), world)


@pytest.fixture
def way(dfs, tmp_path):
    return Way(dfs, tmp_path)


def contents(folder):
    return sorted(path.read_bytes() for path in folder.rglob("*.parquet"))


def on_lake(dfs, folder):
    return sorted(dfs.files("lake", folder).values())


def test_files_go_up_across_and_down_byte_for_byte(way, dfs, source, tmp_path):
    for home, store in (
        (way.here(source), way.lake("a/orders")),
        (way.lake("a/orders"), way.lake("b/orders")),
        (way.lake("b/orders"), way.here(tmp_path / "back")),
    ):
        result = way.move(home, store)
        assert (result.outcome, result.lane, result.rows_written) == ("complete", "files", 6000)
    assert on_lake(dfs, "a/orders") == on_lake(dfs, "b/orders") == contents(source)
    assert contents(tmp_path / "back") == contents(source)
    for live in ("lake/a/orders/*", "lake/b/orders/*"):
        assert dfs.changes.in_place(live) == []


def test_the_home_and_the_store_say_what_they_can(way):
    with World(PLUGINS, root=way.root) as world:
        with world.home(way.lake("a")) as home:
            assert isinstance(home, GivesFiles)
        with world.store(way.lake("a/b")) as store:
            assert isinstance(store, TakesFiles)
        with world.store(way.lake("a/b", format="csv")) as store:
            assert not isinstance(store, TakesFiles)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"compression": "snappy"}, "the store writes snappy"),
        ({"partition_by": ["name"]}, "partition_by splits files"),
        ({"rows_per_file": 500}, "more than rows_per_file"),
        ({"format": "csv"}, "takes no files"),
    ],
)
def test_what_the_store_would_have_written_otherwise_goes_by_rows(way, source, told, why):
    if "partition_by" in told:  # a folder cannot tell an empty string from NULL
        for path in source.glob("*.parquet"):
            pl.read_parquet(path).with_columns(pl.col("name").replace("", "x")).write_parquet(path)
    result = way.move(way.here(source), way.lake("a/orders", **told))
    assert (result.outcome, result.lane) == ("complete", "rows")
    assert why in result.why_rows


def test_several_files_travel_at_once_for_five_requests_each(way, dfs, source):
    staged = "lake/a/.hygge/stage/*/files/*"
    held = dfs.faults.add(operation="append", path=staged, hold=True, times=None)
    job = threading.Thread(target=way.move, args=(way.here(source), way.lake("a/orders")))
    job.start()
    dfs.log.wait(2, operation="append", path=staged)
    held.release()
    job.join()
    assert on_lake(dfs, "a/orders") == contents(source)
    assert len(dfs.log.select(path=staged)) == 4 * 6  # and all of them move with their folder


def test_a_reset_of_any_block_costs_nothing(way, dfs, source):
    for moment in ("before", "during", "after"):
        dfs.faults.add(operation="append", moment=moment, reset=True, nth=2)
    assert way.move(way.here(source), way.lake("a/orders")).outcome == "complete"
    assert on_lake(dfs, "a/orders") == contents(source)


def test_a_source_on_the_lake_that_is_replaced_meanwhile_is_noticed_and_read_again(
    way, dfs, source
):
    assert way.move(way.here(source), way.lake("a/orders")).outcome == "complete"
    other = io.BytesIO()
    ROWS.reverse().write_parquet(other)
    first = min(dfs.files("lake", "a/orders"))
    held = dfs.faults.add(operation="create", path="lake/b/.hygge/stage/*/files/*", hold=True)

    def replace():
        held.reached.wait(20)
        dfs.seed("lake", {first: other.getvalue()})
        held.release()

    thread = threading.Thread(target=replace)
    thread.start()
    result = way.move(way.lake("a/orders"), way.lake("b/orders"))
    thread.join()
    assert result.outcome == "complete"
    # Whichever reads came late were refused: a file of which something is known is that very one.
    assert 412 in {request.status for request in dfs.log.select(operation="read")}
    assert on_lake(dfs, "b/orders") == on_lake(dfs, "a/orders")


@pytest.mark.parametrize("lane", ["auto", "rows"])
@pytest.mark.parametrize("nth", [2, 5])  # while the files are looked at, and while they move
def test_a_folder_that_is_replaced_while_it_is_read_is_read_anew(way, dfs, lane, nth):
    """As a full_drop replaces it: no file keeps its name."""
    other = io.BytesIO()
    ROWS.reverse().write_parquet(other)
    dfs.seed("lake", {f"a/orders/{name}.parquet": other.getvalue() for name in "abc"})
    reads = []

    def replace(account, call):
        reads.extend([call] if call.operation == "read" else [])
        if len(reads) == nth and account.filesystem("lake").find("a/orders/a.parquet"):
            account.filesystem("lake").take("a/orders")
            account.seed("lake", "a/orders/d.parquet", other.getvalue())

    dfs.watchers.append(replace)
    result = way.move(way.lake("a/orders"), way.lake("b/orders"), lane=lane)
    assert (result.outcome, result.rows_written) == ("complete", ROWS.height), result.failure


def test_who_does_not_want_the_rest_stops_in_the_middle_of_a_file(dfs):
    class Unwanted(Exception):
        pass

    class Seen:
        def see(self, piece):
            if not piece:
                raise Unwanted

    with account_at(dfs) as account:
        lake = account.lake("lake")
        stream = Passing(iter([memoryview(b"x" * 10)]), Seen())
        with pytest.raises(Unwanted):
            lake.pour("a", stream, 20)
        assert lake.entry("a").bytes == 0  # in staging, where nobody looks


def test_a_block_is_read_in_one_however_small_the_pieces_that_share_a_buffer():
    """Whoever gets less puts blocks together by copying all that there is, for each piece."""

    class Seen:
        def see(self, piece):
            pass

    def pieces():
        buffer = bytearray(3)
        for start in range(0, 30, 3):
            buffer[:] = bytes(range(start, start + 3))
            yield memoryview(buffer)

    stream = Passing(pieces(), Seen())
    assert stream.read(10) == bytes(range(10))
    assert stream.read(10) == bytes(range(10, 20))
    assert stream.read() == bytes(range(20, 30))
    assert stream.read(10) == b""
