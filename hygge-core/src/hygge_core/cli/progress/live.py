"""Progress drawn over itself, for a person at a terminal: a line per running entity."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from hygge_core import events
from hygge_core.cli import wording
from hygge_core.cli.progress.board import Board, Line
from hygge_core.cli.progress.drawing import Drawing
from hygge_core.cli.progress.lines import sentence
from hygge_core.secrets import scrub

_STYLES = {"bad": "bold red", "warn": "yellow", "good": "green", "dim": "dim", "bold": "bold"}
_WIDEST = 110
#: The columns beside the name: from which width on they are shown, and the cells they take.
_AT_LEAST = {"bar": 76, "rows": 30, "rate": 60, "elapsed": 40, "step": 50}
_ROOM = {"bar": 18, "rows": 15, "rate": 8, "elapsed": 8, "step": 9}


class Live:
    """An observer that draws what runs, and leaves behind a line for each trouble.

    The drawing is gone when the block is left. It asks for the terminal's size with each frame.
    """

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(file=sys.stderr, highlight=False)
        self.board = Board()
        self._drawing = Drawing(self.console, self.frame)

    def __enter__(self) -> Live:
        self._drawing.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        self._drawing.__exit__()

    def __call__(self, event: events.Event) -> None:
        self.board(event)
        said = sentence(event)
        if said and (said[0] in {"bad", "warn"} or isinstance(event, events.RunStarted)):
            self.say(said[1], _STYLES[said[0]])

    def say(self, text: str, style: str = "") -> None:
        """Leave ``text`` standing above the drawing."""
        self._drawing.above(Text(wording.tame(scrub(text)), style=style))

    def frame(self) -> RenderableType:
        width, height = self.console.size
        with self.board.lock:
            return Group(*_drawn(self.board, min(width - 1, _WIDEST), height))


def _drawn(board: Board, width: int, height: int) -> Iterator[RenderableType]:
    """As many running entities as fit above the footer, the ones that began first on top."""
    lines = list(board.lines.values())
    room = max(1, height - 4)
    if lines:
        yield _table(board, lines[:room], width)
    if len(lines) > room:
        yield Text(f"… and {len(lines) - room} more", style="dim")
    yield Text(_footer(board), style="bold", no_wrap=True, overflow="ellipsis")


def _table(board: Board, lines: list[Line], width: int) -> Table:
    """Only as wide as it must be: a line that ends early is not wrapped by a shrinking window."""
    table = Table.grid(padding=(0, 2, 0, 0))
    shown = [word for word, at_least in _AT_LEAST.items() if width >= at_least]
    room = width - sum(_ROOM[word] for word in shown)
    table.add_column(max_width=room, no_wrap=True, overflow="ellipsis")
    for word in shown:
        table.add_column(min_width=_ROOM[word] - 2, no_wrap=True)
    for line in lines:
        cells = _cells(line, board)
        table.add_row(Text(wording.tame(line.name)), *(cells[word] for word in shown))
    return table


def _cells(line: Line, board: Board) -> dict[str, RenderableType]:
    reading = board.seconds(line.read_since) if line.read_since is not None else 0.0
    total = line.expected_rows or None
    return {
        "bar": ProgressBar(total=total, completed=line.rows, width=16, pulse=total is None),
        "rows": Text(wording.rows(line.rows), justify="right"),
        "rate": Text(wording.rate(line.rows, reading), justify="right", style="cyan"),
        "elapsed": Text(wording.span(board.seconds(line.began)), justify="right", style="dim"),
        "step": Text(line.step, style="dim"),
    }


def _footer(board: Board) -> str:
    rows = board.rows + sum(line.rows for line in board.lines.values())
    told = [f"{board.finished} of {board.total} finished"]
    if board.failed:
        told.append(f"{board.failed} failed")
    return " · ".join([*told, wording.rows(rows), wording.span(board.seconds(board.began))])
