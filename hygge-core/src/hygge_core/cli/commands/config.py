"""``hygge config``: what the configuration comes to."""

from __future__ import annotations

from hygge_core.cli import streams
from hygge_core.cli.invocation import Invocation
from hygge_core.cli.options import Exclude, Select, command, group

app = group("Show or check the merged configuration.")


@command(app)
def show(said: Invocation, *, select: Select = None, exclude: Exclude = None) -> None:
    """Show the merged configuration, and where each value came from; never a secret."""
    from hygge_core.cli.shown.settings import give_settings

    give_settings(said, said.named(select, exclude))


@command(app)
def check(said: Invocation) -> None:
    """Say everything that is wrong with the configuration, and open nothing."""
    said.project.require(said.project.entities)
    streams.say(f"{said.project.file}: ok", "good")
