"""Rules of the names of data files: A4.2 (numbers), A4.3 (times)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from hygge_openmirroring.replay.order import by_time, number_of
from hygge_openmirroring.replay.zone import ZoneFile
from hygge_openmirroring.rules.book import Told, table_rule
from hygge_openmirroring.rules.facts import TableFacts


def _is_sequential(table: TableFacts) -> bool:
    told = table.metadata
    return told is None or (told.detection == "SequentialFileName" and not told.delimited)


@table_rule("name-malformed", "A4.2 D")
def name_malformed(table: TableFacts) -> Iterator[Told]:
    """Exactly twenty digits and the extension; whether others are ignored or fatal is unknown."""
    for file in table.table.data if _is_sequential(table) else ():
        if number_of(file.name) is None:
            fix = "take it away, or begin its name with _"
            yield file.path, "the name is not 20 digits (from 1) and .parquet", fix


@table_rule("name-unknown", "A4.1 D")
def name_unknown(table: TableFacts) -> Iterator[Told]:
    """A table of Parquet files holds nothing else."""
    if _is_sequential(table) or (table.metadata and table.metadata.delimited):
        return
    for file in table.table.data:
        if not file.name.endswith(".parquet"):
            yield file.path, "it is no .parquet file", "take it away, or begin its name with _"


@table_rule("number-missing", "A4.2 D")
def number_missing(table: TableFacts) -> Iterator[Told]:
    """A missing number holds up every later file of the table."""
    numbers = sorted(_numbers(table))
    if not _is_sequential(table) or not numbers:
        return
    gaps = (here + 1 for here, then in pairwise(numbers) if then > here + 1)
    if missing := next(gaps, None):
        behind = sum(number > missing for number in numbers)
        where = f"{table.table.folder}/{missing:020}.parquet"
        what = f"this number is missing, and {behind} files wait behind it"
        yield where, what, "publish that batch under this very name, or rebuild the table"


@table_rule("first-number-missing", "A4.2 D", "advice")
def first_number_missing(table: TableFacts) -> Iterator[Told]:
    """The first file is number 1. Afterwards it is processed, moved aside and removed."""
    numbers = _numbers(table)
    if _is_sequential(table) and numbers and min(numbers) > 1:
        where = f"{table.table.folder}/{min(numbers):020}.parquet"
        what = "the files before it are gone; if they never were, the table waits for number 1"
        yield where, what, "nothing, if the table is shown; its rows cannot be told from here"


@table_rule("number-twice", "A4.2 D")
def number_twice(table: TableFacts) -> Iterator[Told]:
    """A number is never used again."""
    known: dict[str, ZoneFile] = {}
    for file in (*table.table.data, *table.table.processed):
        before = known.setdefault(file.name, file)
        if before.bytes != file.bytes:
            what = f"{before.path} has the same name and another size"
            yield file.path, what, "rebuild the table: one of the two was never read"


@table_rule("same-second", "A4.3 D", "advice")
def same_second(table: TableFacts) -> Iterator[Told]:
    """Files are read in the order of their LastModified; equal ones have no order."""
    if table.metadata is None or table.metadata.detection != "LastUpdateTimeFileDetection":
        return
    for tied in by_time((*table.table.data, *table.table.processed)):
        if len(tied) > 1:
            others = ", ".join(file.name for file in tied[1:4])
            what = f"published in the same second as {others}: which is read first is unknown"
            yield tied[0].path, what, 'use file_detection = "sequential"'


def _numbers(table: TableFacts) -> set[int]:
    files = (*table.table.data, *table.table.processed)
    return {number for file in files if (number := number_of(file.name)) is not None}
