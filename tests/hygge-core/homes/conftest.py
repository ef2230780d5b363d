"""Every test of a format is one of all formats."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from file_homes import FORMATS


@pytest.fixture(params=FORMATS)
def form(request) -> str:
    return request.param
