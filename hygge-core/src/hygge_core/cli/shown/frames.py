"""``hygge preview`` on the screen."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import polars as pl

from hygge_core.cli import streams
from hygge_core.task import exit_code
from hygge_core.types.calendar import PYTHONS, any_outside, is_moment
from hygge_core.types.nested import with_leaves

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hygge_core.cli.invocation import Invocation
    from hygge_core.operate.preview import Previewed

_UNBOUNDED = 65_535


def give_previews(said: Invocation, previews: Iterable[Previewed]) -> int:
    """Print the rows of each as they come; the exit code is that of what failed."""
    failures = []
    for each in previews:
        if each.rows is not None:
            _give_frame(said, each.name, each.rows)
        elif each.failure is not None:
            failure = each.failure
            failures.append(failure)
            if each.error is not None and said.verbosity >= 2:
                streams.trace_back(each.error)
            streams.complain(f"{each.name}: {failure.text}", failure.hint, failure.notes)
    return exit_code(failures)


def _give_frame(said: Invocation, name: str, frame: pl.DataFrame) -> None:
    """A table, or with ``--json`` one JSON object for each row.

    A column with a moment that Python's calendar does not have is shown in its units since 1970.
    """
    frame = frame.with_columns(
        each.cast(with_leaves(each.dtype, _counted))
        for each in frame.iter_columns()
        if any_outside(each, PYTHONS)
    )
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


def _counted(dtype: pl.DataType) -> pl.DataType:
    return pl.Int64() if is_moment(dtype) else dtype
