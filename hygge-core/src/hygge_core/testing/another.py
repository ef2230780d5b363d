"""Another process of the kit: how it is started, and how it finds the plugin that this one tests.

Its script is run as ``python SCRIPT MODULES OPENED ROOT WORD...``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING

from hygge_core.engine.world import World
from hygge_core.files import plugin as files
from hygge_core.jsons import from_json, to_json
from hygge_core.plugins import Plugins
from hygge_core.records import Opened
from hygge_core.testing import memory_journal

if TYPE_CHECKING:
    from hygge_core.testing.subjects import Subject

#: How long it may take, in seconds.
_PATIENCE = 60


@contextmanager
def another(
    script: str, subject: Subject, root: Path, *words: str
) -> Iterator[subprocess.Popen[str]]:
    """A process that runs ``script``, with what ``subject`` is at ``root``, for a minute at most.

    It is sent and sends lines of text, looks for modules where this one does, and complains where
    this one does.
    """
    modules = ",".join(each.__name__ for each in (subject.plugin, *subject.beside))
    opened = to_json(subject.opened(root))
    with subprocess.Popen(  # noqa: S603  # ours
        [sys.executable, script, modules, opened, str(root), *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    ) as process:
        end = Timer(_PATIENCE, process.kill)
        end.start()
        try:
            yield process
        finally:
            end.cancel()
            process.kill()


def has_a_name(subject: Subject) -> bool:
    """Whether another process can import what ``subject`` names: modules, and no makeshift ones."""
    modules = (subject.plugin, *subject.beside)
    return all(sys.modules.get(getattr(each, "__name__", "")) is each for each in modules)


@contextmanager
def opening(modules: str, opened: str, root: str) -> Iterator[tuple[World, Opened]]:
    """In that process: the words of its command, as what they were."""
    named = map(import_module, modules.split(","))
    plugins = Plugins.of(*dict.fromkeys((files, memory_journal, *named)))
    with World(plugins, root=Path(root)) as world:
        yield world, from_json(opened, Opened)
