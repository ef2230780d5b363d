"""The storage account that all tests here share as a package: ``dfs``."""

import base64
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from dfs.fixtures import *  # noqa: F403 - after the path is set


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    """hygge's own retries come at once here: tests count requests, not seconds."""
    monkeypatch.setenv("HYGGE_TEST_LAKE_KEY", base64.b64encode(b"a key for tests").decode())
    monkeypatch.setenv("HYGGE_TEST_LAKE_SAS", "sv=2023-01-03&sp=rlwcd&sig=c2VjcmV0")
    try:
        from hygge_adls.lake import retries
    except ImportError:  # the server's own tests run without hygge
        return
    monkeypatch.setattr(retries, "FIRST_SECONDS", 0.001)
