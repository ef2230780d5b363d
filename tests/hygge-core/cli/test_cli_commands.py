"""The commands that only look, and what every command says of a failure, on the example."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from file_trees import tree
from portalocker import Lock

from hygge_core.cli import main

pytestmark = pytest.mark.usefixtures("only_the_core")


def test_plan_says_what_run_would_do_and_touches_nothing(shop, capsys):
    before = tree(shop)
    assert main(["plan", "-C", str(shop), "-v", "--limit", "5"]) == 0
    out = capsys.readouterr().out
    assert "shop.orders: full_drop (replace)" in out
    assert "order_id int64" in out
    assert "limit    5 rows" in out
    assert main(["run", "--dry-run", "-C", str(shop), "--json"]) == 0
    plans = json.loads(capsys.readouterr().out)
    assert [plan["name"] for plan in plans] == ["shop.customers", "shop.orders"]
    assert plans[1]["source"].endswith("data/orders.csv")
    assert plans[1]["columns"][0] == ["order_id", "int64"]
    assert tree(shop) == before


def test_plan_offline_opens_nothing(shop, capsys):
    (shop / "data/orders.csv").unlink()
    assert main(["plan", "-C", str(shop), "--offline"]) == 0
    assert main(["plan", "-C", str(shop)]) == 1
    out = capsys.readouterr().out
    assert "problem" in out
    assert "orders.csv" in out


def test_plan_shows_what_an_incremental_run_lacks(shop, capsys):
    assert main(["plan", "-C", str(shop), "--incremental", "-s", "*.orders"]) == 3
    out = capsys.readouterr().out
    assert "problem" in out
    assert "watermark" in out


def test_check_names_every_fault_with_a_fix(shop, capsys):
    assert main(["check", "-C", str(shop)]) == 0
    assert "FAILED" not in capsys.readouterr().out
    (shop / "data/orders.csv").unlink()
    assert main(["check", "-C", str(shop)]) == 1
    out = capsys.readouterr().out
    assert "ok  shop.customers: home" in out
    assert "FAILED  shop.orders: home" in out
    assert main(["check", "-C", str(shop), "shop.customers"]) == 0
    capsys.readouterr()
    assert main(["check", "-C", str(shop), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [each["ok"] for each in found].count(False) == 1
    assert set(found[0]) == {"what", "result", "fix", "ok"}


def test_check_answers_a_broken_configuration_with_each_mistake(shop, capsys):
    toml = shop / "hygge.toml"
    toml.write_text(toml.read_text() + "\n[runn]\n[flows.shop.entities.lines]\nhoom = {}\n")
    assert main(["check", "-C", str(shop)]) == 1
    out = capsys.readouterr().out
    assert "runn" in out
    assert "hoom" in out
    assert out.count("FAILED") == 2


def test_what_json_has_no_number_for_is_text_in_it(tmp_path, capsys):
    rows = pl.DataFrame({"x": [float("nan"), float("-inf"), 0.5]})
    rows.write_parquet(tmp_path / "rows.parquet")
    (tmp_path / "hygge.toml").write_text(
        '[flows.f]\nhome = { type = "parquet", path = "rows.parquet" }\n'
        'store = { type = "parquet", path = "out" }\n'
    )
    assert main(["preview", "-C", str(tmp_path), "-s", "f", "--json"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["row"]["x"] for line in lines] == ["NaN", "-Infinity", 0.5]


def test_preview_shows_the_first_rows_as_the_store_would_get_them(shop, capsys):
    before = tree(shop)
    assert main(["preview", "-C", str(shop), "-s", "shop.customers", "-n", "2", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(rows) == 2
    assert rows[0]["entity"] == "shop.customers"
    assert rows[0]["row"]["name"] == "Maja Svensson"
    assert "@" not in rows[0]["row"]["email"]
    assert main(["preview", "-C", str(shop), "-n", "3"]) == 0
    assert "København" in capsys.readouterr().out
    assert tree(shop) == before


def test_preview_shows_a_moment_that_no_calendar_has(tmp_path, capsys):
    """PostgreSQL's infinity: neither Python nor Polars can print it."""
    till = pl.Series("till", [2**31 - 1, None], dtype=pl.Int32).cast(pl.Date)
    pl.DataFrame([till, till.reshape((-1, 1)).arr.to_list().alias("all")]).write_parquet(
        tmp_path / "in.parquet"
    )
    (tmp_path / "hygge.toml").write_text(
        '[flows.f]\nhome = { type = "parquet", path = "in.parquet" }\n'
        'store = { type = "parquet", path = "out" }\n'
    )
    assert main(["preview", "-C", str(tmp_path)]) == 0
    assert "2147483647" in capsys.readouterr().out
    assert main(["preview", "-C", str(tmp_path), "--json"]) == 0
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert first["row"] == {"till": 2**31 - 1, "all": [2**31 - 1]}


def test_config_show_says_where_each_value_is_from(shop, capsys):
    assert main(["config", "show", "-C", str(shop), "--set", "run.concurrency=2"]) == 0
    out = capsys.readouterr().out
    assert any("concurrency = 2" in line and "--set" in line for line in out.splitlines())
    assert main(["config", "show", "-C", str(shop), "--json", "-s", "shop.orders"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["file"] for row in rows} >= {"hygge.toml", ""}
    assert not any("customers" in row["path"] for row in rows)


def test_config_check_opens_nothing(shop, capsys):
    (shop / "data/orders.csv").unlink()
    assert main(["config", "check", "-C", str(shop)]) == 0
    assert main(["config", "check", "-C", str(shop), "--set", "run.concurrency=no"]) == 3
    assert "run.concurrency" in capsys.readouterr().err


def test_plugins_lists_what_is_installed_and_what_is_switched_off(capsys):
    assert main(["plugins"]) == 0
    out = capsys.readouterr().out
    assert "hygge-core" in out
    assert "home csv" in out
    assert main(["plugins", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    files = next(each for each in told["plugins"] if each["distribution"] == "hygge-core")
    assert files["health"] == "ok"
    assert "append" in files["kinds"]["store"]["parquet"]
    assert told["api_level"] >= 1


def test_a_selection_that_matches_nothing_is_a_configuration_error(shop, capsys):
    for command in ("run", "plan", "preview"):
        assert main([command, "-C", str(shop), "-s", "shop.ordres"]) == 3
        err = capsys.readouterr().err
        assert "did you mean 'shop.orders'?" in err
        assert "shop.customers" in err


def test_an_empty_shard_is_nothing_to_do(shop, capsys):
    codes = [main(["run", "-C", str(shop), "--shard", f"{i}/9"]) for i in range(1, 10)]
    assert codes == [0] * 9
    assert capsys.readouterr().err.count("nothing was selected") == 7


def test_run_json_is_events_on_stdout_and_silence_on_stderr(shop):
    done = subprocess.run(
        [sys.executable, "-m", "hygge_core", "--json", "run", "-C", str(shop), "--run-id", "mine"],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert events[0]["kind"] == "run_started"
    assert events[-1]["kind"] == "run_finished"
    assert events[-1]["exit_code"] == 0
    assert {event["run_id"] for event in events} == {"mine"}
    assert done.stderr == ""


def test_a_failure_has_its_own_text_and_the_exit_code_tells(shop, capsys):
    (shop / "data/orders.csv").unlink()
    assert main(["run", "-C", str(shop)]) == 1
    err = capsys.readouterr().err
    assert "shop.orders: fail" in err
    assert "orders.csv" in err
    assert "moved 200 rows in 1 entity" in err
    assert "next: hygge run" in err


def test_quiet_says_nothing_where_all_is_well(shop, capsys):
    assert main(["run", "-q", "-C", str(shop)]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_reader_that_leaves_early_stops_no_run(shop, stream):
    ours, theirs = os.pipe()
    os.close(ours)
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: theirs}
    words = ["--json"] if stream == "stdout" else []
    command = [sys.executable, "-m", "hygge_core", *words, "run", "-C", str(shop)]
    done = subprocess.run(command, **streams, text=True, check=False)
    os.close(theirs)
    assert (done.returncode, done.stdout or "", done.stderr or "") == (0, "", "")
    assert len(list((shop / "lake").rglob("*.parquet"))) == 2


def test_looking_back_without_a_journal_says_that_nothing_ran(shop, capsys):
    assert main(["journal", "runs", "-C", str(shop)]) == 0
    assert "remembers nothing" in capsys.readouterr().err
    assert main(["retry", "-C", str(shop)]) == 3
    assert main(["journal", "watermarks", "reset", "shop.orders", "-C", str(shop)]) == 3
    assert "no journal" in capsys.readouterr().err
    assert main(["recover", "-C", str(shop)]) == 0
    assert "nothing was left" in capsys.readouterr().err


@pytest.fixture
def salted(shop, monkeypatch) -> Path:
    """The example with a secret that every run needs."""
    monkeypatch.setenv("SHOP_SALT", CANARY)
    toml = (shop / "hygge.toml").read_text()
    masked = 'polish = { mask = { email = "sha256" }, salt = { env = "SHOP_SALT" } }'
    (shop / "hygge.toml").write_text(re.sub(r"^polish = .*$", masked, toml, flags=re.MULTILINE))
    return shop


CANARY = "c4nary-in-the-c0alm1ne"


def test_a_secret_is_used_and_never_shown_or_kept(salted, capsys):
    commands = [
        ["run", "-vv"],
        ["--json", "run"],
        ["plan", "-v"],
        ["preview", "--json", "-n", "1"],
        ["config", "show"],
        ["config", "show", "--json"],
        ["check"],
        ["run", "-vv", "--set", "flows.shop.home.path=data/nothing.csv"],
    ]
    for command in commands:
        main([*command, "-C", str(salted)])
    out, err = capsys.readouterr()
    assert "SHOP_SALT" in out
    assert "moved 1,200 rows" in err
    assert CANARY not in out + err
    assert not any(CANARY.encode() in content for content in tree(salted).values())


def test_a_missing_secret_is_a_matter_of_signing_in(salted, monkeypatch, capsys):
    monkeypatch.delenv("SHOP_SALT")
    assert main(["run", "-C", str(salted), "-s", "shop.customers"]) == 4
    err = capsys.readouterr().err
    assert "SHOP_SALT is not set" in err
    assert "try: export SHOP_SALT=" in err


def test_a_temporary_failure_has_an_exit_code_of_its_own(shop, capsys):
    """Two processes on one table without a journal: the store's own lock keeps them apart."""
    lock = shop / "lake/.hygge/locks"
    assert main(["run", "-C", str(shop), "-q"]) == 0
    with Lock(next(lock.glob("orders.lock")), timeout=0):
        assert main(["run", "-C", str(shop), "-s", "shop.orders"]) == 75
    assert "held" in capsys.readouterr().err
