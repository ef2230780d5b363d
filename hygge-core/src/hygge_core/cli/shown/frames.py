"""``hygge preview`` on the screen."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import polars as pl

from hygge_core.cli import streams

if TYPE_CHECKING:
    from hygge_core.cli.invocation import Invocation

_UNBOUNDED = 65_535


def give_frame(said: Invocation, name: str, frame: pl.DataFrame) -> None:
    """Print ``frame``: a table, or with ``--json`` one JSON object for each row."""
    if said.json:
        for row in frame.iter_rows(named=True):
            streams.give_line({"entity": name, "row": row})
        return
    streams.say(name, "bold")
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _UNBOUNDED
    with pl.Config(
        fmt_str_lengths=60,
        tbl_rows=-1,
        tbl_cols=-1,
        tbl_width_chars=width,
        tbl_hide_dataframe_shape=True,
    ):
        streams.give(str(frame))
