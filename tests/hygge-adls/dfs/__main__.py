"""``python -m dfs``: the server as a process, for tests that kill it or outlive it.

Prints its URL and its account key as one line of JSON, then serves until SIGTERM or SIGINT.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys

from .account import Manners
from .server import DfsServer


def main() -> None:
    """Serve until told to stop."""
    options = _options()
    signals = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)  # before the server's thread inherits it
    manners = Manners(**json.loads(options.manners))
    with DfsServer(filesystems=options.filesystem, manners=manners, port=options.port) as server:
        server.seed(options.filesystem[0], dict.fromkeys(options.directory))
        for fault in options.fault:
            server.faults.add(**json.loads(fault))
        sys.stdout.write(json.dumps({"url": server.url, **server.credential}) + "\n")
        sys.stdout.flush()
        signal.sigwait(signals)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m dfs", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any that is free")
    parser.add_argument("--filesystem", action="append", help="made at the start; repeatable")
    parser.add_argument("--directory", action="append", default=[], help="in the first filesystem")
    parser.add_argument("--manners", default="{}", help="JSON of the fields of Manners")
    parser.add_argument("--fault", action="append", default=[], help="JSON of a Fault; repeatable")
    options = parser.parse_args()
    options.filesystem = options.filesystem or ["lake"]
    return options


if __name__ == "__main__":
    main()
