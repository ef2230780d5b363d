"""What the tests of bad input share: each a clear error naming the place, and nothing lost.

Every case starts from a destination that one good run has filled, breaks something, runs, looks
whether a single byte of the destination has changed, mends what was broken, and runs again.
"""

import ctypes
import os

import polars as pl
import pytest

ROWS = pl.DataFrame({"id": [1, 2, 3], "name": ["a", None, "c"]})
FILES = """
[retry]
attempts = 2
max_wait = "0s"
[flows.f]
home = {{ type = "{kind}", path = "in.{kind}" }}
store = {{ type = "parquet", path = "out" }}
polish = {{ salt = {{ env = "CANARY" }}, mask = {{ name = "sha256" }} }}
"""
GOOD = {
    "parquet": None,
    "csv": "id,name\n1,a\n2,\n3,c\n",
    "ndjson": '{"id":1,"name":"a"}\n{"id":2,"name":null}\n{"id":3,"name":"c"}\n',
}
kinds = pytest.mark.parametrize("kind", GOOD)


def without_rights() -> None:
    """In a child before it starts: root loses the right to pass over permissions for good.

    It stays root, so that a Python in root's own folders still runs; others lose nothing.
    """
    if os.getuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
            if libc.prctl(24, capability, 0, 0, 0):  # PR_CAPBSET_DROP
                raise OSError(ctypes.get_errno(), "PR_CAPBSET_DROP")


def good(household, kind: str):
    """The source as it should be; whatever stands in its place is gone."""
    path = household.root / f"in.{kind}"
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    path.unlink(missing_ok=True)
    text = GOOD[kind]
    return household.put(path.name, ROWS) if text is None else household.text(path.name, text)


def refused(household, *naming: str, code: int = 1, before=None):
    """A run that must fail, naming these, and leave the destination as it was to the byte."""
    seen = household.snapshot()
    if before is None:
        done = household.call("run")
    else:
        done = household.finish(household.start("run", before=before))
    assert done.code == code, done
    for name in naming:
        assert name in done.err
    assert household.snapshot() == seen
    return done


def mended(household) -> None:
    """The next good run moves everything, and nothing of the bad one lies around."""
    done = household.call("run")
    assert done.code == 0, done
    assert household.ids() == [1, 2, 3]
    assert household.leftovers() == []
