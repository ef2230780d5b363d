"""What these tests share: a directory for a table, and a store over it."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from staged_orders import opened


@pytest.fixture
def table(tmp_path):
    return tmp_path / "lake" / "orders"


@pytest.fixture
def store(table):
    return opened(table)
