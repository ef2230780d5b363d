"""Every rule of the specification finds what it is there for, says where, and what to do."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from zones import MARKER, marked, plain

from hygge_openmirroring.replay import LocalZone
from hygge_openmirroring.rules import RULES, Finding, audited

NOON = 1_800_000_000.0


def found(zone, **how) -> list[Finding]:
    return [each for audit in audited(LocalZone(zone.root), **how) for each in audit.findings]


def wrong(zone) -> set[tuple[str, str]]:
    """(rule, where) of everything but advice."""
    return {(each.rule, each.where) for each in found(zone) if each.level == "wrong"}


def file(number: int) -> str:
    return f"orders/{number:020}.parquet"


def sound(zone) -> None:
    """A zone without a fault."""
    zone.put("_partnerEvents.json", b'{"partnerName": "hygge"}')
    zone.metadata(keyColumns=["id"])
    zone.file(1, plain((1, "a"), (2, "b")))
    zone.file(2, marked((1, "c", 4), (2, None, 2)))


def test_a_zone_without_a_fault_gives_no_finding_at_all(zone):
    sound(zone)
    assert found(zone) == []


def arrow(zone, number=3, *, codec="zstd", **columns):
    pq.write_table(pa.table(columns), zone.file(number, plain()), compression=codec)


def required(zone, number, **columns):
    table = pa.table(columns)
    fields = [pa.field(f.name, f.type, nullable=False) for f in table.schema]
    whole = pa.Table.from_arrays(table.columns, schema=pa.schema(fields))
    pq.write_table(whole, zone.file(number, plain()))


def with_column(zone, name, value, dtype=None):
    rows = plain((3, "d")).with_columns(pl.Series(name, [value], dtype=dtype))
    zone.file(3, rows)


def many_tables(zone):
    for number in range(1001):
        zone.metadata(f"t{number}")


def in_two_cases(zone):
    with_column(zone, "Name", "x")


def start_over(zone):
    for path in zone.root.rglob("*.parquet"):
        path.unlink()


BREACHES = {
    "too-many-tables": (many_tables, ""),
    "default-schema-collision": (lambda z: z.metadata("dbo.schema/orders"), "orders"),
    "table-case-twins": (lambda z: z.metadata("Orders"), "orders"),
    "stray-file": (lambda z: z.put("readme.txt", b"x"), "readme.txt"),
    "hidden-table": (lambda z: z.metadata("_new.schema/orders"), "_new.schema/orders"),
    "partner-events-misplaced": (
        lambda z: z.put("orders/_partnerEvents.json", b"{}"),
        "orders/_partnerEvents.json",
    ),
    "partner-events-invalid": (
        lambda z: z.put("_partnerEvents.json", b"{}"),
        "_partnerEvents.json",
    ),
    "partner-events-missing": (
        lambda z: (z.root / "_partnerEvents.json").unlink(),
        "_partnerEvents.json",
    ),
    "metadata-missing": (
        lambda z: (z.root / "orders/_metadata.json").unlink(),
        "orders/_metadata.json",
    ),
    "metadata-invalid": (lambda z: z.metadata(text="{'keyColumns'}"), "orders/_metadata.json"),
    "metadata-many-keys": (
        lambda z: z.metadata(keyColumns=["id", "a", "b", "c", "d"]),
        "orders/_metadata.json",
    ),
    "upserts-without-keys": (
        lambda z: z.metadata(isUpsertDefaultRowMarker=True),
        "orders/_metadata.json",
    ),
    "partitions": (lambda z: z.file(3, plain((3, "d")), "orders/R=N"), "orders/R=N"),
    "no-data": (lambda z: z.metadata("empty"), "empty"),
    "delimited-text": (lambda z: z.metadata(FileExtension="csv"), "orders"),
    "not-shown": (lambda z: z.file(3, marked((3, 4), (1, 4), columns=("id",))), file(3)),
    "name-malformed": (lambda z: z.file("3.parquet", plain((3, "d"))), "orders/3.parquet"),
    "name-unknown": (
        lambda z: (
            z.metadata(keyColumns=["id"], fileDetectionStrategy="LastUpdateTimeFileDetection"),
            z.put("orders/notes.txt", b"x"),
        ),
        "orders/notes.txt",
    ),
    "number-missing": (lambda z: z.file(4, plain((3, "d"))), file(3)),
    "first-number-missing": (lambda z: (z.root / file(1)).unlink(), file(2)),
    "number-twice": (
        lambda z: z.file(2, plain((3, "d")), "orders/_ProcessedFiles"),
        f"orders/_ProcessedFiles/{2:020}.parquet",
    ),
    "same-second": (
        lambda z: (
            z.metadata(keyColumns=["id"], fileDetectionStrategy="LastUpdateTimeFileDetection"),
            z.file("a.parquet", plain((3, "d")), modified=NOON),
            z.file("b.parquet", plain((4, "d")), modified=NOON),
        ),
        "orders/a.parquet",
    ),
    "zero-bytes": (lambda z: z.put(file(3), b""), file(3)),
    "not-whole": (lambda z: z.put(file(3), b"PAR1"), file(3)),
    "codec": (lambda z: arrow(z, id=[3], name=["d"], codec="lz4"), file(3)),
    "nested-type": (lambda z: with_column(z, "tags", ["x"]), file(3)),
    "decimal-bounds": (
        lambda z: arrow(
            z, id=[3], big=pa.array([Decimal(1)], pa.decimal256(50, 2)), name=["d"]
        ),
        file(3),
    ),
    "type-outside": (
        lambda z: with_column(
            z, "at", datetime.fromisoformat("2026-01-01"), pl.Datetime("ns")
        ),
        file(3),
    ),
    "marker-not-last": (lambda z: z.file(3, marked((3, "d", 4)).select(MARKER, "id")), file(3)),
    "marker-type": (
        lambda z: z.file(3, marked((3, "d", 4)).cast({MARKER: pl.String})),
        file(3),
    ),
    "marker-null": (lambda z: z.file(3, marked((3, "d", 4), (4, "e", None))), file(3)),
    "marker-optional": (lambda z: marked((3, "d", 4)).write_parquet(z.file(3, plain())), file(3)),
    "marker-value": (lambda z: z.file(3, marked((3, "d", 3))), file(3)),
    "marker-without-keys": (lambda z: z.metadata(), file(2)),
    "marker-on-inserts": (lambda z: z.file(1, marked((1, "a", 0), (2, "b", 0))), file(1)),
    "key-missing": (lambda z: z.metadata(keyColumns=["ID"]), file(1)),
    "key-null": (lambda z: z.file(3, marked((None, "d", 4), (9, "e", 4))), file(3)),
    "key-float": (lambda z: (start_over(z), z.file(1, plain((1.5, "a")))), file(1)),
    "key-twice": (lambda z: z.file(3, plain((1, "again"))), "orders"),
    "type-change": (lambda z: z.file(3, plain(("three", "d"))), file(3)),
    "nullability-change": (lambda z: required(z, 3, id=[3], name=["d"]), file(3)),
    "new-column-required": (
        lambda z: required(z, 3, id=[3], name=["d"], price=[1.5]),
        file(3),
    ),
    "column-missing": (
        lambda z: (required(z, 1, id=[1], name=["a"]), z.file(3, plain((3,), columns=("id",)))),
        file(3),
    ),
    "column-case-twins": (in_two_cases, file(3)),
    "column-twice": (
        lambda z: pq.write_table(
            pa.Table.from_arrays([pa.array([3]), *[pa.array(["d"])] * 2], ["id", "name", "name"]),
            z.file(3, plain()),
        ),
        file(3),
    ),
}  # fmt: skip


#: Other ways to break a rule of the marker.
ALSO = [
    ("marker-not-last", lambda z: z.file(3, marked((3, "d", 4)).select("id", MARKER, "name"))),
    ("marker-type", lambda z: z.file(3, marked((3, "d", 4)).cast({MARKER: pl.Int64}))),
    ("marker-value", lambda z: z.file(3, marked((3, "d", 4), (4, "e", -1)))),
    *(
        ("marker-without-keys", lambda z, m=marker: (z.metadata(), z.file(3, marked((3, "d", m)))))
        for marker in (1, 2, 4)
    ),
]
#: What only looks like it.
NEITHER = {
    "every marker that there is": lambda z: z.file(3, marked(*((i, "d", i) for i in (0, 1, 2, 4)))),
    "a later load that only inserts": lambda z: z.file(3, marked((3, "d", 0), (4, "e", 0))),
    "a first load that does not only insert": lambda z: (
        z.file(1, marked((1, "a", 0), (2, "b", 4))),
    ),
    "inserts without keys": lambda z: (
        start_over(z),
        z.metadata(),
        z.file(1, plain((1, "a"))),
        z.file(2, marked((2, "b", 0))),
    ),
}


@pytest.mark.parametrize(
    ("name", "breach", "where"),
    [
        *((name, *told) for name, told in BREACHES.items()),
        *((name, breach, file(3)) for name, breach in ALSO),
    ],
)
def test_a_breach_is_found_where_it_is(name, breach, where, zone):
    sound(zone)
    breach(zone)
    findings = [each for each in found(zone) if each.rule == name]
    assert where in [each.where for each in findings]
    for each in findings:
        assert each.what
        assert each.fix
        assert (each.source, each.level) == (RULES[name].source, RULES[name].level)


@pytest.mark.parametrize("what", NEITHER)
def test_what_breaks_no_rule_is_not_found(what, zone):
    sound(zone)
    NEITHER[what](zone)
    assert found(zone) == []


def test_there_is_a_breach_for_every_rule():
    assert set(BREACHES) == set(RULES)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_says_in_a_sentence_what_it_holds(name):
    assert RULES[name].finds.__doc__


def test_a_gap_is_told_however_wide_it_is(zone):
    sound(zone)
    zone.file(20_261_129_120_000_000_000, plain((3, "d")))  # somebody's clock, in twenty digits
    [gap] = [each for each in found(zone) if each.rule == "number-missing"]
    assert (gap.where, "1 files wait" in gap.what) == (file(3), True)


def test_a_key_that_is_there_twice_may_be_called_rows(zone):
    zone.metadata(keyColumns=["rows"])
    zone.file(1, plain((1, "a"), (1, "b"), columns=("rows", "name")))
    assert wrong(zone) == {("key-twice", "orders")}


def test_only_the_named_tables_are_looked_into(zone):
    sound(zone)
    zone.metadata("other")
    zone.put(f"other/{1:020}.parquet", b"")
    assert wrong(zone) == {("zero-bytes", f"other/{1:020}.parquet")}
    assert found(zone, tables={"orders"}) == []


def test_a_file_that_was_found_wrong_is_not_told_of_twice(zone):
    sound(zone)
    zone.put(file(3), b"")
    assert wrong(zone) == {("zero-bytes", file(3))}


def test_a_collision_is_with_the_schema_that_the_item_shows_it_in(zone):
    sound(zone)
    zone.metadata("shop.schema/orders")
    rules = {each.rule for each in found(zone, default_schema="shop")}
    assert "default-schema-collision" in rules


def test_the_readme_tells_of_every_rule_as_it_is():
    from hygge_openmirroring.rules.page import markdown

    readme = Path(__file__).parents[2] / "hygge-openmirroring" / "README.md"
    assert markdown() in readme.read_text(encoding="utf-8")
