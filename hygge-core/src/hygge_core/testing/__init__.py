"""What proves a plugin: contracts as plain pytest classes, and what they stand on.

``pip install hygge-core[testing]``, derive a class, give its ``subject``, run pytest::

    from hygge_core.testing import StoreContract, StoreSubject

    class TestLakeStore(StoreContract):
        @pytest.fixture
        def subject(self) -> StoreSubject:
            return StoreSubject(plugin=acme_lake.plugin, type="lake", ...)

A test that fails says which promise is broken. ``plans``, ``ground`` and ``walk`` are the parts,
for tests of your own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygge_core.face import late as _late

if TYPE_CHECKING:
    from hygge_core.testing.homes.contract import HomeContract as HomeContract
    from hygge_core.testing.journals.contract import JournalContract as JournalContract
    from hygge_core.testing.plugins import PluginContract as PluginContract
    from hygge_core.testing.stores.contract import StoreContract as StoreContract
    from hygge_core.testing.subjects import HomeSubject as HomeSubject
    from hygge_core.testing.subjects import JournalSubject as JournalSubject
    from hygge_core.testing.subjects import StoreSubject as StoreSubject
    from hygge_core.testing.subjects import files_below as files_below
    from hygge_core.testing.subjects import through_home as through_home

_WHERE = {
    "HomeContract": "homes.contract",
    "HomeSubject": "subjects",
    "JournalContract": "journals.contract",
    "JournalSubject": "subjects",
    "PluginContract": "plugins",
    "StoreContract": "stores.contract",
    "StoreSubject": "subjects",
    "files_below": "subjects",
    "through_home": "subjects",
}

__all__ = sorted(_WHERE)  # noqa: PLE0605  # one list, derived
# Late: a fault plan in a process of its own needs no pytest.
__getattr__, __dir__ = _late(__name__, _WHERE)
