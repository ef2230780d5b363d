"""``hygge init``: the example that it writes, which runs at once."""

from __future__ import annotations

import json
import tomllib
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import jsonschema
import polars as pl
import pytest
from attrs import frozen
from file_trees import tree

from hygge_core import Kind, hookimpl, starter
from hygge_core.cli import main
from hygge_core.config import load
from hygge_core.files import plugin
from hygge_core.plugins import Plugins

FILES = [".gitignore", ".hygge/hygge.schema.json", "data/customers.csv", "data/orders.csv"]
pytestmark = pytest.mark.usefixtures("only_the_core")


def test_the_example_runs_at_once_and_moves_every_row(shop, capsys):
    assert main(["run", "-C", str(shop)]) == 0
    told = capsys.readouterr().err
    assert "moved 1,200 rows in 2 entities" in told
    assert "verified: shop.orders: 1,000 rows read" in told
    source = pl.read_csv(shop / "data/orders.csv")
    moved = pl.read_parquet(shop / "lake/orders/*.parquet")
    assert moved.columns == source.columns
    assert moved["order_id"].to_list() == source["order_id"].to_list()
    assert moved["total"].sum() == pytest.approx(source["total"].sum())
    assert not pl.read_parquet(shop / "lake/customers/*.parquet")["email"].str.contains("@").any()


def test_the_example_is_the_same_for_everybody(tmp_path, shop):
    main(["-q", "init", str(tmp_path / "again")])
    assert tree(tmp_path / "again") == tree(shop)
    assert sorted(tree(shop)) == [*FILES, "hygge.toml"]


def test_nothing_is_ever_overwritten(shop, capsys):
    (shop / "hygge.toml").write_text("# mine\n")
    (shop / "data/orders.csv").unlink()
    before = tree(shop)
    assert main(["init", str(shop)]) == 3
    err = capsys.readouterr().err
    assert "data/customers.csv, hygge.toml already" in err
    assert "--force" in err
    assert tree(shop) == before
    assert main(["init", str(shop), "--force"]) == 0
    assert tree(shop).keys() - before.keys() == {"data/orders.csv"}
    assert (shop / "hygge.toml").read_text() == "# mine\n"


def test_a_directory_that_has_other_things_in_it_is_fine(tmp_path, monkeypatch, capsys):
    (tmp_path / ".gitignore").write_text("mine\n")
    (tmp_path / "README.md").write_text("mine\n")
    monkeypatch.chdir(tmp_path)
    assert main(["init"]) == 0
    assert (tmp_path / ".gitignore").read_text() == "mine\n"
    assert "next: hygge plan, then hygge run" in capsys.readouterr().err


def test_where_nothing_can_be_written_it_says_so(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["init", str(tmp_path / "file" / "shop")]) == 3
    assert "nothing can be written to" in capsys.readouterr().err


@frozen(kw_only=True)
class JournalConfig:
    path: Path
    retention: timedelta | None = None


class WithJournal:
    """A plugin that offers the journal that the example wants."""

    @hookimpl
    def hygge_journals(self):
        return [Kind(name="sqlite", config=JournalConfig, open=nullcontext)]


def test_with_a_journal_installed_the_example_uses_it_and_without_it_says_how(tmp_path, capsys):
    main(["init", str(tmp_path / "without")])
    assert "pip install hygge-journal-sqlite" in capsys.readouterr().err
    without = tomllib.loads((tmp_path / "without/hygge.toml").read_text())
    assert "journal" not in without
    plugins = Plugins.of(plugin, WithJournal())
    starter.start(tmp_path / "with", plugins)
    with_one = load(start=tmp_path / "with", plugins=plugins)
    assert [entity.run_type for entity in with_one.entities] == ["full_drop", "incremental"]
    assert with_one.entities[1].journal.type == "sqlite"


def test_the_schema_beside_the_example_is_the_one_of_the_command(shop, tmp_path, capsys):
    beside = json.loads((shop / ".hygge/hygge.schema.json").read_text())
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == beside
    assert beside["$schema"].startswith("http://json-schema.org/draft-07")
    assert main(["schema", "--out", str(tmp_path / "deep/s.json")]) == 0
    assert json.loads((tmp_path / "deep/s.json").read_text()) == beside
    assert main(["schema", "--for", "flow"]) == 0
    assert json.loads(capsys.readouterr().out) != beside


def test_the_example_is_what_its_schema_accepts(shop):
    schema = json.loads((shop / ".hygge/hygge.schema.json").read_text())
    jsonschema.validate(tomllib.loads(starter.example(journal=False)), schema)
