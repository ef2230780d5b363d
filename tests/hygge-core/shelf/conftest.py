"""What these tests share: a shelf, and every way in which its system may rename."""

import errno
import os
import sys
from pathlib import Path

import pytest

from hygge_core.files.disk import renames
from hygge_core.files.local import LocalShelf

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def shelf(tmp_path):
    return LocalShelf(tmp_path)


@pytest.fixture(params=["renameat2", "link", "neither"])
def renaming(request, monkeypatch):
    """How this system renames without clobbering."""
    if request.param != "renameat2":
        monkeypatch.setattr(renames, "_renameat2", lambda: None)
    if request.param == "neither":

        def no_links(self, target):
            raise OSError(errno.EPERM, os.strerror(errno.EPERM))

        monkeypatch.setattr(Path, "hardlink_to", no_links)
    return request.param
