"""Polish: columns, names and values between home and store."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygge_core.errors import AuthError, ConfigError
from hygge_core.polish.names import final_name, words
from hygge_core.polish.polish import Polish
from hygge_core.polish.settings import ColumnSettings

NOW = datetime(2024, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)
ROWS = pl.DataFrame(
    {
        "OrderId": [1, 2, 3, None],
        "Email": ["ann@x.org", "", None, "ann@x.org"],
        "Unit Price (EUR)": [1.5, None, 3.0, 4.0],
        "pw_enc": ["x", "y", "z", None],
    }
)
FULL = {
    "columns": {"case": "snake", "remove_special": True, "drop": ["*_enc"]},
    "hash_ids": [
        {"name": "key", "from_columns": ["OrderId", "pw_enc"]},
        {"name": "raw", "from_columns": ["Email"], "hex": False, "algorithm": "md5"},
    ],
    "constants": {"source": "erp", "version": 3, "share": 0.5, "live": True},
    "timestamps": [
        {"name": "loaded_at"},
        {"name": "loaded_local", "source": "now_local"},
        {"name": "loaded_day", "type": "string", "format": "%Y-%m-%d"},
    ],
    "mask": {"Email": "first:2", "Unit*": "null"},
}


def polish(table, **more) -> Polish:
    return Polish.of(table, entity="orders", now=NOW, **more)


def test_without_settings_nothing_changes():
    made = polish({})
    assert made.changes_nothing
    assert made.apply(ROWS) is ROWS
    assert made.schema(ROWS.schema) == ROWS.schema
    assert made.needed(ROWS.columns) is None


def test_everything_at_once_has_the_schema_that_was_foretold():
    made = polish(FULL)
    assert not made.changes_nothing
    assert made.needed(ROWS.columns) is None
    result = made.apply(ROWS)
    assert result.schema == made.schema(ROWS.schema)
    assert result.columns == [
        *("key", "raw", "order_id", "email", "unit_price_eur"),
        *("source", "version", "share", "live", "loaded_at", "loaded_local", "loaded_day"),
    ]
    assert result["email"].to_list() == ["an***", "***", None, "an***"]
    assert result["unit_price_eur"].null_count() == 4
    assert result["loaded_at"].unique().to_list() == [NOW]
    assert result["loaded_day"].unique().to_list() == ["2024-05-06"]
    assert made.apply(ROWS.clear()).schema == result.schema


@given(st.lists(st.integers(0, 4), max_size=4).map(sorted))
def test_where_a_batch_ends_changes_nothing(cuts):
    made = polish(FULL)
    edges = [0, *cuts, 4]
    parts = [ROWS[a:b] for a, b in pairwise(edges)]
    assert pl.concat(made.apply(part) for part in parts).equals(made.apply(ROWS))


def test_a_marker_of_the_rows_is_chosen_with_whatever_is_chosen():
    rows = ROWS.with_columns(pl.lit(2).alias("__rowMarker__"))
    assert polish({"columns": {"select": ["Email"]}}).apply(rows).columns == [
        "Email",
        "__rowMarker__",
    ]


def test_select_and_drop_take_names_and_globs():
    assert polish({"columns": {"select": ["pw*", "OrderId"]}}).apply(ROWS).columns == [
        "OrderId", "pw_enc",
    ]  # fmt: skip
    chosen = polish({"columns": {"select": ["*"], "drop": ["Email", "nothing_like_it_*"]}})
    assert "Email" not in chosen.apply(ROWS).columns


def test_a_column_that_is_only_hashed_is_needed_and_one_that_is_dropped_is_not():
    table = {
        "columns": {"select": ["Email"]},
        "hash_ids": [{"name": "key", "from_columns": ["OrderId"]}],
    }
    made = polish(table)
    assert made.needed(ROWS.columns) == ("OrderId", "Email")
    assert made.apply(ROWS.select("OrderId", "Email")).columns == ["key", "Email"]


def test_columns_read_for_others_do_not_reach_the_store():
    made = polish({"columns": {"drop": ["pw_enc"]}})
    assert made.needed(ROWS.columns) == ("OrderId", "Email", "Unit Price (EUR)")
    reduced = ROWS.drop("pw_enc")
    assert made.schema(reduced.schema) == made.apply(ROWS).schema == reduced.schema


def test_names_may_be_exchanged():
    swap = {"columns": {"rename": {"OrderId": "Email", "Email": "OrderId"}}}
    result = polish(swap).apply(ROWS)
    assert result["Email"].to_list() == [1, 2, 3, None]
    assert result["OrderId"].to_list() == ROWS["Email"].to_list()


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("XMLHTTPRequest", ["XMLHTTP", "Request"]),
        ("orderID", ["order", "ID"]),
        ("Order Date-time_utc", ["Order", "Date", "time", "utc"]),
        ("address2Line", ["address2", "Line"]),
        ("Order(Net)", ["Order(Net)"]),
        ("ÜberGröße", ["Über", "Größe"]),
        ("__", []),
    ],
)
def test_words_are_found_in_every_style(name, found):
    assert words(name) == found


@pytest.mark.parametrize(
    ("settings", "final"),
    [
        ({"case": "snake"}, "order_(net)_id"),
        ({"case": "snake", "remove_special": True}, "order_id_net"),
        ({"case": "kebab", "remove_special": True}, "order-id-net"),
        ({"case": "pascal", "remove_special": True}, "OrderIdNet"),
        ({"case": "camel", "remove_special": True}, "orderIdNet"),
        ({"case": "lower"}, "order (net) id"),
        ({"case": "upper", "remove_spaces": True}, "ORDER(NET)ID"),
        ({"remove_special": True, "replace_spaces": "_"}, "Order_ID_Net"),
        ({"rename": {"Order (Net) ID": "As It Is"}, "case": "snake"}, "As It Is"),
    ],
)
def test_a_name_is_made_of_its_words(settings, final):
    assert final_name("Order (Net) ID", ColumnSettings(**settings)) == final


def test_a_name_of_nothing_but_signs_stays():
    assert final_name("(%)", ColumnSettings(remove_special=True, case="snake")) == "(%)"


@pytest.mark.parametrize(
    ("table", "both"),
    [
        ({"columns": {"rename": {"OrderId": "x", "Email": "x"}}}, ("'OrderId'", "'Email'")),
        ({"constants": {"Email": 1}}, ("'Email'", "constant")),
        ({"timestamps": [{"name": "a"}, {"name": "a"}]}, ("timestamp 'a'", "timestamp 'a'")),
        (
            {"hash_ids": [{"name": "Email", "from_columns": ["OrderId"]}]},
            ("hash id 'Email'", "column 'Email'"),
        ),
    ],
)
def test_two_columns_of_one_name_are_an_error_naming_both(table, both):
    with pytest.raises(ConfigError) as refused:
        polish(table).schema(ROWS.schema)
    assert all(each in str(refused.value) for each in both)


def test_names_that_case_makes_equal_are_an_error_naming_both():
    with pytest.raises(ConfigError, match=r"'order_id' and .*'OrderId'.* called"):
        polish({"columns": {"case": "snake"}}).schema({"order_id": pl.Int8(), "OrderId": pl.Int8()})


def test_every_unknown_name_is_told_at_once_and_before_reading():
    table = {
        "columns": {"select": ["*", "OrderIdd"], "drop": ["emial"], "rename": {"Mail": "x"}},
        "mask": {"Emial": "redact", "nothing_*": "null"},
        "hash_ids": [{"name": "key", "from_columns": ["pw_encc"]}],
    }
    with pytest.raises(ConfigError) as refused:
        polish(table).needed(ROWS.columns)
    assert [mistake.path for mistake in refused.value.mistakes] == [
        "polish.columns.select", "polish.columns.drop", "polish.columns.rename", "polish.mask",
        "polish.hash_ids[0].from_columns",
    ]  # fmt: skip
    assert "did you mean 'Email'?" in str(refused.value)


def test_a_polish_that_leaves_nothing_is_an_error():
    with pytest.raises(ConfigError, match="no column is left"):
        polish({"columns": {"drop": ["*"]}}).schema(ROWS.schema)


@pytest.mark.parametrize(
    "table",
    [
        {"columns": {"case": "Snake"}},
        {"columns": {"select": []}},
        {"columns": {"remove_spaces": True, "replace_spaces": "_"}},
        {"mask": {"Email": "sha1"}},
        {"mask": {"Email": "first:0"}},
        {"hash_ids": [{"name": "key", "from_columns": []}]},
        {"hash_ids": [{"name": "key", "from_columns": ["a"], "salted": True}]},
        {"timestamps": [{"name": "at", "format": "%Y"}]},
        {"constants": {"a": [1]}},
        {"colums": {}},
        {"salt": "plain"},
    ],
)
def test_a_mistake_in_the_table_is_a_config_error(table):
    with pytest.raises(ConfigError):
        Polish.of(table, entity="orders")


def test_hash_ids_tell_null_and_separators_apart():
    rows = [
        ("x|y", "z"),
        ("x", "y|z"),
        (None, "z"),
        ("", "z"),
        ("z", None),
        (None, None),
        ("x", "y"),
    ]
    frame = pl.DataFrame(rows, schema=["a", "b"], orient="row")
    made = polish({"hash_ids": [{"name": "key", "from_columns": ["a", "b"]}]}).apply(frame)
    assert made["key"].n_unique() == len(rows)
    assert made["key"].str.len_chars().unique().to_list() == [64]


def test_a_hash_id_stays_the_same_for_ever():
    """Stores hold these keys: a change here would break every join on them."""
    made = polish({"hash_ids": [{"name": "key", "from_columns": ["OrderId", "Email"]}]}).apply(ROWS)
    assert made["key"][0] == hashlib.sha256(b"n1:1s9:ann@x.org").hexdigest()
    assert made["key"][2] == hashlib.sha256(b"n1:3-").hexdigest()


def test_a_salted_mask_is_an_hmac_of_the_plain_text(monkeypatch):
    monkeypatch.setenv("POLISH_SALT", "pepper and salt")
    table = {"mask": {"Email": "sha256", "OrderId": "sha256"}, "salt": {"env": "POLISH_SALT"}}
    made = polish(table)
    assert made.warnings == ()
    result = made.apply(ROWS)

    def masked(text: bytes) -> str:
        return hmac.new(b"pepper and salt", text, "sha256").hexdigest()

    mail = masked(b"ann@x.org")
    assert result["Email"].to_list() == [mail, masked(b""), None, mail]
    assert result["OrderId"].to_list() == [masked(b"1"), masked(b"2"), masked(b"3"), None]


def test_a_missing_salt_is_an_auth_error_and_schemas_do_not_need_it(monkeypatch):
    monkeypatch.delenv("POLISH_SALT", raising=False)
    made = polish({"mask": {"Email": "sha256"}, "salt": {"env": "POLISH_SALT"}})
    assert made.schema(ROWS.schema)["Email"] == pl.String
    with pytest.raises(AuthError, match="POLISH_SALT"):
        made.apply(ROWS)


def test_weak_protection_is_warned_of():
    made = polish(
        {"mask": {"Email": "sha256"}, "hash_ids": [{"name": "key", "from_columns": ["Email"]}]}
    )
    assert [warning.split(":")[0] for warning in made.warnings] == [
        "polish.hash_ids", "polish.mask",
    ]  # fmt: skip


def test_masks_keep_null_and_a_name_outranks_a_glob():
    made = polish({"mask": {"*": "redact", "Email": "last:3", "pw_enc": "null"}})
    result = made.apply(ROWS)
    assert result["Email"].to_list() == ["***org", "***", None, "***org"]
    assert result["OrderId"].to_list() == ["***", "***", "***", None]
    assert result["pw_enc"].null_count() == 4
    assert result.schema == made.schema(ROWS.schema)


def test_a_mask_of_text_on_a_number_is_an_error_before_reading():
    with pytest.raises(ConfigError, match="'first:2' masks text, but 'OrderId' is int64"):
        polish({"mask": {"OrderId": "first:2"}}).schema(ROWS.schema)


def test_keys_have_their_final_names():
    made = polish({**FULL, "columns": {"case": "snake", "rename": {"Email": "Mail"}}})
    assert made.final(["OrderId", "Email", "key"]) == ("order_id", "Mail", "key")


def test_a_key_that_polish_leaves_out_is_an_error():
    with pytest.raises(ConfigError, match="key column 'pw_enc' is left out"):
        polish(FULL).final(["OrderId", "pw_enc"])
