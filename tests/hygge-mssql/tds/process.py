"""The server in a process of its own: for SIGKILL, and so that it takes no GIL from the client.

Lines of JSON go both ways over its standard streams: what is asked, what the server says.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from .log import Entry, Log
from .server import PASSWORD, USER

_ABOVE = Path(__file__).resolve().parents[1]
_FOUND = os.pathsep.join(map(str, (_ABOVE, _ABOVE.parent / "doubles")))


class ServerSaid(Exception):
    """The server's answer to a question was an error."""


class TdsProcess:
    """As ``TdsServer``, of which it has the most used: fail, clear, log, rows, execute, cut, kill.

    ``folder``: databases as files, which ``kill`` and ``start`` leave as they were committed.
    """

    def __init__(self, *, folder: Path | None = None, port: int = 0) -> None:
        self.host, self.port = "127.0.0.1", port
        self.user, self.password = USER, PASSWORD
        self.database = "hygge"
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None
        self._turn = threading.Lock()

    def start(self) -> TdsProcess:
        words = [sys.executable, "-m", "tds", "--port", str(self.port)]
        if self._folder:
            words += ["--folder", str(self._folder)]
        environment = {**os.environ, "PYTHONPATH": _FOUND}
        self._process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=_ABOVE,
        )
        self.port = int(self._answer()["port"])
        return self

    def kill(self) -> None:
        """SIGKILL: nothing of the server says goodbye."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._wait()

    def close(self) -> None:
        if self._process is not None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            self._wait()

    def _wait(self) -> None:
        process, self._process = self._process, None
        assert process is not None
        process.wait(30)
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()

    def __enter__(self) -> TdsProcess:
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.close()

    def fail(self, point: str, /, **fields: Any) -> None:
        """Plan a fault, as ``TdsServer.fail``; ``error`` is a number."""
        self._ask("fail", point=point, fields=fields)

    def clear(self) -> None:
        self._ask("clear")

    def cut(self) -> None:
        self._ask("cut")

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """As ``TdsServer.rows``; what JSON does not have is text."""
        return [tuple(row) for row in self._ask("rows", table=table)]

    def execute(self, sql: str) -> None:
        self._ask("execute", sql=sql)

    @property
    def log(self) -> Log:
        """What it was asked since it started: who, how and what. Of a killed one, nothing."""
        log = Log()
        if self._process is None:
            return log
        for spid, kind, sql in self._ask("log"):
            log.add(Entry(spid, kind, sql))
        return log

    def usage(self) -> dict[str, float]:
        """CPU seconds and the largest resident size (MB) of the server so far."""
        return dict(self._ask("usage"))

    def connection_string(self) -> str:
        password = self.password.replace("}", "}}")
        return (
            f"Server={self.host},{self.port};Database={self.database};UID={self.user};"
            f"PWD={{{password}}};Encrypt=no;TrustServerCertificate=yes"
        )

    def _ask(self, what: str, **more: Any) -> Any:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        with self._turn:
            process.stdin.write(json.dumps({"do": what, **more}) + "\n")
            process.stdin.flush()
            answer = self._answer()
        if "error" in answer:
            raise ServerSaid(answer["error"])
        return answer.get("told")

    def _answer(self) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise ServerSaid("the server has gone")
        answer: dict[str, Any] = json.loads(line)
        return answer
