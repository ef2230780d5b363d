"""The command line. ``hygge --version``, ``--help`` and completion import only this and Typer."""

from __future__ import annotations

import atexit
import gc
from collections.abc import Sequence

from hygge_core.cli import leaving, streams
from hygge_core.cli.invocation import Invocation

_OBJECTS_OF_A_START = 1_000_000


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; ``argv`` is without the program's name.

    Every error becomes one message on stderr with its hint, and a traceback only with ``-vv``.
    Without ``argv`` the process is this command's own: it ends here where it could not by itself.
    """
    code = _run(argv)
    if argv is None:
        leaving.leave(code)
    return code


def _run(argv: Sequence[str] | None) -> int:
    invocation = Invocation()
    _spare_looks_for_rubbish()
    with streams.scrubbed():
        try:
            from hygge_core.cli.app import app

            app(args=argv, prog_name="hygge", obj=invocation)
        except SystemExit as over:
            return over.code if isinstance(over.code, int) else int(over.code is not None)
        except KeyboardInterrupt:  # before a run could take the signal: nothing has begun
            return 130
        except BaseException as error:  # noqa: BLE001  # the last border: beyond stands a person
            return streams.tell(error, trace=invocation.verbosity >= 2)
    return 0


def _spare_looks_for_rubbish() -> None:
    """A start makes what stays, and the end of a process gives all back at once, rubbish or not.

    To look all of it through for what may go was a fifth of the CPU time of a small run.
    """
    gc.set_threshold(_OBJECTS_OF_A_START)
    atexit.unregister(gc.freeze)
    atexit.register(gc.freeze)
