"""The destination table: made, widened, kept or made anew, and never asked for what it refuses."""

from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest

from hygge_core.errors import StoreError
from hygge_core.jsons import from_json, to_json
from hygge_core.records import LoadRef, Manifest

ONE = pl.DataFrame({"id": [1, 2, 3], "name": ["a", None, "c"]})
TWO = pl.DataFrame({"id": [4, 5], "name": ["d", "e"]})


def test_the_destinations_schema_is_known_and_asking_makes_no_file(store, load, database):
    opened = store()
    assert opened.known_schema() is None
    assert opened.open_runs("sales", "orders") == []
    assert not database.exists()
    load(ONE)
    assert opened.known_schema() == ONE.schema


def test_new_columns_are_added_and_missing_ones_are_null(load, rows):
    load(ONE)
    load(pl.DataFrame({"id": [9], "extra": [[1, 2]]}))
    assert rows().schema == {**ONE.schema, "extra": pl.List(pl.Int64)}
    assert rows().row(3) == (9, None, [1, 2])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (pl.Int8, pl.Int64),
        (pl.Int32, pl.Float64),
        (pl.Int64, pl.Decimal(22, 3)),
        (pl.Decimal(10, 2), pl.Decimal(14, 4)),
        (pl.Null, pl.String),
        (pl.Float32, pl.Float64),
    ],
)
def test_a_column_that_got_wider_is_widened_with_all_that_is_in_it(load, rows, run, old, new):
    before = pl.DataFrame({"x": [1, None], "k": [1, 2]}, schema={"x": pl.Int8, "k": pl.Int64})
    if old == pl.Null:
        before = before.with_columns(x=None)
    else:
        before = before.with_columns(pl.col("x").cast(old))
    load(before)
    run("CREATE INDEX by_k ON orders (k)")
    after = pl.DataFrame({"x": [2], "k": [3]}).with_columns(pl.col("x").cast(new))
    load(after)
    assert rows().equals(pl.concat([before.with_columns(pl.col("x").cast(new)), after]))
    assert rows().schema["x"] == new
    assert run("SELECT name FROM sqlite_master WHERE type = 'index' AND name = 'by_k'").fetchone()
    # And narrower rows go into the wider column.
    load(before.filter(pl.col("k") == 1))
    assert rows().height == 4


def test_a_type_that_does_not_fit_is_refused_before_the_decision(load, store, new_load, rows):
    load(ONE)
    other = pl.DataFrame({"id": ["x"], "name": ["y"]})
    staging = store().begin(new_load(other, run_id="later"))
    staging.write(other)
    with pytest.raises(StoreError, match=r"column 'id' .* does not keep every string") as caught:
        staging.seal()
    assert "--full-drop" in caught.value.hint
    assert rows().equals(ONE)


@pytest.mark.parametrize(
    ("there", "new"),
    [
        (pl.Series("x", [date(9999, 12, 31)]), pl.Datetime("ns")),
        (pl.Series("x", [timedelta(days=200_000)]), pl.Duration("ns")),
    ],
    ids=["date", "duration"],
)
def test_a_value_that_the_wider_type_does_not_reach_is_found_before_the_decision(
    load, store, new_load, rows, there, new
):
    load(there.to_frame())
    finer = pl.DataFrame({"x": pl.Series([0]).cast(new)})
    staging = store().begin(new_load(finer, run_id="later"))
    staging.write(finer)
    with pytest.raises(StoreError, match="the table 'orders' cannot be widened") as caught:
        staging.seal()
    assert "--full-drop" in caught.value.hint
    assert rows().equals(there.to_frame())


def test_a_decimal_that_the_column_of_others_would_make_a_float_is_refused(
    run, store, new_load, load, rows
):
    run("CREATE TABLE orders (price DECIMAL(20, 4))")
    wide = pl.DataFrame({"price": [Decimal("1.5")]}, schema={"price": pl.Decimal(20, 4)})
    with pytest.raises(StoreError, match=r"declared 'DECIMAL\(20, ?4\)', which does not keep"):
        load(wide)
    run("DROP TABLE orders")
    run("CREATE TABLE orders (price DECIMAL(10, 4))")
    narrow = wide.cast(pl.Decimal(10, 4))
    load(narrow)
    assert rows().equals(narrow)


def test_full_drop_keeps_a_table_with_its_indexes_triggers_and_views(load, run, rows):
    run("CREATE TABLE orders (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL DEFAULT 'x')")
    run("CREATE UNIQUE INDEX by_name ON orders (name)")
    run("CREATE TABLE log (id)")
    run("CREATE TRIGGER logged AFTER INSERT ON orders BEGIN INSERT INTO log VALUES (new.id); END")
    run("CREATE VIEW names AS SELECT name FROM orders")
    run("INSERT INTO orders VALUES (77, 'old')")
    load(TWO, "full_drop")
    assert rows().equals(TWO)
    assert run("SELECT count(*) FROM names").fetchone() == (2,)
    assert run("SELECT id FROM log").fetchall() == [(77,), (4,), (5,)]
    load(TWO.with_columns(extra=pl.lit(1.5)), "full_drop")
    assert rows().columns == ["id", "name", "extra"]
    assert run("SELECT count(*) FROM pragma_index_list('orders')").fetchone() == (1,)


def test_full_drop_makes_a_table_of_other_columns_anew_and_keeps_what_fits(load, run, rows):
    load(ONE)
    run("CREATE INDEX by_id ON orders (id)")
    run("CREATE INDEX by_name ON orders (name)")
    run("CREATE VIEW ids AS SELECT id FROM orders")
    said = load(ONE.select("id"), "full_drop").said
    assert rows().equals(ONE.select("id"))
    assert run("SELECT name FROM pragma_index_list('orders')").fetchall() == [("by_id",)]
    assert run("SELECT count(*) FROM ids").fetchone() == (3,)
    assert said == ["the table 'orders' has other columns now: by_name did not fit"]


def test_constraints_of_others_refuse_rows_before_the_decision_and_nothing_is_changed(
    run, store, new_load
):
    run("CREATE TABLE orders (id INTEGER PRIMARY KEY, name TEXT NOT NULL CHECK (name <> 'c'))")
    run("INSERT INTO orders VALUES (3, 'old')")
    for mode, cause in (("append", "UNIQUE|NOT NULL|CHECK"), ("full_drop", "NOT NULL|CHECK")):
        opened = store()
        staging = opened.begin(new_load(ONE, mode, mode))
        staging.write(ONE)
        with pytest.raises(StoreError, match=f"refused the rows: ({cause}) constraint") as caught:
            staging.seal()
        assert not caught.value.transient
        opened.rollback(LoadRef(run_id=mode, flow="sales", entity="orders"))
    assert run("SELECT * FROM orders").fetchall() == [(3, "old")]


def test_generated_columns_are_left_to_sqlite(run, load, rows):
    run("CREATE TABLE orders (id INTEGER, name TEXT, twice INTEGER AS (id * 2))")
    load(ONE)
    assert rows()["twice"].to_list() == [2, 4, 6]
    load(TWO, "full_drop")
    assert rows()["twice"].to_list() == [8, 10]


def test_a_view_is_no_destination(run, store, new_load):
    run("CREATE VIEW orders AS SELECT 1 AS id")
    staging = store().begin(new_load(ONE))
    with pytest.raises(StoreError, match="'orders' is a view, not a table"):
        staging.seal()


KEYED = pl.DataFrame({"id": [2, 3, 4], "name": ["B", "C", "D"]})


@pytest.fixture
def keyed(store, new_load):
    """Loads by key, all the way."""
    numbers = iter(range(100))

    def keyed(frame, keys=("id",), mode="append"):
        opened = store()
        staging = opened.begin(new_load(frame, mode, f"keyed-{next(numbers)}", keys=keys))
        staging.write(frame)
        manifest = from_json(to_json(staging.seal()), Manifest)
        return opened.commit(manifest)

    return keyed


def test_a_row_takes_the_place_of_the_one_with_its_key(keyed, rows):
    keyed(ONE)
    assert keyed(KEYED).rows == 3
    assert rows().sort("id").rows() == [(1, "a"), (2, "B"), (3, "C"), (4, "D")]


def test_a_key_may_have_several_columns_and_the_table_others(keyed, run, rows):
    run("CREATE TABLE orders (shop TEXT, id INTEGER, name TEXT, PRIMARY KEY (shop, id))")
    run("INSERT INTO orders VALUES ('x', 1, 'old'), ('x', 2, 'old'), ('y', 1, 'old')")
    frame = pl.DataFrame({"id": [1, 3], "shop": ["x", "x"], "name": ["new", "new"]})
    keyed(frame, ("shop", "id"))
    assert rows().sort("shop", "id")["name"].to_list() == ["new", "old", "new", "old"]


@pytest.mark.parametrize("mode", ["append", "full_drop"])
@pytest.mark.parametrize(
    ("ids", "told"), [([1, 7, 7], "2 rows have the key id = 7"), ([1, None], "1 row has the key")]
)
def test_a_key_that_does_not_name_one_row_is_refused_before_the_decision(keyed, ids, told, mode):
    with pytest.raises(StoreError, match=told):
        keyed(pl.DataFrame({"id": ids}), mode=mode)


def test_a_key_column_that_the_rows_do_not_have_is_named(keyed):
    with pytest.raises(StoreError, match="key column 'number' is not among the columns id, name"):
        keyed(ONE, ("number",))
