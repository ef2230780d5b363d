"""``hygge plugins``: what is installed, and how it is."""

from __future__ import annotations

from hygge_core.cli.invocation import Invocation


def plugins(said: Invocation) -> None:
    """List the installed plugins: distribution, version, kinds, health."""
    from hygge_core.cli.shown.inventory import give_plugins

    give_plugins(said, said.plugins)
