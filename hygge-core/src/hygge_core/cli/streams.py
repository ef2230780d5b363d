"""How the command line speaks: data to stdout, talk to stderr, secrets nowhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import isfinite
from typing import Any, TextIO, cast

from hygge_core.cli import wording
from hygge_core.cli.terminal import paint
from hygge_core.secrets import scrub

#: How Python and JavaScript write what is no number in JSON.
_NO_NUMBERS = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


class _Scrubbed:
    """A text stream that writes what it is given without the secrets in it.

    Where the reader of its pipe has gone, what is written goes nowhere: no command ends for that.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with self._unread():
            self._stream.write(scrub(text))
        return len(text)

    def flush(self) -> None:
        with self._unread():
            self._stream.flush()

    @contextmanager
    def _unread(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:  # what is buffered by now would raise it again
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)

    def writelines(self, lines: Sequence[str]) -> None:
        self.write("".join(lines))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def scrubbed() -> Iterator[None]:
    """Let everything that the block prints, on either stream, pass through ``secrets.scrub``."""
    plain = sys.stdout, sys.stderr
    for stream in plain:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a pipe in ASCII must not stop a run
    sys.stdout, sys.stderr = (cast(TextIO, _Scrubbed(stream)) for stream in plain)
    try:
        yield
        sys.stdout.flush()
    finally:
        sys.stdout, sys.stderr = plain


def give(text: str, *, mark: str = "", style: str = "") -> None:
    """Print data; ``mark`` stands before it, in a house style where there are colours."""
    shown = wording.tame(scrub(text)) if sys.stdout.isatty() else text
    sys.stdout.write(f"{paint(mark, style, sys.stdout)}{shown}\n")


def give_json(plain: Any) -> None:
    """Print data as one JSON document."""
    import json

    give(json.dumps(clean(plain), indent=2, ensure_ascii=False, default=_as_text))


def give_line(plain: Any) -> None:
    """Print data as one line of JSON, at once: whoever reads the pipe sees it when it happens."""
    import json

    give(json.dumps(clean(plain), ensure_ascii=False, separators=(",", ":"), default=_as_text))
    sys.stdout.flush()


def _as_text(value: Any) -> str:
    """What JSON has no word for: times as ISO text, bytes in hexadecimal digits."""
    if isinstance(value, bytes):
        return value.hex()
    return str(value.isoformat() if hasattr(value, "isoformat") else value)


def say(text: str, style: str = "") -> None:
    """Print talk, in a house style (see :mod:`hygge_core.cli.terminal`) where there are colours."""
    sys.stderr.write(f"{paint(wording.tame(scrub(text)), style, sys.stderr)}\n")
    sys.stderr.flush()


def clean(plain: Any) -> Any:
    """Plain JSON without secrets, before quoting could hide one from ``scrub``.

    What is no number in JSON is a text: NaN and the infinite ones.
    """
    if isinstance(plain, str):
        return scrub(plain)
    if isinstance(plain, float) and not isfinite(plain):
        return _NO_NUMBERS[str(plain)]
    if isinstance(plain, dict):
        return {clean(key): clean(value) for key, value in plain.items()}
    if isinstance(plain, list | tuple):
        return [clean(value) for value in plain]
    return plain


def trace_back(error: BaseException) -> None:
    """Say where an error was raised, in whose code: for ``-vv``."""
    import traceback

    say("".join(traceback.format_exception(error)).rstrip())


def tell(error: BaseException, *, trace: bool) -> int:
    """Say what went wrong and what to try; return the exit code that belongs to it."""
    from hygge_core.errors import HyggeError
    from hygge_core.failures import failure_of
    from hygge_core.task import exit_code

    if trace:
        trace_back(error)
    if isinstance(error, HyggeError):
        complain(str(error), error.hint, getattr(error, "__notes__", ()))
    else:
        complain(
            f"{type(error).__name__}: {error}",
            "this should not have happened: run it again with -vv and report what it prints",
        )
    return exit_code([failure_of(error)])


def complain(text: str, hint: str | None, notes: Sequence[str] = ()) -> None:
    """Say an error as a person reads it: what happened, where, what to try."""
    lines = [text, *(f"  {note}" for note in notes), *([f"  try: {hint}"] if hint else [])]
    sys.stderr.write(paint("error: ", "bad", sys.stderr))
    say("\n".join(lines))
