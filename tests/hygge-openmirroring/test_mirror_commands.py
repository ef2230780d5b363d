"""``hygge mirror`` on a live landing zone, and on a copy of it."""

from __future__ import annotations

import json
import os

import polars as pl
import pytest
from mirrors import ITEM, ZONE, served

from hygge_core.cli import main
from hygge_core.files.memory import tables

STORE = """
partner_name = "hygge"
folder_deletion_wait_seconds = 0
"""
MORE = """
[flows.shop.entities.orders]
store = { key_columns = ["id"] }
[flows.shop.entities.notes]
"""

ORDERS = pl.DataFrame({"id": [1, 2, 3], "name": ["a", "b", "c"], "tags": [["x"], [], None]})
NOTES = pl.DataFrame(
    {"text": ["hello", "hello", None], "rows": pl.Series([1, 1, 2], dtype=pl.UInt8)}
)
FIRST = f"{1:020}.parquet"


@pytest.fixture(scope="module")
def mirrored(tmp_path_factory):
    """A mirror, and what it holds after a project has mirrored two tables: done once for all."""
    with served(tmp_path_factory.mktemp("shop")) as mirror:
        with mirror.project(store=STORE, more=MORE, orders=ORDERS, notes=NOTES) as root:
            assert main(["run", "-C", str(root)]) == 0
        yield mirror, mirror.server.kept()


@pytest.fixture
def mirror(mirrored):
    mirror, kept = mirrored
    mirror.server.restore(kept)
    return mirror


@pytest.fixture
def shop(mirror, capsys):
    """A project that has just mirrored two tables; says ``hygge`` with words."""
    with mirror.project(store=STORE, more=MORE, orders=ORDERS, notes=NOTES) as root:

        def hygge(*words: str) -> tuple[int, str, str]:
            code = main([*words, "-C", str(root)])
            return code, *capsys.readouterr()

        yield hygge


def monitoring(mirror, name: str, plain: object) -> None:
    text = json.dumps(plain).encode()
    mirror.server.seed("lake", {f"{ITEM}/Files/Monitoring/{name}": text})


@pytest.mark.parametrize("compare", ["none", "count", "keys", "rows"])
def test_what_hygge_mirrored_is_shown_as_the_source_is(shop, compare):
    code, out, err = shop("mirror", "check", "--compare", compare)
    assert (code, err) == (0, "")
    assert out.count("shown as in the source") == (0 if compare == "none" else 2)


@pytest.mark.parametrize("spoiled", ["row", "key", "value"])
def test_a_source_that_went_on_differs_and_how_is_said(shop, spoiled):
    changed = {
        "row": ORDERS.head(2),
        "key": ORDERS.with_columns(id=pl.Series([1, 2, 9])),
        "value": ORDERS.with_columns(name=pl.Series(["a", "b", "C"])),
    }
    tables["source/orders"] = changed[spoiled]
    code, out, _ = shop("mirror", "check", "shop.orders", "--compare", "rows")
    assert code == 1
    said = {
        "row": "the source has 2 rows, and 3 are shown",
        "key": "1 keys are in the source, and not shown, such as id = 9",
        "value": "name differs in 1 rows, such as id = 3: 'C' in the source, 'c' shown",
    }
    assert said[spoiled] in out
    assert shop("mirror", "check", "shop.orders", "--compare", "count")[0] == (spoiled == "row")


def test_a_table_without_keys_is_compared_by_whole_rows(shop):
    tables["source/notes"] = NOTES.with_columns(text=pl.Series(["hello", None, None]))
    code, out, _ = shop("mirror", "check", "shop.notes", "--compare", "rows")
    assert code == 1
    assert "1 rows are in the source more often" in out
    assert "1 rows are in the mirror more often" in out


def test_a_spoiled_file_is_found_live_and_in_a_copy(shop, mirror, tmp_path):
    copy = tmp_path / "copy"
    mirror.put(f"orders/{2:020}.parquet", b"")
    for name, content in mirror.files().items():
        (copy / "LandingZone" / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / "LandingZone" / name).write_bytes(content)
    for where in ((), ("--copy", str(copy))):
        code, out, _ = shop("mirror", "check", *where)
        assert code == 1
        assert f"orders/{2:020}.parquet: zero-bytes (A4.5 D)" in out
        assert "what is shown cannot be told" in out


def test_json_names_the_rule_the_file_and_what_to_do(shop, mirror):
    mirror.put("stray.txt", b"x")
    code, out, _ = shop("mirror", "check", "--json", "--compare", "none")
    (whole,) = json.loads(out)
    assert (code, whole["mirror"]) == (1, f"{mirror.server.url}/lake/{ZONE}")
    (breach,) = whole["breaches"]
    assert (breach["rule"], breach["where"]) == ("stray-file (A1.2 D)", "stray.txt")
    assert breach["fix"]


def test_a_table_that_never_was_mirrored_is_said(shop, mirror):
    mirror.remove_folder("orders")
    code, out, _ = shop("mirror", "check", "shop.orders")
    assert code == 1
    assert "FAILED  orders: no-folder" in out


def test_files_that_the_service_removed_leave_nothing_to_compare(shop, mirror):
    mirror.put(f"orders/{2:020}.parquet", mirror.files()[f"orders/{FIRST}"])
    mirror.remove(f"orders/{FIRST}")
    code, out, _ = shop("mirror", "check", "shop.orders")
    assert code == 0  # it is the ordinary end of files, and nothing is wrong
    assert "advice  orders: not-comparable" in out
    assert "processed and gone" in out
    assert "shown as in the source" not in out


def test_status_says_what_fabric_says_and_what_to_do(shop, mirror):
    assert "has not said anything yet" in shop("mirror", "status")[2]
    monitoring(mirror, "replicator.json", {"status": "Running"})
    well = {
        "sourceTableName": "notes",
        "sourceSchemaName": "dbo",
        "status": "Replicating",
        "metrics": {"processedRowCount": 3, "lastSyncTimeUtc": "2026-01-01T12:00:00Z"},
    }
    ill = {
        "sourceTableName": "orders",
        "status": "Failed",
        "errorCode": "SchemaMergeFailure",
        "errorMessage": "Incoming type: 'string', existing type: 'long'",
    }
    other = {"sourceTableName": "another's", "status": "Failed"}
    twin = {"sourceTableName": "notes", "sourceSchemaName": "crm", "status": "Failed"}
    monitoring(mirror, "tables.json", {"tables": [well, ill, other, twin, "what?"]})
    code, out, _ = shop("mirror", "status")
    assert code == 1
    assert "notes, Replicating, 3 changes handled, last 2026-01-01" in out
    assert "SchemaMergeFailure: Incoming type: 'string', existing type: 'long'" in out
    assert "hygge run --full-drop" in out
    assert "another's" not in out
    assert shop("mirror", "status", "shop.notes")[0] == 0


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"tables": {}}', b'{"status": 7}'])
def test_status_bears_with_whatever_stands_there(shop, mirror, content):
    for name in ("replicator.json", "tables.json"):
        mirror.server.seed("lake", {f"{ITEM}/Files/Monitoring/{name}": content})
    assert shop("mirror", "status")[0] == 0


def test_clean_removes_what_was_put_aside_and_is_old_and_never_the_last_file(shop, mirror):
    for number in (2, 3):
        mirror.put(f"orders/{number:020}.parquet", mirror.files()[f"orders/{FIRST}"])
    for number in (1, 2, 3):
        mirror.put_aside(number)
    before = mirror.files()
    assert "0 files removed" in shop("mirror", "clean")[2]  # nothing is seven days old
    code, out, err = shop("mirror", "clean", "--keep", "0s", "--dry-run")
    assert (code, err.count("2 files would go")) == (0, 1)
    assert out.splitlines()[0].startswith(f"orders/_ProcessedFiles/{FIRST}")
    assert mirror.files() == before
    assert "2 files removed" in shop("mirror", "clean", "--keep", "0s")[2]
    gone = set(before) - set(mirror.files())
    assert gone == {f"orders/_ProcessedFiles/{number:020}.parquet" for number in (1, 2)}
    tables["source/orders"] = ORDERS
    assert shop("run", "-s", "shop.orders")[0] == 0


def test_status_and_clean_are_asked_of_the_live_zone(shop, tmp_path):
    copy = tmp_path / "nowhere"
    assert shop("mirror", "check", "--copy", str(copy))[0] == 1
    os.makedirs(copy)
    code, out, _ = shop("mirror", "check", "--copy", str(copy), "--compare", "none")
    assert code == 1
    assert "orders: no-folder" in out


def test_files_that_go_by_their_time_are_shown_in_the_order_of_their_loads(mirror):
    """Nobody looked between them: the times that the storage tells must be enough."""
    told = {"file_detection": "timestamp", "key_columns": ["id"]}
    for name in ("first", "second"):
        last = pl.DataFrame({"id": [1], "name": [name]})
        mirror.load(last, keys=["id"], file_detection="timestamp", table="by_time")
    with mirror.store(**told, table="by_time") as store, store.mirror() as zone:
        assert [each.rule for each in zone.audit(["by_time"]) if not each.advice] == []
        assert list(zone.compare("by_time", iter([last]), how="rows")) == []
