"""What tests ask of a server again and again, in a word each."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from email.message import Message
from typing import Any

from attrs import frozen
from azure.core.exceptions import HttpResponseError
from azure.storage.filedatalake import DataLakeFileClient, FileSystemClient

from .server import DfsServer


def written(lake: FileSystemClient, path: str, data: bytes = b"abc") -> DataLakeFileClient:
    """A file made as the SDK makes one: create, append, flush."""
    file = lake.get_file_client(path)
    file.create_file()
    if data:
        file.append_data(data, 0, len(data))
        file.flush_data(len(data))
    return file


def code(error: HttpResponseError) -> tuple[int | None, str]:
    """The status and the service's own word."""
    response: Any = error.response
    return error.status_code, response.headers["x-ms-error-code"]


def why(lake: FileSystemClient) -> tuple[int | None, str]:
    """Why the server does not let this client in: see ``code``."""
    try:
        list(lake.get_paths())
    except HttpResponseError as refused:
        return code(refused)
    raise AssertionError("it was let in")


@frozen
class Answer:
    """An answer as it came over the wire."""

    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def raw(
    server: DfsServer,
    method: str,
    target: str,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """One request without the SDK, let in by an account key that nobody verifies."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request(
            method, target, body, {"Authorization": "SharedKey a:b", **(headers or {})}
        )
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()
