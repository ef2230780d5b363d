"""One run at a time has a table, and a check says whether one could."""

import signal
import subprocess
import sys

import pytest
from staged_orders import OWNER, moved, opened

from hygge_core.errors import LeaseHeld


def test_a_second_run_is_told_who_holds_the_table(store, table):
    with store.lock(OWNER):
        said = "orders is being moved right now by contoso"
        with pytest.raises(LeaseHeld, match=said) as caught:
            opened(table).lock(OWNER).__enter__()
        assert "pid 7 on here" in caught.value.owner
        assert moved(store, "r1").rows == 5  # the holder publishes all the same
    with opened(table).lock(OWNER):
        pass
    assert not (table.parent / ".hygge/locks/orders.owner").exists()


def test_a_lock_of_a_dead_process_is_free(table):
    code = f"""
import os, signal
from pathlib import Path
from hygge_core.files.settings.stores import ParquetStoreConfig
from hygge_core.files.stores.store import ParquetStore
from hygge_core.records import Owner
store = ParquetStore(ParquetStoreConfig(path=Path({str(table)!r})))
store.lock(Owner(host="here", pid=7, started="noon")).__enter__()
os.kill(os.getpid(), signal.SIGKILL)
"""
    died = subprocess.run([sys.executable, "-c", code], check=False, timeout=60)
    assert died.returncode == -signal.SIGKILL
    assert (table.parent / ".hygge/locks/orders.owner").exists()
    with opened(table).lock(OWNER):
        pass


def test_a_check_says_ok_or_what_to_do(store, table):
    assert {said for _, said, _ in store.check()} == {"ok"}
    assert not table.parent.exists()  # a check touches nothing
    moved(store, "r1")
    tried = [tried for tried, said, _ in store.check() if said == "ok"]
    assert tried[:3] == [
        f"{table} can be a table", f"{table.parent}/.hygge is writable", f"{table} is writable",
    ]  # fmt: skip
    assert tried[3].startswith("free space at")


def test_a_check_says_when_there_is_little_room(store, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: Usage)
    assert "only 1,000 bytes are free" in [said for _, said, _ in store.check()]


class Usage:
    free = 1000
