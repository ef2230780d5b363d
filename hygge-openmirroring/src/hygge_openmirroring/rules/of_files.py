"""Rules of one file: A4.1 (codecs), A4.5 (whole files), A9 (types)."""

from __future__ import annotations

from collections.abc import Iterator

from hygge_openmirroring.replay.footers import CODECS, MARKER
from hygge_openmirroring.rules.book import Told, table_rule
from hygge_openmirroring.rules.facts import TableFacts

_AGAIN = "delete it, and publish a whole file under the same name"


@table_rule("zero-bytes", "A4.5 D")
def zero_bytes(table: TableFacts) -> Iterator[Told]:
    """Seen as "Parquet file size is 0 bytes"; the error stays."""
    for each in table.files:
        if not each.file.bytes:
            yield each.file.path, "the file has zero bytes", _AGAIN


@table_rule("not-whole", "A4.5 D")
def not_whole(table: TableFacts) -> Iterator[Told]:
    """Neither partial nor corrupt."""
    for each in table.files:
        if each.bad and each.file.bytes:
            yield each.file.path, each.bad, _AGAIN


@table_rule("codec", "A4.1 D")
def codec(table: TableFacts) -> Iterator[Told]:
    """Uncompressed, Snappy, GZIP or ZSTD."""
    for each, footer in table.sound:
        for name in sorted(footer.codecs - CODECS):
            yield each.file.path, f"it is compressed with {name}", 'use compression = "zstd"'


@table_rule("nested-type", "A9 D")
def nested_type(table: TableFacts) -> Iterator[Told]:
    """Complex values are told as JSON text."""
    for each, footer in table.sound:
        for column in footer.columns:
            if column.type.name == "nested":
                yield each.file.path, f"column {column.name} is nested", "write it as JSON text"


@table_rule("decimal-bounds", "A9 I")
def decimal_bounds(table: TableFacts) -> Iterator[Told]:
    """Delta's decimals have 1 to 38 digits, and no more behind the point than all."""
    for each, footer in table.sound:
        for column in footer.columns:
            if column.type.family == "decimal" and not column.type.known:
                what = f"column {column.name} is {column.type}"
                yield each.file.path, what, "cast it to a decimal of at most 38 digits, or text"


@table_rule("type-outside", "A9 U")
def type_outside(table: TableFacts) -> Iterator[Told]:
    """What becomes of unsigned, nanoseconds, times, UUID, INT96, Null is not documented."""
    for each, footer in table.sound:
        for column in footer.columns:
            own_rule = column.type.name == "nested" or column.type.family == "decimal"
            if not column.type.known and not own_rule and column.name != MARKER:
                what = f"column {column.name}: what becomes of {column.type} is not documented"
                yield each.file.path, what, "cast it to a signed, microsecond or text type"
