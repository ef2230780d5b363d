"""A table in a landing zone: numbered without a gap, made anew when asked, never guessed at."""

import json

import polars as pl
import pytest

from hygge_core.errors import StoreError

ONE = pl.DataFrame({"id": [1, 2], "name": ["a", "b"]})
TWO = pl.DataFrame({"id": [2, 3], "name": ["B", "c"]})


def test_a_new_table_has_its_metadata_its_columns_and_its_rows(mirror):
    mirror.load(ONE, keys=["id"])
    files = mirror.files()
    assert sorted(files) == [
        "orders/00000000000000000001.parquet",
        "orders/_metadata.json",
        "orders/_schema.json",
    ]
    assert json.loads(files["orders/_metadata.json"]) == {
        "keyColumns": ["id"],
        "fileDetectionStrategy": "SequentialFileName",
        "isUpsertDefaultRowMarker": True,
    }
    told = json.loads(files["orders/_schema.json"])["columns"]
    assert [(each["name"], each["type"]) for each in told] == [("id", "long"), ("name", "string")]
    assert mirror.rows() == [(1, "a"), (2, "b")]
    assert mirror.own() == []


def test_what_is_added_replaces_rows_by_their_keys(mirror):
    mirror.load(ONE, keys=["id"])
    mirror.load(TWO, keys=["id"])
    assert mirror.rows() == [(1, "a"), (2, "B"), (3, "c")]
    assert mirror.numbers() == [1, 2]


def test_several_files_of_a_load_are_numbered_in_order_after_those_that_are_there(mirror):
    mirror.load(ONE, rows_per_file=1)
    mirror.load(TWO, rows_per_file=1)
    assert mirror.numbers() == [1, 2, 3, 4]
    assert mirror.rows() == [(1, "a"), (2, "B"), (2, "b"), (3, "c")]


def test_a_full_drop_makes_the_table_anew_and_numbers_from_one(mirror):
    mirror.load(ONE, keys=["id"])
    mirror.load(TWO, keys=["id"])
    mirror.load(TWO, "full_drop", keys=["id"])
    assert mirror.rows() == [(2, "B"), (3, "c")]
    assert mirror.numbers() == [1]
    assert mirror.waits == [pytest.approx(120, abs=5)]
    assert mirror.own() == []


def test_the_next_run_after_a_full_drop_goes_on_from_its_last_number(mirror):
    mirror.load(ONE, keys=["id"])
    mirror.load(ONE, "full_drop", keys=["id"], rows_per_file=1)
    mirror.load(TWO, keys=["id"])
    assert mirror.numbers() == [1, 2, 3]


def test_it_can_say_what_is_wrong_before_a_run(mirror):
    with mirror.store() as store:
        assert [result for _, result, _ in store.check()] == ["ok", "ok", "ok"]
    with mirror.store(mirror_name="another") as store:
        *_, (tried, result, fix) = store.check()
    assert "another/Files/LandingZone" in tried
    assert result != "ok"
    assert fix
    assert mirror.own() == []


def test_no_wait_where_nothing_was_dropped(mirror):
    mirror.load(ONE, "full_drop")
    assert mirror.waits == []


def test_an_engine_run_and_a_second_one(mirror):
    first = mirror.run(ONE, key_columns=["id"])
    assert first.failure is None, first
    second = mirror.run(TWO, key_columns=["id"])
    assert (second.failure, second.rows_written) == (None, 1)
    assert mirror.rows() == [(1, "a"), (2, "b"), (3, "c")]
    third = mirror.run(TWO, "full_drop", key_columns=["id"])
    assert third.failure is None, third
    assert mirror.rows() == [(2, "B"), (3, "c")]


def test_the_number_goes_on_when_only_the_last_file_is_left(mirror):
    mirror.load(pl.DataFrame({"id": range(16)}), keys=["id"], rows_per_file=1)
    for n in range(1, 16):
        mirror.remove(f"orders/{n:020}.parquet")
    mirror.load(pl.DataFrame({"id": [16]}), keys=["id"])
    assert mirror.numbers() == [16, 17]


@pytest.mark.parametrize("aside", ["_ProcessedFiles", "_FilesReadyToDelete"])
def test_files_that_the_service_put_aside_count(mirror, aside):
    mirror.load(ONE, rows_per_file=1)
    for n in (1, 2):
        mirror.put_aside(n, aside)
    mirror.load(TWO)
    assert mirror.numbers() == [3]


def test_the_number_goes_on_when_the_service_has_removed_every_file(mirror):
    mirror.load(ONE, rows_per_file=1)
    for n in (1, 2):
        mirror.remove(f"orders/{n:020}.parquet")
    mirror.load(TWO)
    assert mirror.numbers() == [3]


def test_a_listing_that_fails_gives_no_number(mirror):
    mirror.load(ONE)
    mirror.server.faults.add(
        operation="list", status=403, code="AuthorizationPermissionMismatch", times=None
    )
    with pytest.raises(Exception, match="AuthorizationPermissionMismatch"):
        mirror.sealed(TWO)
    mirror.server.faults.clear()
    assert mirror.numbers() == [1]


def test_a_table_that_somebody_else_writes_to_is_left_alone(mirror):
    mirror.load(ONE)
    mirror.put(f"orders/{2:020}.parquet", b"theirs")
    with pytest.raises(StoreError, match="somebody else writes") as caught:
        mirror.sealed(TWO)
    assert "--full-drop" in caught.value.hint


def test_a_folder_that_was_made_anew_is_not_gone_on_with(mirror):
    mirror.load(ONE)
    metadata = mirror.files()["orders/_metadata.json"]
    mirror.remove_folder("orders")
    with pytest.raises(StoreError, match="is gone"):
        mirror.sealed(TWO)
    mirror.put("orders/_metadata.json", metadata)
    with pytest.raises(StoreError, match="another folder"):
        mirror.sealed(TWO)


def test_a_table_of_another_tool_is_not_added_to_blindly(mirror):
    mirror.put("orders/_metadata.json", b"{}")
    with pytest.raises(StoreError, match="nobody knows which columns"):
        mirror.sealed(ONE)


def test_where_nothing_tells_the_number_somebody_does(mirror):
    mirror.load(ONE)
    mirror.remove(f"orders/{1:020}.parquet")
    mirror.remove_folder("../.hygge/tables")  # as if hygge had never been here
    with pytest.raises(StoreError, match="nothing tells how many") as caught:
        mirror.sealed(TWO)
    assert "starting_sequence" in caught.value.hint
    mirror.load(TWO, starting_sequence=7)
    assert mirror.numbers() == [7]
    mirror.load(TWO, starting_sequence=7)
    assert mirror.numbers() == [7, 8]


def test_two_writers_never_share_a_number(mirror):
    mirror.load(ONE)
    slow = mirror.sealed(TWO)
    mirror.load(TWO)
    with pytest.raises(StoreError, match="taken by another file"):
        mirror.commit(slow)
    assert mirror.rows() == [(1, "a"), (2, "B"), (2, "b"), (3, "c")]
    with mirror.store() as store:
        store.rollback(slow.ref)
    assert not [name for name in mirror.files() if "/_2" in name]


def test_a_rolled_back_load_leaves_nothing_in_the_folder(mirror):
    mirror.load(ONE)
    before = sorted(mirror.files())
    manifest = mirror.sealed(TWO, rows_per_file=1)
    hidden = [name for name in mirror.files() if manifest.ref.run_id in name]
    assert [name.startswith("orders/_") for name in hidden] == [True, True]
    with mirror.store() as store:
        store.rollback(manifest.ref)
    assert (sorted(mirror.files()), mirror.own()) == (before, [])


def test_a_new_table_shows_no_folder_before_it_is_decided(mirror):
    mirror.sealed(ONE)
    assert mirror.files() == {}


@pytest.mark.parametrize("name", ["_metadata.json", f"{1:020}.parquet"])
def test_a_rename_whose_answer_is_lost_was_no_somebody_else(mirror, name):
    path = f"*/LandingZone/orders/{name}"
    mirror.server.faults.add(operation="rename", path=path, moment="after", reset=True)
    mirror.load(ONE)
    assert mirror.rows() == [(1, "a"), (2, "b")]


@pytest.mark.parametrize("mode", ["append", "full_drop"])
def test_a_staging_that_was_removed_is_no_table_that_was_published(mirror, mode):
    mirror.load(ONE)
    manifest = mirror.sealed(TWO, mode)
    mirror.remove_folder("../.hygge/stage")
    for name in [n for n in mirror.files() if "/_2" in n]:
        mirror.remove(name)
    before, record = mirror.files(), mirror.record()
    with pytest.raises(StoreError, match=r"is gone, and .* is not there"):
        mirror.commit(manifest)
    assert (mirror.files(), mirror.record()) == (before, record)


def test_rows_that_were_added_since_the_seal_are_not_deleted_with_the_folder(mirror):
    mirror.load(ONE)
    manifest = mirror.sealed(TWO, "full_drop")
    mirror.load(pl.DataFrame({"id": [9], "name": ["n"]}))
    before = mirror.files()
    with pytest.raises(StoreError, match="somebody else was faster"):
        mirror.commit(manifest)
    assert mirror.files() == before


def test_the_service_holding_the_folder_is_waited_for(mirror):
    mirror.load(ONE)
    manifest = mirror.sealed(TWO, "full_drop")
    mirror.server.faults.add(operation="delete", path="*/orders", status=409, code="Held", times=2)
    mirror.commit(manifest)
    assert mirror.waits[:2] == [1.0, 2.0]
    assert mirror.rows() == [(2, "B"), (3, "c")]


def test_a_wait_that_was_interrupted_goes_on_where_it_was(mirror):
    mirror.load(ONE)
    manifest = mirror.sealed(TWO, "full_drop")

    class Killed(BaseException):
        pass

    def die(seconds, reason):
        raise Killed

    with mirror.store() as store:
        object.__setattr__(store.scene, "wait", die)
        with pytest.raises(Killed):
            store.commit(manifest)
        assert store.status(manifest) == "partial"
    assert mirror.files() == {}
    with mirror.store() as store, pytest.raises(StoreError, match="visible already"):
        store.rollback(manifest.ref)
    mirror.commit(manifest)
    assert mirror.waits == [pytest.approx(120, abs=5)]
    assert mirror.rows() == [(2, "B"), (3, "c")]


#: Requests of a run of one small file: five are the file's, the others cost every load the same.
COSTS = {"a new table": 50, "an append": 30, "a full_drop": 56}


def test_a_load_asks_no_more_than_it_has_to(mirror):
    told = {"key_columns": ["id"], "partner_name": "hygge"}
    spent = {}
    for what, run_type in zip(COSTS, ("incremental", "incremental", "full_drop"), strict=True):
        mirror.server.log.clear()
        rows = pl.DataFrame({"id": [1 + len(spent)]})
        assert mirror.run(rows, run_type, **told).failure is None
        spent[what] = len(mirror.server.log)
    assert spent == COSTS


def test_each_further_file_of_a_load_costs_five_requests(mirror):
    spent = []
    for ids in ([1], [2], [3, 4, 5, 6]):
        mirror.server.log.clear()
        rows = pl.DataFrame({"id": ids})
        assert mirror.run(rows, key_columns=["id"], rows_per_file=1).failure is None
        spent.append(len(mirror.server.log))
    assert spent[2] - spent[1] == 3 * 5
