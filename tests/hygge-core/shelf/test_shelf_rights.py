"""A folder that takes another's place takes its rights over, and staged rows are as private."""

import os
import stat

import pytest
from shelf_files import put

from hygge_core.faults import planned
from hygge_core.testing.plans import Count

pytestmark = pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
as_root = pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="needs root")


def mode(shelf, name: str) -> int:
    return stat.S_IMODE(shelf.path(name).stat().st_mode)


@pytest.mark.parametrize("rights", [0o700, 0o2770, 0o755, 0o1777])
def test_a_tree_that_replaces_another_has_its_mode(shelf, renaming, rights):
    put(shelf, "live/old", "old")
    put(shelf, "stage/new", "new")
    shelf.path("live").chmod(rights)
    file = mode(shelf, "stage/new")
    shelf.replace_tree("stage", "live", ".hygge/old/r")
    assert mode(shelf, "live") == mode(shelf, ".hygge/old/r") == rights
    assert mode(shelf, "live/new") == file


@as_root
def test_a_tree_that_replaces_another_has_its_owner_and_group(shelf, renaming):
    put(shelf, "live/old", "old")
    put(shelf, "stage/new", "new")
    os.chown(shelf.path("live"), 1234, 5678)
    shelf.path("live").chmod(0o2750)
    shelf.replace_tree("stage", "live", ".hygge/old/r")
    seen = shelf.path("live").stat()
    assert (seen.st_uid, seen.st_gid, mode(shelf, "live")) == (1234, 5678, 0o2750)


@as_root
def test_a_group_that_cannot_be_given_is_not_let_in_by_the_rights_of_another(shelf, monkeypatch):
    def refused(*_):
        raise PermissionError

    put(shelf, "live/old", "old")
    put(shelf, "stage/new", "new")
    os.chown(shelf.path("live"), -1, 5678)
    shelf.path("live").chmod(0o2775)
    monkeypatch.setattr(os, "chown", refused)
    shelf.replace_tree("stage", "live", ".hygge/old/r")
    assert mode(shelf, "live") == 0o755


def test_rights_that_are_the_same_cost_nothing(shelf):
    put(shelf, "live/old", "old")
    put(shelf, "stage/new", "new")
    with planned(Count()) as counted:
        shelf.replace_tree("stage", "live", ".hygge/old/r")
    assert "local.rights:before" not in counted.names()


@pytest.mark.parametrize(("rights", "staged"), [(0o700, 0o700), (0o2770, 0o2770), (0o555, 0o755)])
def test_what_is_staged_is_no_more_open_than_the_table(shelf, rights, staged):
    put(shelf, "live/old", "old")
    shelf.path("live").chmod(rights)
    shelf.made_like(".hygge/stage/r", "live")
    put(shelf, ".hygge/stage/r/files/new", "new")
    assert mode(shelf, ".hygge/stage/r") == staged


def test_without_a_table_nothing_is_made(shelf):
    shelf.made_like(".hygge/stage/r", "live")
    assert list(shelf.root.iterdir()) == []
