"""A home that hands over whole Parquet files: they are what it reads, to the last byte."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import polars as pl
import pytest

from hygge_core.protocols import GivesFiles, Home
from hygge_core.testing.promises import keep, same
from hygge_core.testing.walk import MORE, OLD
from hygge_core.watermark import mark_of

if TYPE_CHECKING:
    from hygge_core.protocols import GivenFile
    from hygge_core.testing.homes.place import HomePlace


class HomeFiles:
    """The part of ``HomeContract`` for homes that are ``GivesFiles``."""

    def test_its_files_are_what_it_reads(self, place: HomePlace) -> None:
        with _giving(place) as home:
            ask = place.ask()
            assert isinstance(home, Home)
            told, files = home.schema(ask), list(home.files(ask))
            names = [file.name for file in files]
            keep(len(set(names)) == len(names), "no two files have one name", names)
            frames = []
            for file in files:
                content = b"".join(bytes(piece) for piece in file.pieces())
                keep(len(content) == file.bytes, "GivenFile.bytes is its size", file.name)
                end = hashlib.sha256(content[-file.footer_bytes :]).hexdigest()
                keep(end == file.footer_sha256, "footer_sha256 is of its last footer_bytes")
                frames.append(pl.read_parquet(io.BytesIO(content)))
                keep(frames[-1].height == file.rows, "GivenFile.rows counts its rows", file.name)
                keep(frames[-1].schema == file.schema == told, "its schema is what Polars reads")
            same(pl.concat(frames), _all(place), "the files of a home hold what it reads")

    def test_what_was_handed_over_is_not_read_again(self, place: HomePlace) -> None:
        with _giving(place) as home:
            ask = place.ask()
            files = list(home.files(ask))
            for given in (files[:0], files[:1], files):
                names = [file.name for file in given]
                taken = sum(file.rows for file in given)
                left = sum(pl.DataFrame(each).height for each in home.read_without(ask, names))
                promise = "read_without() reads the rows of all other files, and no other"
                keep(left + taken == _all(place).height, promise, (names, left))

    def test_a_files_span_is_exact(self, place: HomePlace) -> None:
        with _giving(place) as home:
            for file in home.files(place.ask()):
                _spans(file)


def _spans(file: GivenFile) -> None:
    rows = pl.read_parquet(io.BytesIO(b"".join(bytes(piece) for piece in file.pieces())))
    span = file.span("id")
    ids = rows["id"].drop_nulls()
    wanted = (mark_of(ids.min(), ids.dtype), mark_of(ids.max(), ids.dtype))
    keep((span.lowest, span.highest) == wanted, "a span is exact, or not told at all", span)
    keep(span.unusable == rows["id"].null_count(), "a span counts what has no value", span)
    assert span.highest is not None
    found = [pl.DataFrame(each) for each in file.rows_at("id", span.highest, ["id", "name"])]
    at = rows.filter(pl.col("id") == ids.max()).select("id", "name")
    same(pl.concat(found).drop_nulls("id"), at, "rows_at() gives every row that lies at the mark")


def _all(place: HomePlace) -> pl.DataFrame:
    return OLD if place.subject.parts is None else pl.concat([OLD, MORE])


@contextmanager
def _giving(place: HomePlace) -> Iterator[GivesFiles]:
    """The home, over two parts where it has such; skips where it gives no files."""
    if place.subject.parts is None:
        place.offer(OLD)
    else:
        place.offer_parts(OLD, MORE)
    with place.opened() as home:
        if not isinstance(home, GivesFiles):
            pytest.skip("it has no whole files to give")
        yield home


__all__ = ["HomeFiles"]
