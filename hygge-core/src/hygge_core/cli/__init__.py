"""The command line. ``hygge --version``, ``--help`` and completion import only this and Typer."""

from __future__ import annotations

from collections.abc import Sequence

from hygge_core.cli import streams
from hygge_core.cli.invocation import Invocation


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; ``argv`` is without the program's name.

    Every error becomes one message on stderr with its hint, and a traceback only with ``-vv``.
    """
    invocation = Invocation()
    with streams.scrubbed():
        try:
            from hygge_core.cli.app import app

            app(args=argv, prog_name="hygge", obj=invocation)
        except SystemExit as over:
            return over.code if isinstance(over.code, int) else int(over.code is not None)
        except KeyboardInterrupt:  # before a run could take the signal: nothing has begun
            return 130
        except Exception as error:  # noqa: BLE001  # the last border: beyond it stands a person
            return streams.tell(error, trace=invocation.verbosity >= 2)
    return 0
