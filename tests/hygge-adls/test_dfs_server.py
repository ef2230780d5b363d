"""The server's word on what it saw and how it lives: what readers saw, the log, life and death."""

from __future__ import annotations

import json
import threading

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ResourceNotFoundError,
)
from azure.storage.filedatalake import FileSystemClient
from dfs import DfsProcess, DfsServer
from dfs.asking import written
from dfs.fixtures import Connect

ABSENT = {"match_condition": MatchConditions.IfMissing}


class TestChanges:
    """Tests judge what readers could have seen, at every moment."""

    def test_whoever_renames_shows_nothing_unfinished(self, lake, dfs: DfsServer) -> None:
        lake.create_directory("final")
        for name in ("1", "2"):
            written(lake, f"stage/{name}").rename_file(f"lake/final/{name}", **ABSENT)
        assert dfs.changes.in_place("lake/final/*") == []
        assert [len(view) for view in dfs.changes.views("lake/final/*")] == [1, 2]

    def test_whoever_writes_in_place_is_caught(self, lake, dfs: DfsServer) -> None:
        written(lake, "final/1")
        assert [seen.size for seen in dfs.changes.in_place("lake/final/*")] == [0, 3]

    def test_a_directory_arrives_in_one_step(self, lake, dfs: DfsServer) -> None:
        for name in ("1", "2", "3"):
            written(lake, f"stage/{name}")
        dfs.seed("lake", {"live/old": b"x"})
        lake.get_directory_client("live").rename_directory("lake/old")
        lake.get_directory_client("stage").rename_directory("lake/live")
        names = [sorted(view) for view in dfs.changes.views("lake/live/*")]
        assert names == [["lake/live/old"], [], [f"lake/live/{n}" for n in ("1", "2", "3")]]

    def test_replacing_a_file_never_shows_none(self, lake, dfs: DfsServer) -> None:
        dfs.seed("lake", {"g": b"old"})
        written(lake, "f", b"newer").rename_file("lake/g")
        sizes = [seen.size for view in dfs.changes.views("lake/g") for seen in view.values()]
        assert sizes == [3, 5]

    def test_what_was_seen_can_be_traced_to_its_request(self, lake, dfs: DfsServer) -> None:
        written(lake, "f").rename_file("lake/g")
        by_number = {request.number: request for request in dfs.log}
        done = [(by_number[each.request].operation, each.operation) for each in dfs.changes]
        assert done == [("create", "create"), ("flush", "flush"), ("rename", "rename")]


class TestLog:
    def test_it_tells_what_was_asked_and_answered(self, lake, dfs: DfsServer) -> None:
        written(lake, "f").rename_file("lake/g", **ABSENT)
        create, append, flush, rename = dfs.log
        assert (create.method, create.endpoint, create.status) == ("PUT", "dfs", 201)
        assert (append.received, append.query["position"]) == (3, "0")
        assert flush.path == "f"
        assert rename.headers["x-ms-rename-source"] == "/lake/f"
        assert rename.headers["if-none-match"] == "*"
        with pytest.raises(ResourceNotFoundError):
            lake.get_file_client("h").delete_file()
        (deleted,) = dfs.log.select(status=404)
        assert deleted.code == "PathNotFound"

    def test_requests_can_be_waited_for(self, lake, dfs: DfsServer, aside) -> None:
        aside(lambda: written(lake, "f"))
        (append,) = dfs.log.wait(1, operation="append", path="lake/f")
        assert append.path == "f"
        with pytest.raises(TimeoutError, match="0 of 1"):
            dfs.log.wait(1, operation="rename", timeout_seconds=0.01)

    def test_three_requests_make_a_small_file(self, lake, dfs: DfsServer) -> None:
        lake.get_file_client("f").upload_data(b"abc", overwrite=True)
        assert [request.operation for request in dfs.log] == ["create", "append", "flush"]


class TestLife:
    def test_a_dead_service_comes_back_with_all_that_it_held(
        self, lake: FileSystemClient, dfs: DfsServer
    ) -> None:
        written(lake, "f")
        dfs.stop()
        with pytest.raises(AzureError):
            lake.get_file_client("f").download_file()
        dfs.start()
        assert lake.get_file_client("f").download_file().readall() == b"abc"

    def test_what_was_kept_comes_back_with_its_etags_however_often(
        self, lake: FileSystemClient, dfs: DfsServer
    ) -> None:
        written(lake, "a/f")
        etags = [lake.get_file_client(each).get_file_properties().etag for each in ("a", "a/f")]
        kept = dfs.kept()
        for _ in range(2):
            lake.get_file_client("a/f").upload_data(b"other", overwrite=True)
            written(lake, "g")
            dfs.restore(kept)
            assert dfs.files("lake") == {"a/f": b"abc"}
            again = [lake.get_file_client(each).get_file_properties().etag for each in ("a", "a/f")]
            assert again == etags
        written(lake, "a/f")
        assert lake.get_file_client("a/f").get_file_properties().etag not in etags

    def test_as_a_process_it_serves_fails_on_purpose_and_can_be_killed(
        self, connect: Connect
    ) -> None:
        fault = json.dumps({"operation": "create", "status": 503})
        manners = json.dumps({"page_items": 1})
        with DfsProcess("--filesystem", "bay", "--fault", fault, "--manners", manners) as process:
            service = connect(process.url, process.credential)
            bay = service.get_file_system_client("bay")
            with pytest.raises(HttpResponseError):
                bay.create_file("f")
            written(bay, "f")
            written(bay, "g")
            assert [path.name for path in bay.get_paths()] == ["f", "g"]
            process.kill()
            with pytest.raises(AzureError):
                bay.create_file("h")

    def test_several_threads_are_served_at_once(self, connect: Connect, dfs: DfsServer) -> None:
        dfs.manners.latency_seconds = 0.02
        lake = connect().get_file_system_client("lake")
        threads = [threading.Thread(target=written, args=(lake, f"t/{n}")) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert len(dfs.files("lake", "t")) == 8
        assert dfs.log.busiest() > 1
