"""What these tests share: the example as ``hygge init`` writes it, and hygge-core alone."""

import sys
from pathlib import Path

import pytest

from hygge_core.cli import main

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def only_the_core(monkeypatch):
    """The same with and without a journal's distribution beside hygge-core."""
    monkeypatch.setenv("HYGGE_NO_PLUGINS", "1")


@pytest.fixture
def shop(tmp_path, capsys) -> Path:
    assert main(["init", str(tmp_path / "shop")]) == 0
    capsys.readouterr()
    return tmp_path / "shop"
