"""``python contestants.py NAME URL KEY FOLDER``: upload the files of FOLDER; prints the seconds.

Each writes to the filesystem ``lake``, below ``out/``. What is imported and connected before the
clock starts is not measured; the first request of each is, for a connection costs a round trip.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

Upload = Callable[[Sequence[Path]], None]


def hygge(url: str, key: str) -> Upload:
    """As the stores do it, several files at once: staged, looked at, renamed to their names."""
    import os

    from hygge_adls import LakeShelf
    from hygge_adls.account import Account
    from hygge_adls.settings.connections import AdlsConnection
    from hygge_core.config import structure
    from hygge_core.staged import Convoy

    os.environ["BENCH_KEY"] = key
    told = {"account_url": url, "auth": "key", "key": {"env": "BENCH_KEY"}}
    shelf = LakeShelf(Account(structure(AdlsConnection, told)).lake("lake"), "out")

    def upload(files: Sequence[Path]) -> None:
        def staged(path: Path) -> str:
            name = f".hygge/stage/run/files/{path.name}"
            with shelf.staging_file(name) as place:
                place.hardlink_to(path)
            entry = shelf.entry(name)
            assert entry is not None
            assert entry.bytes == path.stat().st_size
            return entry.etag

        convoy: Convoy[str] = Convoy(shelf.files_at_once)
        for path in files:
            convoy.room()
            convoy.send(partial(staged, path))
        renames: Convoy[None] = Convoy(shelf.files_at_once)
        for path, etag in zip(files, convoy.arrived(), strict=True):
            source = f".hygge/stage/run/files/{path.name}"
            renames.room()
            renames.send(partial(shelf.rename, source, path.name, etag=etag))
        renames.arrived()

    return upload


def sdk(url: str, key: str) -> Upload:
    """The plain SDK: one file after the other, with its defaults."""
    return _sdk(url, key)


def sdk_in_parallel(url: str, key: str) -> Upload:
    """The plain SDK with the settings that hygge uses for a file: three blocks of 8 MiB at once."""
    return _sdk(url, key, chunk_size=8 << 20, max_concurrency=3)


def _sdk(url: str, key: str, **how: int) -> Upload:
    from azure.storage.filedatalake import DataLakeServiceClient

    service = DataLakeServiceClient(url, {"account_name": "hyggelake", "account_key": key})
    lake = service.get_file_system_client("lake")

    def upload(files: Sequence[Path]) -> None:
        for path in files:
            with path.open("rb") as stream:
                client = lake.get_file_client(f"out/{path.name}")
                client.upload_data(stream, length=path.stat().st_size, overwrite=True, **how)

    return upload


def adlfs(url: str, key: str) -> Upload:
    """adlfs: fsspec over the blob endpoint, with its defaults; it sends several files at once."""
    from adlfs import AzureBlobFileSystem

    told = (
        f"DefaultEndpointsProtocol=http;AccountName=hyggelake;AccountKey={key};BlobEndpoint={url}"
    )
    lake = AzureBlobFileSystem(connection_string=told)

    def upload(files: Sequence[Path]) -> None:
        lake.put([str(path) for path in files], [f"lake/out/{path.name}" for path in files])

    return upload


def obstore(url: str, key: str) -> Upload:
    """obstore: Rust over the blob endpoint, one file after the other, with its defaults."""
    from obstore.store import AzureStore

    lake = AzureStore(
        "lake",
        account_name="hyggelake",
        account_key=key,
        endpoint=url,
        client_options={"allow_http": True},
    )

    def upload(files: Sequence[Path]) -> None:
        for path in files:
            lake.put(f"out/{path.name}", path)

    return upload


CONTESTANTS = {each.__name__: each for each in (sdk, sdk_in_parallel, hygge, adlfs, obstore)}


def main(name: str, url: str, key: str, folder: str) -> None:
    """Upload, and tell how long it took."""
    files = sorted(Path(folder).iterdir())
    upload = CONTESTANTS[name](url, key)
    began = time.perf_counter()
    upload(files)
    sys.stdout.write(f"{time.perf_counter() - began}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
