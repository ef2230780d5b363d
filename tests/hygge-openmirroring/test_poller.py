"""The poller is as pitiless as it says: what it overlooks, no test of the store would find."""

from __future__ import annotations

import io
import json

import pytest
from dfs import DfsServer
from dfs.asking import written
from poller import Poller
from zones import marked, plain

ROOT = "Shop.MirroredDatabase/Files/LandingZone"
METADATA = json.dumps({"keyColumns": ["id"]}).encode()


def parquet(rows) -> bytes:
    whole = io.BytesIO()
    rows.write_parquet(whole)
    return whole.getvalue()


class Writer:
    """Somebody who writes to a landing zone with the SDK alone."""

    def __init__(self, server: DfsServer, lake) -> None:
        self.server = server
        self.lake = lake

    def metadata(self, table="orders", content=METADATA):
        self.publish("_metadata.json", content, table)

    def publish(self, name, content, table="orders"):
        """As it has to be: under a hidden name, then renamed."""
        name = f"{name:020}.parquet" if isinstance(name, int) else name
        hidden = written(self.lake, f"{ROOT}/{table}/_{name.lstrip('_')}.part", content)
        hidden.rename_file(f"lake/{ROOT}/{table}/{name}")

    def drop(self, table="orders"):
        self.lake.get_directory_client(f"{ROOT}/{table}").delete_directory()

    def names(self, table="orders"):
        found = self.server.files("lake", f"{ROOT}/{table}")
        return sorted(path.removeprefix(f"{ROOT}/{table}/") for path in found)


@pytest.fixture
def writer(dfs, lake) -> Writer:
    return Writer(dfs, lake)


@pytest.fixture
def poller(dfs):
    with Poller(dfs, "lake", ROOT) as watching:
        yield watching


def file(number: int) -> str:
    return f"{number:020}.parquet"


def test_it_reads_what_is_published_and_moves_all_but_the_last_aside(writer, poller):
    writer.metadata()
    writer.publish(1, parquet(plain((1, "a"), (2, "b"))))
    writer.publish(2, parquet(marked((1, "new", 4))))
    writer.publish(3, parquet(marked((2, None, 2))))
    assert poller.failures() == []
    assert poller.shown("orders").frame.rows() == [(1, "new")]
    aside = [f"_ProcessedFiles/{file(n)}" for n in (1, 2)]
    assert writer.names() == [file(3), *aside, "_metadata.json"]


def test_the_rows_of_each_file_are_kept_in_the_order_in_which_they_were_read(writer, poller):
    writer.metadata()
    for number in (1, 2):
        writer.publish(number, parquet(plain((number, "x"))))
    read = poller.shown("orders").read
    assert [(each.name, each.rows["id"].to_list()) for each in read] == [
        (file(1), [1]),
        (file(2), [2]),
    ]
    assert read[0].call < read[1].call


@pytest.mark.parametrize("janitor", [False, True])
def test_it_may_leave_nothing_in_the_folder(dfs, writer, janitor):
    with Poller(dfs, "lake", ROOT, keeps="none", janitor=janitor):
        writer.metadata()
        writer.publish(1, parquet(plain((1, "a"))))
    kept = [] if janitor else [f"_ProcessedFiles/{file(1)}"]
    assert writer.names() == [*kept, "_metadata.json"]


def test_a_file_written_in_place_is_met_empty_and_stops_the_table_for_ever(writer, poller):
    writer.metadata()
    written(writer.lake, f"{ROOT}/orders/{file(1)}", parquet(plain((1, "a"))))
    assert poller.failures() == [f"orders: {file(1)}: the file has zero bytes [A4.5 D]"]
    writer.publish(2, parquet(plain((2, "b"))))
    assert poller.shown("orders").read == []


def test_data_before_the_metadata_stops_the_table(writer, poller):
    writer.publish(1, parquet(plain((1, "a"))))
    writer.metadata()
    assert "there is data, and no metadata" in poller.failures()[0]


def test_a_gap_only_waits(writer, poller):
    writer.metadata()
    writer.publish(2, parquet(plain((2, "b"))))
    assert poller.shown("orders").read == []
    writer.publish(1, parquet(plain((1, "a"))))
    assert poller.failures() == []
    assert [each.name for each in poller.shown("orders").read] == [file(1), file(2)]


def test_a_deleted_folder_is_a_dropped_table_and_a_new_one_begins_from_one(writer, poller):
    writer.metadata()
    writer.publish(1, parquet(plain((1, "a"))))
    writer.drop()
    assert poller.shown("orders") is None
    writer.metadata()
    writer.publish(1, parquet(plain((9, "z"))))
    before, after = poller.ever("orders")
    assert (before.frame.rows(), after.frame.rows()) == ([(1, "a")], [(9, "z")])
    assert poller.failures() == []


def test_a_table_that_was_stopped_is_told_of_even_when_it_was_made_anew(writer, poller):
    writer.metadata()
    writer.publish(1, b"torn")
    writer.drop()
    writer.metadata()
    writer.publish(1, parquet(plain((1, "a"))))
    assert poller.shown("orders").problem is None
    assert len(poller.failures()) == 1


def test_other_keys_stop_a_live_table_and_first_keys_do_not(writer, poller):
    writer.metadata(content=b"{}")
    writer.publish(1, parquet(plain((1, "a"))))
    with_keys = writer.lake.get_file_client(f"{ROOT}/orders/_new")
    for content, failures in ((METADATA, 0), (b'{"keyColumns": ["name"]}', 1)):
        written(writer.lake, f"{ROOT}/orders/_new", content)
        with_keys.rename_file(f"lake/{ROOT}/orders/_metadata.json")
        assert len(poller.failures()) == failures
    writer.publish(2, parquet(marked((1, "b", 4))))
    assert len(poller.shown("orders").read) == 1


def test_what_breaks_the_poller_itself_is_no_silent_pass(writer, dfs, monkeypatch):
    monkeypatch.setattr("poller.poller.surveyed", lambda files: 1 / 0)
    poller = Poller(dfs, "lake", ROOT)
    poller.__enter__()
    written(writer.lake, "anything")
    assert "ZeroDivisionError" in poller.failures()[0]
    with pytest.raises(ZeroDivisionError):
        poller.__exit__()
