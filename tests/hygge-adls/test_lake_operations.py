"""The operations on a lake: each does its work once, whatever happens to its answers."""

import gc
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from azure.core.pipeline.transport import HttpTransport
from household import until
from lakes import account_at

from hygge_adls.lake import lake as lakes
from hygge_adls.lake import retries
from hygge_core.errors import AuthError, HomeError, StoreError
from hygge_core.shelf import NameMissing, NameTaken

ODD = "day=a%20b/ö é+&#?;,'.txt"


@pytest.fixture
def lake(dfs):
    with account_at(dfs) as account:
        yield account.lake("lake")


def files(dfs):
    return dfs.files("lake")


@pytest.mark.parametrize("size", [0, 1, 100_000, 2 * lakes.BLOCK_BYTES, 9 * (1 << 20) + 7])
def test_what_is_uploaded_is_there_byte_for_byte(lake, dfs, tmp_path, size):
    content = bytes(range(256)) * (size // 256) + bytes(range(size % 256))
    (tmp_path / "part").write_bytes(content)
    lake.upload("a/b.bin", tmp_path / "part")
    assert files(dfs) == {"a/b.bin": content}
    assert lake.entry("a/b.bin").bytes == size
    assert lake.read("a/b.bin") == content


def test_any_name_that_a_partition_can_have_goes_through_every_operation(lake, dfs):
    lake.upload(ODD, b"x")
    entry = lake.entry(ODD)
    assert [found.name for found in lake.list("day=a%20b")] == [ODD]
    assert lake.read(ODD) == b"x"
    lake.rename(ODD, f"new/{ODD}", etag=entry.etag)
    assert files(dfs) == {f"new/{ODD}": b"x"}
    assert lake.entry(f"new/{ODD}").etag == entry.etag
    lake.rename("new/day=a%20b", "day=c%25")
    lake.delete(f"day=c%25/{ODD.partition('/')[2]}")
    assert files(dfs) == {}
    lake.delete_tree("day=c%25")
    assert "day=c%25/" not in dfs.paths("lake")


def test_a_listing_names_files_as_the_folder_was_asked_for(lake, dfs):
    dfs.seed("lake", {"item/a/f": b"x", "item/b/c/g": b"y"})
    dfs.manners.item_spelled = "b1218984-0000-4000-8000-000000000001"
    assert [found.name for found in lake.list("item")] == ["item/a/f", "item/b/c/g"]
    assert [found.name for found in lake.list("item/b/c")] == ["item/b/c/g"]


def test_a_listing_of_something_else_than_the_folder_is_refused(lake, dfs):
    dfs.seed("lake", {"item/a/f": b"x"})
    dfs.manners.item_spelled = "workspace/item"
    with pytest.raises(StoreError, match="told of 'workspace/item/a/f', which is not in it"):
        list(lake.list("item/a"))


def test_what_is_not_there_is_none_and_nothing_and_quiet(lake):
    assert lake.entry("no/file") is None
    assert lake.folder_etag("no") is None
    assert list(lake.list("no")) == []
    assert lake.read_json("no.json") is None
    lake.delete("no/file")
    lake.delete_tree("no")
    with pytest.raises(NameMissing):
        lake.read("no/file")
    with pytest.raises(NameMissing, match="not there any more"):
        lake.rename("no/file", "a")


def test_a_folder_is_no_file_and_a_file_no_folder(lake):
    lake.upload("a/b", b"x")
    assert lake.entry("a") is None
    assert lake.folder_etag("a/b") is None
    assert lake.folder_etag("a")


def test_a_rename_never_overwrites_unless_it_is_told_to(lake, dfs):
    lake.upload("old", b"old")
    lake.upload("new", b"new")
    with pytest.raises(NameTaken):
        lake.rename("new", "old")
    assert files(dfs) == {"old": b"old", "new": b"new"}
    lake.rename("new", "old", replace=True)
    assert files(dfs) == {"old": b"new"}


def test_a_source_that_is_another_by_now_is_not_renamed(lake, dfs):
    lake.upload("a", b"mine")
    etag = lake.entry("a").etag
    lake.upload("a", b"theirs")
    with pytest.raises(StoreError, match="changed by somebody else"):
        lake.rename("a", "b", etag=etag)
    assert files(dfs) == {"a": b"theirs"}


@pytest.mark.parametrize("operation", ["create", "append", "flush"])
@pytest.mark.parametrize("moment", ["before", "during", "after"])
def test_an_upload_survives_a_reset_of_any_request(lake, dfs, operation, moment):
    if moment == "during" and operation != "append":
        pytest.skip("only an append has a body")
    dfs.faults.add(operation=operation, moment=moment, reset=True)
    lake.upload("a/b", b"content")
    assert files(dfs) == {"a/b": b"content"}


@pytest.mark.parametrize("status", [408, 429, 500, 503])
@pytest.mark.parametrize("operation", ["create", "append", "flush", "properties", "list", "rename"])
def test_a_passing_error_is_not_seen_from_outside(lake, dfs, operation, status):
    fault = dfs.faults.add(operation=operation, status=status, times=2)
    lake.upload("a", b"content")
    lake.rename("a", "b")
    assert lake.entry("b").bytes == 7
    assert [entry.name for entry in lake.list("")] == ["b"]
    assert fault.struck == 2


def test_a_read_that_is_tried_again_leaves_no_connection_open(lake, dfs):
    assert lake.entry("a") is None
    before = sockets()
    gc.disable()  # it would close some of them
    try:
        for _ in range(5):
            fault = dfs.faults.add(operation="read", status=503, times=3)
            with pytest.raises(NameMissing):
                lake.read("a")
            assert fault.struck == 3
            until(lambda: sockets() == before, seconds=5)
    finally:
        gc.enable()


def sockets() -> int:
    """How many this process has open: the SDK's and the server's."""
    count = 0
    for each in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # closed since
            count += os.readlink(each).startswith("socket:")
    return count


def test_a_rename_whose_answer_was_lost_says_that_its_source_is_gone(lake, dfs):
    lake.upload("a", b"x")
    dfs.faults.add(operation="rename", moment="after", reset=True)
    with pytest.raises((NameMissing, NameTaken)):
        lake.rename("a", "b")
    assert files(dfs) == {"b": b"x"}


def test_a_delete_whose_answer_was_lost_is_a_delete(lake, dfs):
    lake.upload("a/b", b"x")
    dfs.faults.add(operation="delete", moment="after", reset=True)
    lake.delete("a/b")
    dfs.faults.add(operation="delete", moment="after", reset=True)
    lake.delete_tree("a")
    assert dfs.paths("lake") == []


@pytest.mark.parametrize("nth", [1, 2])
def test_json_is_replaced_in_one_step_even_when_the_answer_is_lost(lake, dfs, nth):
    lake.write_json("state/run.json", {"state": "open"})
    fault = dfs.faults.add(operation="rename", moment="after", reset=True)
    lake.write_json("state/run.json", {"state": "decided", "ö": [1, None]})
    assert lake.read_json("state/run.json") == {"state": "decided", "ö": [1, None]}
    assert fault.struck == 1
    assert not dfs.changes.in_place("lake/state/run.json")


def test_a_small_file_is_created_once_and_whole_however_many_create_it_at_once(lake, dfs):
    contents = [bytes([65 + number]) * 1000 for number in range(6)]

    def create(content):
        try:
            lake.create("zone/_partner.json", content)
        except NameTaken:
            return None
        return content

    with ThreadPoolExecutor(len(contents)) as pool:
        made = [content for content in pool.map(create, contents) if content]
    assert files(dfs) == {"zone/_partner.json": made[0]}
    assert len(made) == 1


def test_a_lost_answer_to_creating_a_file_is_settled_by_looking(lake, dfs):
    fault = dfs.faults.add(operation="rename", moment="after", reset=True)
    lake.create("zone/_partner.json", b"{}")
    assert fault.struck == 1
    with pytest.raises(NameTaken):
        lake.create("zone/_partner.json", b"{}")
    assert files(dfs) == {"zone/_partner.json": b"{}"}


def test_damaged_json_is_told_with_its_place(lake):
    lake.upload("a.json", b"{")
    with pytest.raises(StoreError, match=r"lake/a\.json is damaged"):
        lake.read_json("a.json")


def test_five_thousand_and_one_files_are_listed_though_pages_are_short_and_some_empty(lake, dfs):
    names = {f"t/{number:05d}.parquet": b"x" for number in range(5001)}
    dfs.seed("lake", names)
    dfs.manners.page_items = 1000
    dfs.manners.empty_pages = 1
    assert [entry.name for entry in lake.list("t")] == sorted(names)
    assert len(dfs.log.select(operation="list")) == 12


def test_a_listing_has_the_etags_that_a_look_has(lake):
    lake.upload("t/a", b"x")
    assert list(lake.list("t")) == [lake.entry("t/a")]


def test_a_tree_that_was_made_anew_is_not_the_one_that_goes(lake, dfs):
    lake.make_folder("t")
    old = lake.folder_etag("t")
    lake.delete_tree("t", etag=old)
    lake.upload("t/new", b"x")
    with pytest.raises(StoreError, match="made anew by somebody else") as stays:
        lake.delete_tree("t", etag=old)
    assert not stays.value.transient
    assert files(dfs) == {"t/new": b"x"}
    lake.delete_tree("t", etag=lake.folder_etag("t"))
    assert dfs.paths("lake") == []


def test_a_folder_that_goes_between_two_pages_is_not_taken_for_a_smaller_one(lake, dfs):
    dfs.seed("lake", {f"a/{number}": b"x" for number in range(3)})
    dfs.manners.page_items = 2
    dfs.faults.add(operation="list", nth=2, status=404, code="PathNotFound")
    with pytest.raises(StoreError, match="lake/a was taken away"):
        list(lake.list("a"))


def test_a_folder_that_is_removed_as_soon_as_it_is_made_is_named(lake, dfs):
    dfs.seed("lake", {"a/1": b"x"})
    code = "RenameDestinationParentPathNotFound"
    dfs.faults.add(operation="rename", times=2, status=404, code=code)
    with pytest.raises(StoreError, match="lake/b was taken away"):
        lake.rename("a/1", "b/1")


def test_a_tree_goes_however_many_pages_that_takes(lake, dfs):
    dfs.seed("lake", {f"t/{number}/x": b"" for number in range(20)})
    dfs.manners.delete_pages = 3
    lake.delete_tree("t")
    assert dfs.paths("lake") == []


def test_errors_are_of_the_class_that_was_asked_for_and_name_the_place(dfs):
    with account_at(dfs) as account:
        with pytest.raises(HomeError, match="/nowhere") as missing:
            account.lake("nowhere", HomeError).entry("a")
        assert "filesystem" in missing.value.hint
        dfs.faults.add(status=503, times=None)
        with pytest.raises(StoreError, match="/lake/a") as busy:
            account.lake("lake").entry("a")
        assert busy.value.transient


def test_a_missing_role_is_an_auth_error_that_names_the_role(lake, dfs):
    dfs.faults.add(operation="create", status=403, code="AuthorizationPermissionMismatch")
    with pytest.raises(AuthError) as forbidden:
        lake.upload("a", b"x")
    assert "Storage Blob Data Contributor" in forbidden.value.hint
    assert forbidden.value.exit_code == 4


def test_a_dead_service_is_a_transient_error_after_five_attempts(lake, dfs):
    lake.entry("a")
    dfs.stop()
    with pytest.raises(StoreError) as dead:
        lake.entry("a")
    assert dead.value.transient
    assert "Connection refused" in str(dead.value)
    dfs.start()
    assert lake.entry("a") is None


def test_a_lake_file_that_is_replaced_while_it_is_read_is_noticed(lake, dfs):
    lake.upload("a", b"first")
    etag = lake.entry("a").etag
    lake.upload("a", b"other")
    with pytest.raises(StoreError) as changed:
        lake.read("a", 0, 5, etag=etag)
    assert changed.value.transient


def test_retry_after_is_honoured_and_one_503_costs_about_a_second(dfs, monkeypatch):
    slept = []
    monkeypatch.setattr(retries, "FIRST_SECONDS", 0.9)
    with account_at(dfs) as account:
        monkeypatch.setattr(HttpTransport, "sleep", lambda _, seconds: slept.append(seconds))
        dfs.faults.add(status=503)
        account.lake("lake").entry("a")
        assert len(slept) == 1
        assert 0.8 < slept[0] < 1.3
        dfs.faults.add(status=429, retry_after=7)
        dfs.faults.add(status=503, retry_after=3600, nth=2)
        account.lake("lake").entry("a")
        assert slept[1:] == [7, retries.PATIENCE]
        dfs.faults.add(status=503, times=None)
        with pytest.raises(StoreError):
            account.lake("lake").entry("a")
        assert len(slept) == 7
        assert sum(slept[3:]) < 20
