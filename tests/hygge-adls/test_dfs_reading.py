"""The server's word on listing, properties, reading, and on its blob endpoint."""

from __future__ import annotations

import time

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceModifiedError, ResourceNotFoundError
from azure.storage.blob import BlobBlock, BlobServiceClient
from azure.storage.filedatalake import FileSystemClient
from dfs import DfsServer
from dfs.asking import code, raw, written
from dfs.fixtures import Connect
from dfs.transport import ToServer

LIST = "/lake?resource=filesystem&recursive=true"


class TestList:
    def test_its_json_has_exactly_the_services_shape(self, lake: FileSystemClient, dfs) -> None:
        file = written(lake, "d/f").get_file_properties()
        answer = raw(dfs, "GET", LIST + "&upn=true")
        folder, listed = answer.json["paths"]
        assert answer.headers["Content-Type"] == "application/json;charset=utf-8"
        assert answer.headers["x-ms-continuation"] is None
        assert list(listed) == [
            "contentLength",
            "creationTime",
            "etag",
            "expiryTime",
            "group",
            "lastModified",
            "name",
            "owner",
            "permissions",
        ]
        assert listed["contentLength"] == "3"
        assert listed["etag"] == str(file.etag).strip('"')
        assert 130_000_000_000_000_000 < int(listed["creationTime"]) < 150_000_000_000_000_000
        assert "isDirectory" not in listed
        assert (folder["isDirectory"], folder["contentLength"]) == ("true", "0")

    def test_directories_come_before_what_they_hold_and_digits_before_underscores(
        self, lake: FileSystemClient, dfs: DfsServer
    ) -> None:
        dfs.seed("lake", dict.fromkeys(["t/_z", "t/0001", "t/a/x", "t/a.csv", "s"], b"x"))
        everything = [path.name for path in lake.get_paths()]
        assert everything == ["s", "t", "t/0001", "t/_z", "t/a", "t/a/x", "t/a.csv"]
        below = [path.name for path in lake.get_paths("t", recursive=False)]
        assert below == ["t/0001", "t/_z", "t/a", "t/a.csv"]

    @pytest.mark.parametrize(("items", "empty"), [(1, 0), (2, 3), (7, 1), (5000, 2)])
    @pytest.mark.parametrize("recursive", [True, False])
    def test_pages_of_any_size_and_empty_ones_tell_everything_once(
        self, lake: FileSystemClient, dfs: DfsServer, items: int, empty: int, *, recursive: bool
    ) -> None:
        dfs.seed("lake", {f"d{n % 3}/f{n}": b"" for n in range(9)} | {"e": None})
        whole = [path.name for path in lake.get_paths(recursive=recursive)]
        dfs.manners.page_items, dfs.manners.empty_pages = items, empty
        dfs.log.clear()
        assert [path.name for path in lake.get_paths(recursive=recursive)] == whole
        assert len(dfs.log) == (1 + empty) * -(-len(whole) // items)

    def test_a_client_may_ask_for_smaller_pages_and_come_back_later(
        self, lake: FileSystemClient, dfs: DfsServer
    ) -> None:
        dfs.seed("lake", {f"f{n}": b"" for n in range(5)})
        pages = lake.get_paths(max_results=2).by_page()
        first = [path.name for path in next(pages)]
        dfs.seed("lake", {"f1x": b""})
        again = lake.get_paths(max_results=9).by_page(pages.continuation_token)
        assert first == ["f0", "f1"]
        assert [path.name for path in next(again)] == ["f1x", "f2", "f3", "f4"]

    def test_what_goes_between_two_pages_takes_nothing_else_with_it(
        self, lake: FileSystemClient, dfs: DfsServer
    ) -> None:
        dfs.seed("lake", {f"f{n}": b"" for n in range(6)})
        pages = lake.get_paths(max_results=3).by_page()
        first = [path.name for path in next(pages)]
        for name in first:
            lake.get_file_client(name).delete_file()
        assert first + [path.name for path in next(pages)] == [f"f{n}" for n in range(6)]

    def test_a_directory_or_filesystem_that_is_not_there_is_404(
        self, lake: FileSystemClient, connect: Connect
    ) -> None:
        with pytest.raises(ResourceNotFoundError) as missing:
            list(lake.get_paths("no/such"))
        assert code(missing.value) == (404, "PathNotFound")
        with pytest.raises(ResourceNotFoundError) as nothing:
            list(connect().get_file_system_client("nolake").get_paths())
        assert code(nothing.value) == (404, "FilesystemNotFound")

    def test_5001_files_are_listed_in_two_pages(self, lake: FileSystemClient, dfs) -> None:
        dfs.seed("lake", {f"d/{n:05}.parquet": b"" for n in range(5001)})
        assert len(list(lake.get_paths("d"))) == 5001
        assert len(dfs.log.select(operation="list")) == 2

    def test_filesystems_are_listed(self, connect: Connect) -> None:
        service = connect()
        service.create_file_system("bay", metadata={"of": "rows"})
        assert [each.name for each in service.list_file_systems()] == ["bay", "lake"]
        found = service.get_file_system_client("bay").get_file_system_properties()
        assert found.metadata == {"of": "rows"}


class TestRead:
    def test_a_range_is_that_range(self, lake: FileSystemClient) -> None:
        file = written(lake, "f", b"0123456789")
        assert file.download_file(offset=2, length=3).readall() == b"234"
        assert file.download_file(offset=7).readall() == b"789"

    def test_blocks_are_joined_as_they_lie(self, lake: FileSystemClient, dfs: DfsServer) -> None:
        file = lake.get_file_client("f")
        file.create_file()
        for at in range(0, 30, 3):
            file.append_data(b"%03d" % at, at, 3)
        file.flush_data(30)
        whole = b"".join(b"%03d" % at for at in range(0, 30, 3))
        for start in range(30):
            span = {"x-ms-range": f"bytes={start}-{min(29, start + 7)}"}
            answer = raw(dfs, "GET", "/lake/f", headers=span)
            assert (answer.status, answer.body) == (206, whole[start : start + 8])

    def test_beyond_the_end_is_refused_and_an_empty_file_can_still_be_read(
        self, lake: FileSystemClient, dfs: DfsServer
    ) -> None:
        written(lake, "f", b"")
        beyond = raw(dfs, "GET", "/lake/f", headers={"x-ms-range": "bytes=0-9"})
        assert (beyond.status, beyond.headers["x-ms-error-code"]) == (416, "InvalidRange")
        assert lake.get_file_client("f").download_file().readall() == b""

    def test_a_reader_may_demand_the_version_that_it_began_with(
        self, lake: FileSystemClient
    ) -> None:
        file = written(lake, "f")
        before = file.get_file_properties().etag
        written(lake, "f", b"other")
        with pytest.raises(ResourceModifiedError) as changed:
            file.download_file(etag=before, match_condition=MatchConditions.IfNotModified)
        assert code(changed.value) == (412, "ConditionNotMet")

    def test_a_reader_that_has_this_version_is_told_304(
        self, lake: FileSystemClient, dfs: DfsServer
    ) -> None:
        now = str(written(lake, "f").get_file_properties().etag)
        answer = raw(dfs, "GET", "/lake/f", headers={"If-None-Match": now})
        assert (answer.status, answer.body) == (304, b"")

    def test_an_overwritten_file_stops_a_download_in_the_middle(
        self, lake: FileSystemClient, connect: Connect
    ) -> None:
        file = written(lake, "f", bytes(1000))
        small = connect(max_single_get_size=400, max_chunk_get_size=400)
        chunks = small.get_file_client("lake", "f").download_file().chunks()
        next(chunks)
        file.upload_data(b"1" * 1000, overwrite=True)
        with pytest.raises(ResourceModifiedError):
            list(chunks)


class TestProperties:
    def test_a_directory_says_that_it_is_one(self, lake: FileSystemClient) -> None:
        folder = lake.create_directory("d")
        found = folder.get_directory_properties()
        assert found.metadata == {"hdi_isfolder": "true"}
        assert lake.get_directory_client("/").exists()

    def test_the_missing_are_missing_in_the_words_of_the_blob_endpoint(
        self, lake: FileSystemClient, dfs: DfsServer
    ) -> None:
        with pytest.raises(ResourceNotFoundError) as missing:
            lake.get_file_client("f").get_file_properties()
        assert code(missing.value) == (404, "BlobNotFound")
        assert raw(dfs, "GET", "/lake/f").body.startswith(b"<?xml")
        as_dfs = raw(dfs, "GET", "/lake/f", headers={"Accept": "application/json"})
        assert as_dfs.json["error"]["code"] == "PathNotFound"
        assert set(as_dfs.json["error"]["message"].replace("\n", ":").split(":")) >= {
            "The specified path does not exist.",
            "RequestId",
            "Time",
        }

    def test_rights_are_told_and_remembered(self, lake: FileSystemClient) -> None:
        file = written(lake, "f")
        assert file.get_access_control()["permissions"] == "rw-r-----"
        file.set_access_control(owner="somebody")
        assert file.get_access_control()["owner"] == "somebody"

    def test_real_names_lead_to_the_dfs_and_to_the_blob_host(
        self, dfs: DfsServer, connect: Connect, real_names: ToServer
    ) -> None:
        url = "https://hyggelake.dfs.core.windows.net"
        file = connect(url, transport=real_names).get_file_client("lake", "f")
        file.create_file()
        file.get_file_properties()
        assert real_names.hosts == [
            "hyggelake.dfs.core.windows.net",
            "hyggelake.blob.core.windows.net",
        ]
        assert [request.endpoint for request in dfs.log] == ["dfs", "blob"]

    def test_what_belongs_to_the_other_endpoint_is_refused(self, dfs: DfsServer) -> None:
        host = {"Host": "hyggelake.blob.core.windows.net"}
        assert raw(dfs, "PUT", "/lake/f?resource=file", headers=host).status == 400


class TestAccount:
    def hierarchical(self, dfs: DfsServer) -> bool:
        with BlobServiceClient(dfs.url, dfs.credential) as service:
            return bool(service.get_account_information()["is_hns_enabled"])

    def test_it_tells_whether_its_namespace_is_hierarchical(
        self, dfs: DfsServer, lake: FileSystemClient
    ) -> None:
        root = lake.get_directory_client("/")
        assert root.get_access_control()["owner"] == "$superuser"
        assert self.hierarchical(dfs)
        dfs.manners.flat = True
        assert not self.hierarchical(dfs)
        with pytest.raises(HttpResponseError) as flat:
            root.get_access_control()
        assert flat.value.status_code == 400

    def test_what_it_does_not_do_it_says(self, dfs: DfsServer) -> None:
        assert raw(dfs, "PUT", "/lake/f?comp=tags").status == 501
        assert raw(dfs, "PATCH", "/lake/f?action=setAccessControlRecursive").status == 501


class TestBlob:
    """Other clients write to the same account through its blob endpoint."""

    @pytest.fixture
    def blobs(self, dfs: DfsServer):
        with BlobServiceClient(dfs.url, dfs.credential, retry_total=0) as service:
            yield service.get_container_client("lake")

    def test_a_put_blob_is_one_step_and_may_replace_any_file(
        self, blobs, lake: FileSystemClient, dfs: DfsServer
    ) -> None:
        written(lake, "d/f", b"old")
        blobs.upload_blob("d/f", b"newer", overwrite=True)
        assert lake.get_file_client("d/f").download_file().readall() == b"newer"
        assert [seen.size for seen in dfs.changes.in_place("lake/d/f")] == [0, 3, 5]

    def test_blocks_are_refused_over_a_file_made_through_dfs(self, blobs, lake) -> None:
        written(lake, "f")
        with pytest.raises(HttpResponseError) as refused:
            blobs.get_blob_client("f").stage_block("MQ==", b"abc")
        assert code(refused.value) == (409, "InvalidOperation")

    def test_dfs_does_not_append_to_a_blob(self, blobs, lake: FileSystemClient) -> None:
        blob = blobs.get_blob_client("f")
        blob.stage_block("1", b"abc")
        blob.stage_block("2", b"def")
        blob.commit_block_list([BlobBlock("2"), BlobBlock("1")])
        file = lake.get_file_client("f")
        assert file.download_file().readall() == b"defabc"
        with pytest.raises(HttpResponseError) as refused:
            file.append_data(b"g", 6, 1)
        assert code(refused.value) == (409, "InvalidFlushOperation")

    def test_blobs_are_listed_flat_or_by_level(self, blobs, dfs: DfsServer) -> None:
        dfs.seed("lake", {"a/1": b"", "a/2": b"", "a/b/3": b"", "c": b""})
        assert [each.name for each in blobs.list_blobs("a/")] == ["a/1", "a/2", "a/b", "a/b/3"]
        dfs.manners.page_items = 2
        assert [each.name for each in blobs.walk_blobs("a/")] == ["a/1", "a/2", "a/b/"]
        assert [each.name for each in blobs.list_blobs()][-1] == "c"


@pytest.mark.bench
def test_how_fast_it_is(dfs: DfsServer) -> None:
    import http.client

    dfs.seed("lake", {"f": b"x"})
    connection = http.client.HTTPConnection("127.0.0.1", dfs.port)
    began = time.perf_counter()
    for _ in range(2000):
        connection.request("HEAD", "/lake/f", headers={"Authorization": "SharedKey a:b"})
        connection.getresponse().read()
    print(f"{2000 / (time.perf_counter() - began):.0f} small requests per second")  # noqa: T201
    connection.close()
