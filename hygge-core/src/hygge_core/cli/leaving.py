"""The end of the process, where a thread still hangs in somebody's code."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

_GRACE_SECONDS = 1.0


def leave(code: int) -> None:
    """End the process at once where a job was left behind; else return, and it ends in good order.

    All that was opened is closed by now, and all is told. What Python does at its end would wait
    for the job: a driver closes its connections there, and cannot close the one that hangs.
    """
    crew = sys.modules.get("hygge_core.engine.threads.crew")  # what moves nothing has not loaded it
    if crew is None or not crew.left_behind(_GRACE_SECONDS):
        return
    import logging

    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # its reader has gone
            stream.flush()
    os._exit(code)
