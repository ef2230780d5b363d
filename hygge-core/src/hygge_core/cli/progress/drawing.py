"""Lines at the bottom of a terminal that are drawn over themselves.

Rich's own ``Live`` leaves torn lines behind when a window becomes narrower, because the terminal
wraps what was drawn. This one counts how many lines the last frame has become.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

from rich.console import Console, RenderableType
from rich.text import Text

_HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"
_ERASE_BELOW = "\x1b[J"


class Drawing:
    """Draws ``frame()`` several times a second until the block is left; then it is gone."""

    def __init__(
        self, console: Console, frame: Callable[[], RenderableType], *, seconds: float = 0.125
    ) -> None:
        self._console = console
        self._frame = frame
        self._seconds = seconds
        self._widths: list[int] = []  # of the lines on the screen, in cells
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._clock = threading.Thread(target=self._tick, name="drawing", daemon=True)

    def __enter__(self) -> Drawing:
        self._write(_HIDE_CURSOR)
        self._clock.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._over.set()
        self._clock.join()
        self._write(self._erasing() + SHOW_CURSOR)

    def above(self, text: Text) -> None:
        """Leave ``text`` standing above the drawing."""
        with self._lock:
            self._write(self._erasing() + self._rendered(text) + self._drawing())

    def _tick(self) -> None:
        with suppress(OSError):  # the terminal has gone; the run goes on
            while not self._over.wait(self._seconds):
                with self._lock:
                    self._write(self._erasing() + self._drawing())

    def _drawing(self) -> str:
        drawn = self._rendered(self._frame()).rstrip("\n")
        self._widths = [Text.from_ansi(line).cell_len for line in drawn.split("\n")]
        return drawn

    def _erasing(self) -> str:
        """Back to the first line of the last frame, however the terminal has wrapped it since."""
        columns = max(1, self._console.width)
        height = sum(max(1, -(-width // columns)) for width in self._widths)
        self._widths = []
        up = f"\x1b[{height - 1}A" if height > 1 else ""
        return f"\r{up}{_ERASE_BELOW}" if height else ""

    def _rendered(self, renderable: RenderableType) -> str:
        with self._console.capture() as captured:
            self._console.print(renderable)
        return captured.get()

    def _write(self, text: str) -> None:
        self._console.file.write(text)
        self._console.file.flush()
