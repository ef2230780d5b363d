"""``python -m tds``: a server for ``TdsProcess``, or for a look by hand; ends with its input."""

from __future__ import annotations

import argparse
import json
import resource
import sys
from pathlib import Path
from typing import Any

from .errors import SqlError
from .server import TdsServer


def main() -> None:
    parser = argparse.ArgumentParser(prog="tds", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    with TdsServer(port=arguments.port, folder=arguments.folder) as server:
        _say({"port": server.port, "connect": server.connection_string()})
        for line in sys.stdin:
            try:
                _say({"told": _done(server, json.loads(line))})
            except SqlError as error:
                _say({"error": str(error)})


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer, default=str) + "\n")
    sys.stdout.flush()


def _done(server: TdsServer, asked: dict[str, Any]) -> Any:
    match asked["do"]:
        case "fail":
            server.fail(asked["point"], **asked["fields"])
        case "clear":
            server.faults.clear()
        case "cut":
            server.cut()
        case "rows":
            return server.rows(asked["table"])
        case "execute":
            server.execute(asked["sql"])
        case "log":
            return [(entry.spid, entry.kind, entry.sql) for entry in server.log.entries]
        case "usage":
            used = resource.getrusage(resource.RUSAGE_SELF)
            return {"cpu_seconds": used.ru_utime + used.ru_stime, "peak_mb": used.ru_maxrss / 1024}
    return None


if __name__ == "__main__":
    main()
