"""What these tests share: a directory for a table."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def table(tmp_path):
    return tmp_path / "lake" / "orders"
