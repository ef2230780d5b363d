"""``hygge mirror`` over a stranger's store whose files somebody else shows as tables."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from hygge_core import Kind, hookimpl, plugins
from hygge_core.cli import main
from hygge_core.files import plugin as files
from hygge_core.files.memory import MemoryStore, tables
from hygge_core.files.settings.stores import MemoryConfig
from hygge_core.mirrors import Breach, Reported, Swept
from hygge_core.plugins import Plugins
from hygge_core.testing import memory_journal

PROJECT = """
[flows.shop]
home = { type = "memory", table = "{entity}" }
store = { type = "shown", table = "{entity}" }
[flows.shop.entities.orders]
polish = { columns = { case = "upper" } }
[flows.shop.entities.items]

[flows.plain]
home = { type = "memory", table = "orders" }
store = { type = "memory", table = "elsewhere" }
"""

asked: list[tuple] = []
says: dict[str, list] = {}


class ShownStore(MemoryStore):
    """Feeds one mirror, whose answers are the test's."""

    @property
    def shown_as(self) -> str:
        return self.config.table

    @contextmanager
    def mirror(self, copy: Path | None = None):
        yield WholeMirror(f"copy {copy.name}" if copy else "there")


class WholeMirror:
    def __init__(self, address: str) -> None:
        self.address = address

    def audit(self, tables):
        asked.append(("audit", tuple(tables)))
        return says.get("audit", [])

    def compare(self, table, rows, *, how):
        frames = list(rows)
        asked.append(("compare", table, how, frames[0].columns, sum(f.height for f in frames)))
        return says.get(table, [])

    def reports(self, tables):
        return says.get("reports", [])

    def sweep(self, tables, keep, *, dry_run):
        asked.append(("sweep", tuple(tables), keep, dry_run))
        return [Swept(name="a/1", bytes=2000, modified=NOON, gone=not dry_run)]


NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
WRONG = Breach(rule="zero-bytes (A4.5 D)", where="orders/1", what="it is empty", fix="write it")


class Stranger:
    @hookimpl
    def hygge_stores(self):
        @contextmanager
        def opened(config, _):
            yield ShownStore(config)

        words = {"append", "full_drop", "markers"}
        yield Kind(
            name="shown",
            config=MemoryConfig,
            open=opened,
            capabilities=words,
            keys=lambda config: ("ID",),
        )


@pytest.fixture
def shop(tmp_path, monkeypatch) -> str:
    (tmp_path / "hygge.toml").write_text(PROJECT)
    monkeypatch.setattr(plugins, "load", lambda: Plugins.of(files, memory_journal, Stranger()))
    tables["orders"] = pl.DataFrame({"id": [1, 2, 3]})
    tables["items"] = pl.DataFrame({"sku": ["a"]})
    yield str(tmp_path)
    asked.clear()
    says.clear()
    tables.clear()


def test_the_mirror_is_audited_once_and_every_table_compared_as_a_load_would_bring_it(shop, capsys):
    assert main(["mirror", "check", "-C", shop]) == 0
    assert asked == [
        ("audit", ("orders", "items")),
        ("compare", "orders", "keys", ["ID"], 3),
        ("compare", "items", "keys", ["sku"], 1),
    ]
    assert "shop.orders: shown as in the source" in capsys.readouterr().out


def test_a_breach_says_the_rule_the_file_and_what_to_do_and_the_exit_code_tells(shop, capsys):
    says["audit"] = [WRONG]
    assert main(["mirror", "check", "-C", shop, "--compare", "none"]) == 1
    out, err = capsys.readouterr()
    assert out == ("FAILED  orders/1: zero-bytes (A4.5 D)\n    it is empty\n    try: write it\n")
    assert err == "1 finding\n"
    assert asked == [("audit", ("orders", "items"))]


def test_a_source_that_cannot_be_read_is_told_and_the_others_are_compared(shop, capsys):
    del tables["orders"]
    assert main(["mirror", "check", "-C", shop]) == 1
    out, err = capsys.readouterr()
    assert "FAILED  orders: not-compared\n    " in out
    assert "shop.items: shown as in the source" in out
    assert err == "1 finding\n"


def test_advice_is_told_and_fails_nothing(shop, capsys):
    says["orders"] = [Breach(rule="slow", where="orders", what="it is slow", advice=True)]
    assert main(["mirror", "check", "shop.orders", "-C", shop, "--compare", "rows"]) == 0
    assert "advice  orders: slow" in capsys.readouterr().out
    assert asked[-1][:3] == ("compare", "orders", "rows")


def with_deletes(tmp_path, deletes: str) -> None:
    path = tmp_path / "hygge.toml"
    path.write_text(path.read_text().replace("polish =", f"deletes = {deletes}\npolish ="))


def test_rows_that_the_source_calls_deleted_are_not_looked_for(shop, tmp_path):
    tables["orders"] = pl.DataFrame({"id": [1, 2, 3], "gone": [False, True, None]})
    with_deletes(tmp_path, '{ detect = "column", column = "GONE" }')
    assert main(["mirror", "check", "shop.orders", "-C", shop]) == 0
    assert asked[-1] == ("compare", "orders", "keys", ["ID", "GONE"], 2)


def test_a_preview_has_the_marker_that_the_store_would_get(shop, tmp_path, capsys):
    tables["orders"] = pl.DataFrame({"id": [1, 2, 3], "gone": [False, True, None]})
    with_deletes(tmp_path, '{ detect = "column", column = "GONE" }')
    preview = ["preview", "-C", shop, "-s", "shop.orders", "--json"]
    assert main(preview) == 0
    shown = [json.loads(line)["row"] for line in capsys.readouterr().out.splitlines()]
    assert shown == [{"ID": 1, "GONE": False}, {"ID": 3, "GONE": None}]
    flow = 'flows.shop={ run_type = "incremental", watermark = { column = "id" } }'
    assert main([*preview, "--set", flow, "--set", 'journal={type="memory", table="j"}']) == 0
    shown = [json.loads(line)["row"] for line in capsys.readouterr().out.splitlines()]
    assert [row["__rowMarker__"] for row in shown] == [4, 2, 4]


def test_a_table_that_keeps_its_deleted_rows_is_said_not_to_be_compared(shop, tmp_path, capsys):
    with_deletes(tmp_path, '{ detect = "keys", apply = "soft", column = "GONE" }')
    assert main(["mirror", "check", "shop.orders", "-C", shop]) == 0
    assert "deleted rows stay there on purpose" in capsys.readouterr().out
    assert [each[0] for each in asked] == ["audit"]


def test_json_is_all_that_was_found(shop, capsys):
    says["orders"] = [WRONG]
    assert main(["mirror", "check", "-C", shop, "--json"]) == 1
    out, err = capsys.readouterr()
    whole, orders, items = json.loads(out)
    assert (whole["mirror"], whole["entity"], whole["ok"]) == ("there", "", True)
    assert (orders["entity"], orders["ok"]) == ("shop.orders", False)
    assert orders["breaches"][0]["where"] == "orders/1"
    assert (items["ok"], err) == (True, "")


def test_a_copy_on_this_host_can_be_looked_at_instead(shop, tmp_path, capsys):
    assert main(["mirror", "check", "-C", shop, "--copy", str(tmp_path / "fetched")]) == 0
    assert "copy fetched" in capsys.readouterr().out


def test_what_feeds_no_mirror_is_said_when_it_was_named(shop, capsys):
    assert main(["mirror", "check", "plain", "-C", shop]) == 3
    err = capsys.readouterr().err
    assert "plain feeds no mirror: its store is memory" in err
    assert "hygge-openmirroring" in err


@pytest.mark.parametrize("command", ["check", "status", "clean"])
def test_a_project_without_a_mirror_is_told_so(shop, tmp_path, capsys, command):
    (tmp_path / "hygge.toml").write_text(PROJECT[PROJECT.index("[flows.plain]") :])
    assert main(["mirror", command, "-C", shop]) == 3
    assert "no store of this project feeds a mirror" in capsys.readouterr().err


def test_status_shows_what_the_other_side_says(shop, capsys):
    well = Reported(table="orders", status="Replicating", ok=True, rows=1200, when=NOON)
    says["reports"] = [Reported(table="", status="Running", ok=True), well]
    assert main(["mirror", "status", "-C", shop]) == 0
    assert "orders, Replicating, 1,200 changes handled, last" in capsys.readouterr().out
    says["reports"] = [
        Reported(table="orders", status="Failed", ok=False, what="SchemaMergeFailure", fix="redo")
    ]
    assert main(["mirror", "status", "-C", shop]) == 1
    assert "SchemaMergeFailure\n    try: redo" in capsys.readouterr().out


def test_a_mirror_that_has_said_nothing_is_no_failure(shop, capsys):
    assert main(["mirror", "status", "-C", shop]) == 0
    assert "has not said anything yet" in capsys.readouterr().err


def test_clean_removes_what_is_older_and_a_dry_run_only_lists_it(shop, capsys):
    assert main(["mirror", "clean", "-C", shop, "--keep", "2d", "--dry-run"]) == 0
    assert asked == [("sweep", ("orders", "items"), timedelta(days=2), True)]
    out, err = capsys.readouterr()
    assert out.startswith("a/1  2.0 kB")
    assert err == "1 file would go, 2.0 kB\n"
    assert main(["mirror", "clean", "-C", shop]) == 0
    assert asked[-1] == ("sweep", ("orders", "items"), timedelta(days=7), False)
    assert "1 file removed" in capsys.readouterr().err


def test_a_duration_that_is_none_is_a_usage_error(shop):
    assert main(["mirror", "clean", "-C", shop, "--keep", "soon"]) == 2
