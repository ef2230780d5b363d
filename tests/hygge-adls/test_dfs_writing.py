"""The server's word on writing: what is visible, when, and what is refused."""

from __future__ import annotations

import base64
import hashlib
import logging
import threading

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.storage.filedatalake import ContentSettings, FileSystemClient
from dfs import DfsServer
from dfs.asking import code, raw, written
from dfs.fixtures import Connect


def test_a_created_file_is_there_and_empty_before_anything_is_flushed(lake) -> None:
    lake.get_file_client("a/b").create_file()
    assert lake.get_file_client("a/b").get_file_properties().size == 0
    assert lake.get_directory_client("a").exists(), "parents are made"


def test_appended_bytes_are_seen_by_nobody_until_they_are_flushed(
    lake: FileSystemClient, dfs: DfsServer
) -> None:
    file = written(lake, "f", b"one")
    file.append_data(b"two", 3, 3)
    assert file.download_file().readall() == b"one"
    assert file.get_file_properties().size == 3
    file.flush_data(6)
    assert file.download_file().readall() == b"onetwo"
    assert [seen.size for change in dfs.changes for seen in change.appeared] == [0, 3, 6]


def test_blocks_may_come_in_any_order_and_again(lake: FileSystemClient) -> None:
    file = lake.get_file_client("f")
    file.create_file()
    file.append_data(b"cd", 2, 2)
    file.append_data(b"ef", 4, 2)
    file.append_data(b"XX", 0, 2)
    file.append_data(b"ab", 0, 2)
    file.flush_data(6)
    assert file.download_file().readall() == b"abcdef"


@pytest.mark.parametrize("position", [1, 4, 7, 9])
def test_a_flush_that_the_blocks_do_not_reach_is_refused(
    lake: FileSystemClient, position: int
) -> None:
    file = written(lake, "f", b"ab")
    file.append_data(b"cde", 4, 3)
    with pytest.raises(HttpResponseError) as refused:
        file.flush_data(position)
    assert code(refused.value) == (400, "InvalidFlushPosition")
    assert file.download_file().readall() == b"ab"


def test_what_lies_after_the_flushed_position_is_dropped_unless_retained(
    lake: FileSystemClient,
) -> None:
    for retain in (False, True):
        file = lake.get_file_client(f"f{retain}")
        file.create_file()
        file.append_data(b"abcd", 0, 4)
        file.flush_data(2, retain_uncommitted_data=retain)
        assert file.download_file().readall() == b"ab"
        if retain:
            file.flush_data(4)
            assert file.download_file().readall() == b"abcd"
        else:
            with pytest.raises(HttpResponseError, match="not contiguous"):
                file.flush_data(4)


def test_an_append_of_nothing_is_refused(lake: FileSystemClient) -> None:
    with pytest.raises(HttpResponseError) as refused:
        written(lake, "f").append_data(b"", 3, 0)
    assert code(refused.value) == (400, "InvalidHeaderValue")


def test_an_append_below_the_committed_length_is_accepted_and_changes_nothing(
    lake: FileSystemClient,
) -> None:
    file = written(lake, "f")
    file.append_data(b"X", 0, 1)
    file.flush_data(3)
    assert file.download_file().readall() == b"abc"


def test_an_append_may_flush_as_it_goes(lake: FileSystemClient) -> None:
    file = lake.get_file_client("f")
    file.create_file()
    answered = file.append_data(b"abc", 0, 3, flush=True)
    assert file.download_file().readall() == b"abc"
    assert answered["etag"] == file.get_file_properties().etag


def test_appending_needs_a_file(lake: FileSystemClient) -> None:
    with pytest.raises(ResourceNotFoundError) as missing:
        lake.get_file_client("f").append_data(b"a", 0, 1)
    assert code(missing.value) == (404, "PathNotFound")
    lake.create_directory("d")
    with pytest.raises(ResourceExistsError) as folder:
        lake.get_file_client("d").append_data(b"a", 0, 1)
    assert code(folder.value) == (409, "PathConflict")


def test_a_block_that_was_garbled_on_the_way_is_refused(
    lake: FileSystemClient, dfs: DfsServer
) -> None:
    file = written(lake, "f")
    file.append_data(b"def", 3, 3, validate_content=True)
    wrong = base64.b64encode(hashlib.md5(b"xyz").digest()).decode()
    append = ("PATCH", "/lake/f?action=append&position=3", b"def", {"Content-MD5": wrong})
    assert raw(dfs, *append).headers["x-ms-error-code"] == "Md5Mismatch"


def test_creating_again_empties_the_file_and_forgets_its_blocks(lake: FileSystemClient) -> None:
    file = written(lake, "f")
    before = file.get_file_properties().etag
    file.append_data(b"d", 3, 1)
    file.create_file()
    after = file.get_file_properties()
    assert after.size == 0
    assert after.etag != before
    with pytest.raises(HttpResponseError):
        file.flush_data(4)


def test_creating_only_where_nothing_is_tells_that_the_path_exists(lake: FileSystemClient) -> None:
    written(lake, "f")
    with pytest.raises(ResourceExistsError) as exists:
        lake.get_file_client("f").create_file(match_condition=MatchConditions.IfMissing)
    assert code(exists.value) == (409, "PathAlreadyExists")


def test_creating_over_another_version_is_refused(lake: FileSystemClient) -> None:
    file = written(lake, "f")
    with pytest.raises(ResourceModifiedError) as changed:
        file.create_file(etag='"0x1"', match_condition=MatchConditions.IfNotModified)
    assert code(changed.value) == (412, "ConditionNotMet")
    assert file.download_file().readall() == b"abc"


def test_a_file_is_no_directory_and_cannot_hold_one(lake: FileSystemClient) -> None:
    written(lake, "f")
    lake.create_directory("d")
    for made in (
        lambda: lake.create_directory("f"),
        lambda: lake.create_file("d"),
        lambda: lake.create_file("f/below"),
    ):
        with pytest.raises(ResourceExistsError) as conflict:
            made()
        assert code(conflict.value) == (409, "PathConflict")


def test_a_directory_made_again_keeps_its_children(lake: FileSystemClient) -> None:
    written(lake, "d/f")
    lake.create_directory("d")
    assert lake.get_file_client("d/f").exists()


def test_a_new_child_does_not_change_its_directorys_etag(lake: FileSystemClient) -> None:
    folder = lake.create_directory("d")
    before = folder.get_directory_properties().etag
    written(lake, "d/f")
    assert folder.get_directory_properties().etag == before


@pytest.mark.parametrize(
    ("version", "status"), [("2020-02-10", 304), ("2021-08-06", 412), (None, 412)]
)
def test_a_flush_against_its_condition_is_412_and_was_304_to_old_clients(
    connect: Connect, version: str | None, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    # The oldest SDK that is supported warns of a 304 in words that cannot be formatted.
    caplog.set_level(logging.ERROR, logger="azure")
    options = {"api_version": version} if version else {}
    file = connect(**options).get_file_client("lake", "f")
    file.create_file()
    file.append_data(b"abc", 0, 3)
    with pytest.raises(HttpResponseError) as refused:
        file.flush_data(3, match_condition=MatchConditions.IfMissing)
    assert refused.value.status_code == status
    assert file.get_file_properties().size == 0


@pytest.mark.parametrize(("version", "kept"), [("2019-02-02", True), ("2021-08-06", False)])
def test_a_flush_of_nothing_once_kept_the_stored_etag(
    connect: Connect, version: str, *, kept: bool
) -> None:
    file = connect(api_version=version).get_file_client("lake", "f")
    before = file.create_file()["etag"]
    told = file.flush_data(0)["etag"]
    stored = file.get_file_properties().etag
    assert told != before
    assert stored == (before if kept else told)


def test_content_headers_and_metadata_come_back(lake: FileSystemClient) -> None:
    file = lake.get_file_client("f")
    file.create_file(
        metadata={"run": "7"}, content_settings=ContentSettings(content_type="text/csv")
    )
    file.append_data(b"abc", 0, 3)
    file.flush_data(3)
    found = file.get_file_properties()
    assert found.metadata == {"run": "7"}
    assert found.content_settings.content_type == "text/csv"
    file.set_metadata({"run": "8"})
    assert file.get_file_properties().metadata == {"run": "8"}


class TestUploadData:
    """The SDK's one-call upload, as the facts about it say."""

    def test_overwriting_truncates_first_so_that_readers_find_nothing(
        self, lake: FileSystemClient, dfs: DfsServer
    ) -> None:
        written(lake, "f").upload_data(b"newer", overwrite=True)
        assert [seen.size for seen in dfs.changes.in_place("lake/f")] == [0, 3, 0, 5]

    def test_nothing_is_uploaded_as_nothing_at_all(self, lake: FileSystemClient) -> None:
        written(lake, "f").upload_data(b"", overwrite=True)
        lake.get_file_client("g").upload_data(b"", overwrite=True)
        assert lake.get_file_client("f").download_file().readall() == b"abc"
        assert not lake.get_file_client("g").exists()

    def test_without_overwrite_it_neither_makes_nor_replaces(self, lake: FileSystemClient) -> None:
        with pytest.raises(ResourceNotFoundError):
            lake.get_file_client("g").upload_data(b"a")
        with pytest.raises(ResourceModifiedError):
            written(lake, "f").upload_data(b"abcdef")

    def test_a_generator_leaves_the_file_truncated(self, lake: FileSystemClient) -> None:
        file = written(lake, "f")
        with pytest.raises(HttpResponseError) as refused:
            file.upload_data((part for part in [b"a", b"b"]), overwrite=True)
        assert code(refused.value) == (400, "MissingRequiredQueryParameter")
        assert file.get_file_properties().size == 0

    def test_many_blocks_at_once_arrive_whole(self, lake: FileSystemClient, dfs: DfsServer) -> None:
        data = bytes(range(256)) * 4096
        held = dfs.faults.add(operation="append", hold=True, times=None)
        client = lake.get_file_client("f")
        how = {"overwrite": True, "chunk_size": 131072, "max_concurrency": 4}
        upload = threading.Thread(target=client.upload_data, args=(data,), kwargs=how)
        upload.start()
        dfs.log.wait(4, operation="append")  # none of them has been answered
        held.release()
        upload.join()
        assert dfs.files("lake") == {"f": data}
        assert dfs.log.busiest(operation="append") == 4
