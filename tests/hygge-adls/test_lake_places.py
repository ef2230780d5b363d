"""Where lake homes and stores are, as hygge compares it: by whatever way they are reached."""

from __future__ import annotations

import tempfile

import polars as pl
import pytest
from lakes import account_at

from hygge_adls.journal.files import Files
from hygge_adls.lake.shelf import LakeShelf
from hygge_core import plugins
from hygge_core.cli import main
from hygge_core.engine.world import World
from hygge_core.errors import JournalError, StoreError
from hygge_core.records import Opened

INSIDE = """
[flows.f]
home = { type = "adls", account_url = "https://a.example", filesystem = "f", path = "in/*/*" }
store = { type = "adls", account_url = "https://a.example/", filesystem = "f", path = "/in/x" }
"""


def test_a_place_is_the_same_by_a_connection_and_without_one(tmp_path):
    table = {"filesystem": "lake", "path": "in/orders"}
    account = {"account_url": "https://a.example/"}
    inline = Opened(type="adls", table={**table, **account})
    named = Opened(
        type="adls",
        table={**table, "connection": "lake"},
        connections={"lake": {"type": "adls", **account}},
    )
    with World(plugins.load(), root=tmp_path) as world:
        assert world.place("store", inline) == "https://a.example/lake/in/orders"
        assert world.place("store", named) == world.place("store", inline)


def test_a_home_that_holds_its_destination_is_refused_before_anybody_is_asked(tmp_path, capsys):
    (tmp_path / "hygge.toml").write_text(INSIDE)
    assert main(["-C", str(tmp_path), "run"]) == 3
    said = capsys.readouterr().err
    assert "flows.f.home" in said
    assert "holds its destination" in said


def test_where_this_host_cannot_keep_a_file_on_its_way_both_places_are_named(
    dfs, tmp_path, monkeypatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with account_at(dfs) as account:
        lake = account.lake("lake", JournalError)
        for raising, address, write in (
            (StoreError, "lake/out/1.parquet", lambda: _staged(LakeShelf(lake, "out"))),
            (JournalError, "lake/j/now-", lambda: Files(lake, "j").put("now", 1, [])),
        ):
            with pytest.raises(raising, match=f"{address}.*{tmp_path}/gone .TMPDIR.: No such file"):
                write()


def _staged(shelf: LakeShelf) -> None:
    with shelf.staging_file("1.parquet") as path:
        pl.DataFrame({"id": [1]}).write_parquet(path)
