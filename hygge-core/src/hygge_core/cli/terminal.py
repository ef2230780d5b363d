"""What may be done with the terminal that a stream leads to, if it leads to one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TextIO

_STYLES = {"bad": "1;31", "good": "32", "warn": "33", "dim": "2", "bold": "1"}


def lively(stream: TextIO, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether lines may be drawn over: a terminal that is neither dumb nor a CI's log."""
    if environ.get("TERM") == "dumb" or environ.get("CI"):
        return False
    return stream.isatty() and (os.name != "nt" or "WT_SESSION" in environ or "TERM" in environ)


def colourful(stream: TextIO, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether colours are welcome: see https://no-color.org."""
    return lively(stream, environ) and not environ.get("NO_COLOR")


def paint(text: str, style: str, stream: TextIO) -> str:
    """``text`` in a house style (bad, good, warn, dim, bold) where ``stream`` takes colours."""
    if not (style and text and colourful(stream)):
        return text
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m"
