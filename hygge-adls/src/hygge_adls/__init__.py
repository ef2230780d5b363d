"""ADLS Gen2 and OneLake for hygge: homes, stores, a journal, and what others build on.

The public API is what ``__all__`` lists; everything is imported when it is first used, so that
importing this package loads nothing of azure:

* ``Lake`` the operations on one filesystem (:mod:`hygge_adls.lake`);
* ``LakeShelf`` the shelf of ``StagedWriter``: a folder of a lake;
* ``InAdls``, ``InOneLake`` the keys of a config that says where in a lake something is, and
  ``ToOneLake`` those of one that has words of its own for the where;
* ``opened(config, scene)`` gives the ``Account`` of such a config, whose ``lake`` gives a ``Lake``;
* ``speaking`` translates what Azure says no to, for requests of one's own;
* ``examined_store`` tells ``hygge check`` how far a store's account can be reached, and whether
  files may be written there.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hygge_adls.account import Account as Account
    from hygge_adls.account import opened as opened
    from hygge_adls.diagnosis import examined_store as examined_store
    from hygge_adls.lake.border import speaking as speaking
    from hygge_adls.lake.lake import Lake as Lake
    from hygge_adls.lake.shelf import LakeShelf as LakeShelf
    from hygge_adls.settings.connections import InAdls as InAdls
    from hygge_adls.settings.connections import InOneLake as InOneLake
    from hygge_adls.settings.connections import ToOneLake as ToOneLake

_WHERE = {
    "Account": "account",
    "InAdls": "settings.connections",
    "InOneLake": "settings.connections",
    "Lake": "lake.lake",
    "LakeShelf": "lake.shelf",
    "ToOneLake": "settings.connections",
    "examined_store": "diagnosis",
    "opened": "account",
    "speaking": "lake.border",
}

__all__ = sorted(_WHERE)  # noqa: PLE0605  # one list, derived


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(import_module(f"hygge_adls.{_WHERE[name]}"), name)
    raise AttributeError(f"module 'hygge_adls' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
