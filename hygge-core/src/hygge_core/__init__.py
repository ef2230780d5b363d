"""hygge-core: the host, the engine, the command line and the file backends of hygge.

The public API is what ``__all__`` lists; everything is imported when it is first used, so that
importing this package costs nothing and loads no polars.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygge_core.face import late as _late

if TYPE_CHECKING:
    from hygge_core.errors import (
        AuthError as AuthError,
    )
    from hygge_core.errors import (
        Cancelled as Cancelled,
    )
    from hygge_core.errors import (
        ConfigError as ConfigError,
    )
    from hygge_core.errors import (
        FlowError as FlowError,
    )
    from hygge_core.errors import (
        HomeError as HomeError,
    )
    from hygge_core.errors import (
        HyggeError as HyggeError,
    )
    from hygge_core.errors import (
        JournalError as JournalError,
    )
    from hygge_core.errors import (
        LeaseHeld as LeaseHeld,
    )
    from hygge_core.errors import (
        PluginError as PluginError,
    )
    from hygge_core.errors import (
        SchemaChanged as SchemaChanged,
    )
    from hygge_core.errors import (
        StoreError as StoreError,
    )
    from hygge_core.hookspecs import API_LEVEL as API_LEVEL
    from hygge_core.hookspecs import Kind as Kind
    from hygge_core.hookspecs import hookimpl as hookimpl
    from hygge_core.scene import Cancel as Cancel
    from hygge_core.scene import Scene as Scene

_WHERE = {
    "errors": (
        "AuthError",
        "Cancelled",
        "ConfigError",
        "FlowError",
        "HomeError",
        "HyggeError",
        "JournalError",
        "LeaseHeld",
        "PluginError",
        "SchemaChanged",
        "StoreError",
    ),
    "hookspecs": ("API_LEVEL", "Kind", "hookimpl"),
    "scene": ("Cancel", "Scene"),
}
_HOME = {name: module for module, names in _WHERE.items() for name in names}

__all__ = sorted(_HOME)  # noqa: PLE0605  # one list, derived
__getattr__, __dir__ = _late(__name__, _HOME)
