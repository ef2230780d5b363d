"""The server's word on what a test makes go wrong: refusals, resets, lost answers, waits."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
    ServiceResponseError,
)
from azure.storage.filedatalake import FileSystemClient
from dfs import DfsServer, Fault
from dfs.asking import code, raw, written
from dfs.fixtures import Connect

ABSENT = {"match_condition": MatchConditions.IfMissing}


@pytest.fixture
def patient(connect: Connect) -> FileSystemClient:
    """The SDK with its retries, which come at once."""
    return connect(retries=3).get_file_system_client("lake")


class TestStatus:
    def test_the_nth_matching_request_fails_and_the_others_do_not(
        self, lake: FileSystemClient, dfs: DfsServer
    ) -> None:
        fault = dfs.faults.add(operation="create", path="lake/f*", nth=2, status=500)
        lake.create_file("f1")
        lake.create_file("g")
        with pytest.raises(HttpResponseError) as failed:
            lake.create_file("f2")
        lake.create_file("f3")
        assert failed.value.status_code == 500
        assert (fault.met, fault.struck) == (3, 1)
        assert dfs.paths("lake") == ["f1", "f3", "g"]

    def test_a_busy_service_says_when_to_come_back(self, dfs: DfsServer) -> None:
        dfs.faults.add(status=503, retry_after=7, times=2)
        for _ in range(2):
            busy = raw(dfs, "PUT", "/lake/f?resource=file")
            assert (busy.status, busy.headers["Retry-After"]) == (503, "7")
            assert busy.json["error"]["code"] == "ServerBusy"
        assert raw(dfs, "PUT", "/lake/f?resource=file").status == 201

    def test_the_sdk_retries_503_and_gives_up_at_once_on_429(
        self, patient: FileSystemClient, dfs: DfsServer
    ) -> None:
        dfs.faults.add(operation="create", path="lake/f", status=503, times=2)
        patient.create_file("f")
        dfs.faults.add(operation="create", path="lake/g", status=429, code="TooManyRequests")
        with pytest.raises(HttpResponseError) as throttled:
            patient.create_file("g")
        assert code(throttled.value) == (429, "TooManyRequests")
        statuses = [request.status for request in dfs.log.select(operation="create")]
        assert statuses == [503, 503, 201, 429]

    def test_it_lasts_until_it_is_called_off(self, lake: FileSystemClient, dfs: DfsServer) -> None:
        dfs.faults.add(times=None, status=503, endpoint="dfs")
        for _ in range(3):
            with pytest.raises(HttpResponseError):
                lake.create_file("f")
        dfs.faults.clear()
        lake.create_file("f")

    def test_a_fault_that_makes_no_sense_is_refused(self) -> None:
        with pytest.raises(ValueError, match="during"):
            Fault(moment="during", status=503)
        with pytest.raises(ValueError, match="nth"):
            Fault(nth=0)
        with pytest.raises(ValueError, match="'upload' is no operation"):
            Fault(operation="upload")


class TestReset:
    """Before, during and after the work: what the client sees is the same, the outcome is not."""

    @pytest.mark.parametrize(
        ("moment", "stands"), [("before", False), ("during", False), ("after", True)]
    )
    @pytest.mark.parametrize("operation", ["create", "append", "flush", "rename", "delete"])
    def test_the_work_is_done_only_if_the_answer_was_lost(
        self, lake: FileSystemClient, dfs: DfsServer, moment: Any, operation: str, *, stands: bool
    ) -> None:
        block = bytes(1 << 20)
        dfs.seed("lake", {"old": b"x"})
        file = lake.get_file_client("f")
        steps: dict[str, Callable[[], Any]] = {
            "create": file.create_file,
            "append": lambda: file.append_data(block, 0, len(block)),
            "flush": lambda: file.flush_data(len(block)),
            "rename": lambda: file.rename_file("lake/g"),
            "delete": lake.get_file_client("old").delete_file,
        }
        before: list[str] = []
        for step, do in steps.items():
            if step == operation:
                before = dfs.paths("lake")
                dfs.faults.add(operation=step, moment=moment, reset=True)
                with pytest.raises(ServiceResponseError):
                    do()
                break
            do()
        asked = dfs.log.select(operation=operation)[-1]
        assert (asked.status, asked.fault) == (None, f"reset {moment}")
        if operation in ("create", "rename", "delete"):
            assert (dfs.paths("lake") != before) is stands
        elif operation == "flush":
            assert (len(dfs.files("lake")["f"]) == len(block)) is stands
        elif stands:
            file.flush_data(len(block))
        else:
            with pytest.raises(HttpResponseError, match="contiguous"):
                file.flush_data(len(block))

    def test_half_a_block_that_arrived_is_not_kept(
        self, patient: FileSystemClient, dfs: DfsServer
    ) -> None:
        data = bytes(range(256)) * 8192
        dfs.faults.add(operation="append", moment="during", reset=True)
        patient.get_file_client("f").upload_data(data, overwrite=True)
        first, second = dfs.log.select(operation="append")
        assert len(data) // 2 <= first.received < len(data)
        assert second.received == len(data)
        assert dfs.files("lake") == {"f": data}

    def test_a_read_that_breaks_in_the_middle_is_resumed_by_the_sdk(
        self, patient: FileSystemClient, dfs: DfsServer
    ) -> None:
        data = bytes(range(256)) * 8192
        dfs.seed("lake", {"f": data})
        dfs.faults.add(operation="read", moment="during", reset=True)
        assert patient.get_file_client("f").download_file().readall() == data
        assert len(dfs.log.select(operation="read")) == 2


class TestLostAnswers:
    """Done, but the answer was lost; the SDK retries and hears something else."""

    def lose(self, dfs: DfsServer, operation: str) -> None:
        dfs.faults.add(operation=operation, moment="after", reset=True)

    def test_a_rename_is_told_as_a_missing_source(self, patient, dfs: DfsServer) -> None:
        file = written(patient, "f")
        self.lose(dfs, "rename")
        with pytest.raises(ResourceNotFoundError) as told:
            file.rename_file("lake/g", **ABSENT)
        assert code(told.value) == (404, "SourcePathNotFound")
        assert dfs.files("lake") == {"g": b"abc"}

    def test_a_creation_is_told_as_somebody_elses(self, patient, dfs: DfsServer) -> None:
        self.lose(dfs, "create")
        with pytest.raises(ResourceExistsError):
            patient.get_file_client("f").create_file(**ABSENT)

    def test_a_deletion_is_told_as_a_missing_path(self, patient, dfs: DfsServer) -> None:
        file = written(patient, "f")
        self.lose(dfs, "delete")
        with pytest.raises(ResourceNotFoundError):
            file.delete_file()

    def test_an_uploads_flush_is_told_as_a_changed_file(self, patient, dfs: DfsServer) -> None:
        self.lose(dfs, "flush")
        with pytest.raises(ResourceModifiedError):
            patient.get_file_client("f").upload_data(b"abc", overwrite=True)
        assert dfs.files("lake") == {"f": b"abc"}

    def test_a_no_can_be_lost_as_well(self, patient, dfs: DfsServer) -> None:
        self.lose(dfs, "delete")
        with pytest.raises(ResourceNotFoundError):
            patient.get_file_client("f").delete_file()
        assert [request.status for request in dfs.log] == [None, 404]

    def test_an_append_does_no_harm(self, patient, dfs: DfsServer) -> None:
        self.lose(dfs, "append")
        assert written(patient, "f").download_file().readall() == b"abc"

    def test_a_500_after_the_work_loses_it_as_well(self, patient, dfs: DfsServer) -> None:
        file = written(patient, "f")
        dfs.faults.add(operation="rename", moment="after", status=500, code="OperationTimedOut")
        with pytest.raises(ResourceNotFoundError):
            file.rename_file("lake/g")


class TestWaiting:
    def test_a_held_request_waits_without_keeping_others(
        self, lake: FileSystemClient, dfs: DfsServer, aside
    ) -> None:
        file = written(lake, "f")
        held = dfs.faults.add(operation="rename", hold=True)
        renaming = aside(lambda: file.rename_file("lake/g"))
        assert held.reached.wait(10)
        assert lake.get_file_client("f").download_file().readall() == b"abc"
        held.release()
        renaming.join(10)
        assert dfs.files("lake") == {"g": b"abc"}

    def test_held_after_the_work_it_stands_already(
        self, lake: FileSystemClient, dfs: DfsServer, aside
    ) -> None:
        file = written(lake, "f")
        held = dfs.faults.add(operation="rename", hold=True, moment="after")
        aside(lambda: file.rename_file("lake/g"))
        assert held.reached.wait(10)
        assert dfs.files("lake") == {"g": b"abc"}
        dfs.faults.clear()

    def test_a_late_answer_runs_into_the_clients_patience(
        self, connect: Connect, dfs: DfsServer
    ) -> None:
        lake = connect(read_timeout=0.1).get_file_system_client("lake")
        dfs.faults.add(operation="create", delay_seconds=0.5, moment="after")
        with pytest.raises(AzureError):
            lake.create_file("f")
        assert lake.get_file_client("f").exists(), "it was done all the same"

    def test_latency_is_for_every_request(self, lake: FileSystemClient, dfs: DfsServer) -> None:
        dfs.manners.latency_seconds = 0.05
        began = time.monotonic()
        written(lake, "f")
        assert time.monotonic() - began >= 0.15
        assert all((r.ended or 0) - r.began >= 0.05 for r in dfs.log)
