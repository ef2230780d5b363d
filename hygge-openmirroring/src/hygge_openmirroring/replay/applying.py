"""Rows applied to a table in their order, by key (A5, A7), many files at a time.

Of each key, the last row that is an update, delete or upsert settles what went before, and inserts
after it are appended: so a table's growth is sorted once for many files, not walked row by row.
"""

from __future__ import annotations

import polars as pl
from attrs import frozen

#: Columns of its own: the operation, the file's place in the order, the tick that files of equal
#: time share, and whether the file lacks a column of the table.
OP, FILE, TICK, PARTIAL = "__op", "__file", "__tick", "__partial"
OWN = {OP: pl.Int8, FILE: pl.Int32, TICK: pl.Int32, PARTIAL: pl.Boolean}
INSERT, UPDATE, DELETE, UPSERT = 0, 1, 2, 4
_KEY, _ROW = "__key", "__row"


@frozen
class Doubt:
    """The first file (its place in the order) whose effect nobody has documented, and why."""

    file: int
    rule: str
    why: str


def applied(live: pl.DataFrame, rows: pl.DataFrame, keys: tuple[str, ...]) -> pl.DataFrame | Doubt:
    """``live`` after ``rows``, which are in order and carry ``OWN``. Row order tells nothing."""
    settles = rows.filter(pl.col(OP) != INSERT)
    if settles.is_empty():
        return pl.concat([live, rows.drop(list(OWN))], how="diagonal")
    touched = settles.select(keys).unique().with_row_index(_KEY)
    everything = pl.concat([_as_rows(live), rows], how="diagonal").with_row_index(_ROW)
    joining = {"on": list(keys), "nulls_equal": True}
    others = everything.join(touched, how="anti", **joining)  # type: ignore[arg-type]
    story = everything.join(touched, how="inner", **joining).sort(_KEY, _ROW)  # type: ignore[arg-type]
    del everything
    told = _told(story, keys)
    if (doubt := _doubt(told)) is not None:
        return doubt
    kept = told.filter(pl.col("__kept")).select(live_columns(others))
    return pl.concat([others.select(live_columns(others)), kept])


def live_columns(frame: pl.DataFrame) -> list[str]:
    """The columns that are the table's."""
    return [name for name in frame.columns if name not in (*OWN, _ROW, _KEY)]


def _as_rows(live: pl.DataFrame) -> pl.DataFrame:
    """What is there already, as inserts of a file before all others."""
    return live.with_columns(
        pl.lit(INSERT, OWN[OP]).alias(OP),
        pl.lit(-1, OWN[FILE]).alias(FILE),
        pl.lit(-1, OWN[TICK]).alias(TICK),
        pl.lit(False).alias(PARTIAL),
    )


def _told(story: pl.DataFrame, keys: tuple[str, ...]) -> pl.DataFrame:
    """The rows of touched keys, each key's together and in order, with what each finds and does.

    ``__found`` is how many live rows of its key it meets; ``__kept`` whether it is live in the end:
    a table has columns of its own, which may well be called ``at`` or ``found``.
    """
    settles, upserts = pl.col(OP) != INSERT, pl.col(OP).is_in([UPDATE, UPSERT])
    first = (pl.col(_KEY) != pl.col(_KEY).shift(1)).fill_null(True)
    story = story.with_columns(
        __settles=settles, __at=pl.int_range(pl.len()), __first=first, __odd=_odd(story, keys)
    )
    # A stretch is what lies between two rows that settle, or a key's ends: inserts, and the row
    # that the last settling one left.
    begins = pl.col("__first") | pl.col("__settles").shift(1, fill_value=False)
    left_one = ~pl.col("__first") & upserts.shift(1, fill_value=False)
    story = story.with_columns(
        __start=pl.when(begins).then(pl.col("__at")).forward_fill(),
        __one=pl.when(begins).then(left_one.cast(pl.Int64)).forward_fill(),
    ).with_columns(__found=pl.col("__at") - pl.col("__start") + pl.col("__one"))
    last = pl.when("__settles").then(pl.col("__at")).max().over(_KEY).fill_null(-1)
    return story.with_columns(
        __kept=(pl.col("__at") > last) | ((pl.col("__at") == last) & upserts),
        __tied=_tied(story),
    )


def _tied(story: pl.DataFrame) -> pl.Expr:
    """Whether a row's key is changed by several files of one tick."""
    files = story.select(TICK, FILE).unique()
    if files.height == files[TICK].n_unique():
        return pl.lit(False)
    together = (_KEY, TICK)
    return pl.col("__settles").any().over(together) & (pl.col(FILE).n_unique().over(together) > 1)


def _odd(story: pl.DataFrame, keys: tuple[str, ...]) -> pl.Expr:
    """Whether a key holds NULL or NaN, whose match is not documented (F)."""
    found = [pl.col(key).is_null() for key in keys]
    found += [pl.col(key).is_nan().fill_null(False) for key in keys if story[key].dtype.is_float()]
    return pl.any_horizontal(found)


def _doubt(told: pl.DataFrame) -> Doubt | None:
    met = pl.col("__settles") & (pl.col("__found") > 0)
    cases = {
        ("A4.3 U", "files of one second change the same key, and have no order"): pl.col("__tied"),
        ("A7 U", "a row changes a key of which several rows are live"): met
        & (pl.col("__found") > 1),
        ("A5 U", "a row changes a key that holds NULL or NaN"): met & pl.col("__odd"),
        ("A5 D", "a row replaces another without carrying all columns"): met
        & pl.col(PARTIAL)
        & (pl.col(OP) != DELETE),
    }
    doubts = []
    for (rule, why), holds in cases.items():
        file = told.filter(holds)[FILE].min()
        if file is not None:
            doubts.append(Doubt(int(file), rule, why))  # type: ignore[arg-type]
    return min(doubts, key=lambda doubt: doubt.file, default=None)
