"""The server's word on renaming and deleting: what stays the same, what is replaced or refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.storage.filedatalake import FileSystemClient
from dfs import DfsServer
from dfs.asking import code, raw, written
from dfs.fixtures import Connect, Fixed

ABSENT = {"match_condition": MatchConditions.IfMissing}


def etag(lake: FileSystemClient, path: str) -> str:
    return str(lake.get_file_client(path).get_file_properties().etag)


def refused(do: Callable[[], Any]) -> tuple[int | None, str]:
    with pytest.raises(HttpResponseError) as error:
        do()
    return code(error.value)


def test_a_renamed_file_keeps_its_etag_and_its_time(lake: FileSystemClient) -> None:
    before = written(lake, "staged/f").get_file_properties()
    after = lake.get_file_client("staged/f").rename_file("lake/g").get_file_properties()
    assert (after.etag, after.last_modified) == (before.etag, before.last_modified)
    assert not lake.get_file_client("staged/f").exists()
    assert lake.get_directory_client("staged").exists()


def test_the_answer_to_a_rename_carries_the_sources_etag(lake: FileSystemClient, dfs) -> None:
    written(lake, "f")
    before = etag(lake, "f")
    source = {"x-ms-rename-source": "/lake/f", "x-ms-version": "2021-08-06"}
    answer = raw(dfs, "PUT", "/lake/g?mode=legacy", headers=source)
    assert (answer.status, answer.headers["ETag"], answer.body) == (201, before, b"")
    old = {"x-ms-rename-source": "/lake/g", "x-ms-version": "2019-02-02"}
    assert raw(dfs, "PUT", "/lake/f?mode=legacy", headers=old).headers["ETag"] is None


def test_a_renamed_directory_takes_its_children_along_unchanged(
    lake: FileSystemClient, dfs: DfsServer
) -> None:
    folder = lake.create_directory("stage/run")
    written(lake, "stage/run/a")
    written(lake, "stage/run/sub/b")
    before = [etag(lake, f"stage/run{path}") for path in ("", "/a", "/sub/b")]
    folder.rename_directory("lake/live")
    assert [etag(lake, f"live{path}") for path in ("", "/a", "/sub/b")] == before
    assert dfs.paths("lake") == ["live/", "live/a", "live/sub/", "live/sub/b", "stage/"]


def test_a_rename_replaces_a_file_unless_told_not_to(lake: FileSystemClient) -> None:
    written(lake, "f", b"new")
    written(lake, "g", b"old")
    rename = lake.get_file_client("f").rename_file
    assert refused(lambda: rename("lake/g", **ABSENT)) == (409, "PathAlreadyExists")
    assert lake.get_file_client("g").download_file().readall() == b"old"
    rename("lake/g")
    assert lake.get_file_client("g").download_file().readall() == b"new"


def test_a_rename_may_demand_the_version_that_it_replaces(lake: FileSystemClient) -> None:
    written(lake, "f", b"new")
    now = str(written(lake, "g", b"old").get_file_properties().etag)
    same = MatchConditions.IfNotModified
    rename = lake.get_file_client("f").rename_file
    assert refused(lambda: rename("lake/g", etag='"0x1"', match_condition=same)) == (
        412,
        "ConditionNotMet",
    )
    assert refused(lambda: rename("lake/new", etag=now, match_condition=same))[0] == 412
    rename("lake/g", etag=now, match_condition=same)
    assert lake.get_file_client("g").download_file().readall() == b"new"


def test_a_rename_may_demand_the_version_that_it_moves(lake: FileSystemClient) -> None:
    now = str(written(lake, "f").get_file_properties().etag)
    same = MatchConditions.IfNotModified
    rename = lake.get_file_client("f").rename_file
    wrong = lambda: rename("lake/g", source_etag='"0x1"', source_match_condition=same)  # noqa: E731
    assert refused(wrong) == (412, "SourceConditionNotMet")
    rename("lake/g", source_etag=now, source_match_condition=same, **ABSENT)
    assert lake.get_file_client("g").exists()


def test_a_rename_without_source_or_parent_is_404_each_in_its_own_word(
    lake: FileSystemClient, connect: Connect
) -> None:
    file = written(lake, "f")
    assert refused(lambda: lake.get_file_client("no").rename_file("lake/g")) == (
        404,
        "SourcePathNotFound",
    )
    assert refused(lambda: file.rename_file("lake/no/g")) == (
        404,
        "RenameDestinationParentPathNotFound",
    )
    assert refused(lambda: file.rename_file("nolake/g")) == (404, "FilesystemNotFound")
    assert file.exists()


def test_a_directory_cannot_be_moved_into_itself(lake: FileSystemClient) -> None:
    folder = lake.create_directory("d")
    lake.create_directory("d/e")
    for target in ("lake/d", "lake/d/e/f"):
        assert refused(lambda to=target: folder.rename_directory(to)) == (
            409,
            "InvalidRenameSourcePath",
        )


def test_a_file_and_a_directory_do_not_replace_each_other(lake: FileSystemClient) -> None:
    file, folder = written(lake, "f"), lake.create_directory("d")
    word = (409, "InvalidSourceOrDestinationResourceType")
    assert refused(lambda: file.rename_file("lake/d")) == word
    assert refused(lambda: folder.rename_directory("lake/f")) == word


def test_a_directory_replaces_an_empty_one_and_does_not_move_into_it(
    lake: FileSystemClient, dfs: DfsServer
) -> None:
    written(lake, "stage/f")
    lake.create_directory("live")
    lake.get_directory_client("stage").rename_directory("lake/live")
    assert dfs.paths("lake") == ["live/", "live/f"]


def test_onto_a_directory_with_children_is_refused_or_replaced_as_it_is_told(
    lake: FileSystemClient, dfs: DfsServer
) -> None:
    written(lake, "stage/f")
    written(lake, "live/old")
    rename = lake.get_directory_client("stage").rename_directory
    assert refused(lambda: rename("lake/live")) == (409, "PathAlreadyExists")
    dfs.manners.nonempty_rename = "replace"
    rename("lake/live")
    assert dfs.paths("lake") == ["live/", "live/f"]


def test_a_path_moves_to_another_filesystem(lake: FileSystemClient, connect: Connect, dfs) -> None:
    other = connect().create_file_system("other")
    before = str(written(lake, "d/f").get_file_properties().etag)
    lake.get_directory_client("d").rename_directory("other/e")
    assert str(other.get_file_client("e/f").get_file_properties().etag) == before
    assert dfs.paths("lake") == []


def test_names_with_spaces_and_signs_survive_a_rename(lake: FileSystemClient, dfs) -> None:
    name = "day=2024-01-01 10:00/a + b % 100 # é.parquet"
    written(lake, f"stage/{name}")
    lake.create_directory("live/day=2024-01-01 10:00")
    lake.get_file_client(f"stage/{name}").rename_file(f"lake/live/{name}")
    assert dfs.files("lake") == {f"live/{name}": b"abc"}


def test_a_client_whose_url_has_a_path_names_the_source_without_it(
    connect: Connect, dfs: DfsServer
) -> None:
    """The caller's error behind "the SDK cannot rename on OneLake"."""
    dfs.seed("lake", {"item/Files/t/_1.parquet": b"x"})
    deep = connect(f"{dfs.url}/lake/item").get_file_client("Files", "t/_1.parquet")
    assert refused(lambda: deep.rename_file("Files/t/1.parquet"))[0] == 404
    sent = dfs.log.select(operation="rename")[-1].headers["x-ms-rename-source"]
    assert sent == "/Files/t/_1.parquet"


class TestDelete:
    def test_a_file_goes_and_then_is_missing(self, lake: FileSystemClient) -> None:
        written(lake, "f").delete_file()
        assert refused(lake.get_file_client("f").delete_file) == (404, "PathNotFound")

    def test_a_directory_with_children_goes_only_recursively(
        self, lake: FileSystemClient, dfs: DfsServer
    ) -> None:
        written(lake, "d/e/f")
        answer = raw(dfs, "DELETE", "/lake/d?recursive=false")
        assert (answer.status, answer.json["error"]["code"]) == (409, "DirectoryNotEmpty")
        lake.get_directory_client("d").delete_directory()
        assert dfs.paths("lake") == []

    def test_an_unmet_condition_keeps_it(self, lake: FileSystemClient) -> None:
        file = written(lake, "f")
        found = file.get_file_properties()
        with pytest.raises(ResourceModifiedError) as late:
            file.delete_file(if_modified_since=found.last_modified)
        assert code(late.value) == (412, "ConditionNotMet")
        file.delete_file(etag=found.etag, match_condition=MatchConditions.IfNotModified)
        assert not file.exists()

    def test_a_paginated_delete_is_one_step_after_its_last_answer(
        self, secure_dfs: DfsServer, certificates, connect: Connect
    ) -> None:
        secure_dfs.seed("lake", {"d/1": b"a", "d/2": b"b"})
        secure_dfs.manners.delete_pages = 2
        credential = Fixed(secure_dfs.tokens.issue())
        service = connect(secure_dfs.secure_url, credential, connection_verify=str(certificates.ca))
        service.get_directory_client("lake", "d").delete_directory()
        assert len(secure_dfs.log.select(operation="delete")) == 3
        assert [len(view) for view in secure_dfs.changes.views("lake/*")] == [1, 2, 0]

    def test_a_deleted_filesystem_is_missing_in_the_words_of_each_endpoint(
        self, connect: Connect, lake: FileSystemClient
    ) -> None:
        lake.delete_file_system()
        assert refused(lambda: list(lake.get_paths())) == (404, "FilesystemNotFound")
        assert refused(lake.get_file_client("f").get_file_properties) == (
            404,
            "ContainerNotFound",
        )
        assert not lake.exists()
        with pytest.raises(ResourceNotFoundError):
            lake.delete_file_system()


class TestLease:
    def test_whoever_does_not_hold_it_may_read_but_not_write(self, lake: FileSystemClient) -> None:
        file = written(lake, "f")
        lease = file.acquire_lease(15)
        assert file.download_file().readall() == b"abc"
        assert refused(lambda: file.append_data(b"d", 3, 1)) == (412, "LeaseIdMissing")
        assert refused(file.create_file) == (412, "LeaseIdMissing")
        assert refused(lambda: file.rename_file("lake/g")) == (412, "LeaseIdMissing")
        assert refused(file.delete_file) == (412, "LeaseIdMissing")
        file.append_data(b"d", 3, 1, lease=lease)
        file.flush_data(4, lease=lease)
        assert file.download_file().readall() == b"abcd"

    def test_a_lease_that_is_not_there_cannot_be_named(self, lake: FileSystemClient) -> None:
        written(lake, "f")
        file = written(lake, "g")
        stranger = "3f176654-deec-4fda-80f1-be5cfd360c1c"
        assert refused(lambda: lake.get_file_client("f").rename_file("lake/g", lease=stranger)) == (
            412,
            "LeaseNotPresent",
        )
        file.acquire_lease(15)
        assert refused(lambda: file.delete_file(lease=stranger)) == (412, "LeaseIdMismatch")

    def test_it_runs_out_unless_it_is_renewed(self, lake: FileSystemClient, dfs: DfsServer) -> None:
        file = written(lake, "f")
        lease = file.acquire_lease(15)
        dfs.clock.advance(10)
        lease.renew()
        dfs.clock.advance(10)
        assert refused(lambda: file.acquire_lease(15)) == (409, "LeaseAlreadyPresent")
        dfs.clock.advance(6)
        assert refused(lambda: file.delete_file(lease=lease)) == (412, "LeaseLost")
        file.append_data(b"d", 3, 1)
        assert file.acquire_lease(15).id != lease.id

    def test_it_can_be_released_changed_and_broken(self, lake: FileSystemClient) -> None:
        file = written(lake, "f")
        file.acquire_lease(15).release()
        lease = file.acquire_lease(-1)
        lease.change("3f176654-deec-4fda-80f1-be5cfd360c1c")
        assert refused(lambda: file.append_data(b"d", 3, 1))[1] == "LeaseIdMissing"
        lease.break_lease()
        file.append_data(b"d", 3, 1)

    def test_creating_with_its_id_keeps_it(self, lake: FileSystemClient) -> None:
        file = written(lake, "f")
        lease = file.acquire_lease(15)
        file.create_file(lease=lease)
        assert refused(file.delete_file) == (412, "LeaseIdMissing")

    def test_a_filesystem_can_be_leased_too(self, lake: FileSystemClient) -> None:
        lease = lake.acquire_lease(15)
        assert refused(lake.delete_file_system)[0] == 412
        lake.delete_file_system(lease=lease)


def test_exists_error_is_what_the_sdk_makes_of_a_conflict(lake: FileSystemClient) -> None:
    written(lake, "g")
    with pytest.raises(ResourceExistsError):
        written(lake, "f").rename_file("lake/g", **ABSENT)
