"""The storage account that all tests here share as a package: ``dfs``."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from dfs.fixtures import *  # noqa: F403 - after the path is set


@pytest.fixture(autouse=True)
def soon(monkeypatch, dfs_key="YSBrZXkgZm9yIHRlc3RzLCBhbmQgZm9yIG5vdGhpbmcgZWxzZQ=="):
    """hygge's own retries come at once here: tests count requests, not seconds."""
    monkeypatch.setenv("HYGGE_TEST_LAKE_KEY", dfs_key)
    try:
        from hygge_adls import retries
    except ImportError:  # the server's own tests run without hygge
        return
    monkeypatch.setattr(retries, "FIRST_SECONDS", 0.001)
