"""What holds for every test: no property has a deadline, and a run may take a share of the tests.

``HYGGE_TEST_SHARE=I/N`` deals the tests out by their names. Those marked ``shared`` are taken in
every share, and take a share of their own steps instead (see ``tests/together/shares.py``).

A class that signs a contract names in ``repeats`` those of its tests that show for long what others
of them show, too: they are slow ones.
"""

import os
from contextlib import suppress

import pytest

with suppress(ImportError):  # the environments that only build or check do without it
    from hypothesis import settings

    # No property may fail because the machine was busy.
    settings.register_profile("hygge", deadline=None)
    settings.load_profile("hygge")


def pytest_collection_modifyitems(config, items):
    for item in items:
        if item.name in getattr(item.cls, "repeats", ()):
            item.add_marker(pytest.mark.slow)
    asked = os.environ.get("HYGGE_TEST_SHARE")
    if not asked:
        return
    from hygge_core.operate.selection import Shard

    mine = Shard.parse(asked)
    taken = [i for i in items if i.get_closest_marker("shared") or mine.holds(i.nodeid)]
    config.hook.pytest_deselected(items=[item for item in items if item not in taken])
    items[:] = taken
