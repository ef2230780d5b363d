"""``hygge init``: the example project in ``files/``, made to fit what is installed."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from hygge_core.errors import ConfigError
from hygge_core.new_files import write_new

if TYPE_CHECKING:
    from hygge_core.plugins import Plugins

#: Lines of the example that need a journal begin with this; without one they become comments.
_JOURNAL = "? "
_SCHEMA = ".hygge/hygge.schema.json"
_NEVER_IN_THE_WAY = {".gitignore", _SCHEMA}


@frozen(kw_only=True)
class Started:
    """What was done: ``written`` and ``kept`` (there already) are paths within ``directory``."""

    directory: Path
    written: tuple[str, ...]
    kept: tuple[str, ...]
    journal: bool


def start(directory: Path, plugins: Plugins, *, missing_only: bool = False) -> Started:
    """Write the example into ``directory``, made if missing. Never overwrites a file.

    Raises ``ConfigError``, and writes nothing, where files of the example are there already and
    ``missing_only`` does not allow to write just the others; or where nothing can be written.
    """
    journal = "sqlite" in plugins.kinds("journal")
    contents = _contents(plugins, journal=journal)
    there = {name for name in contents if (directory / name).exists()}
    if (in_the_way := sorted(there - _NEVER_IN_THE_WAY)) and not missing_only:
        raise ConfigError(
            f"{directory} has {', '.join(in_the_way)} already; nothing was written",
            hint="choose another directory, or add only what is missing with --force",
        )
    written = tuple(name for name in contents if name not in there)
    write_new(directory, {name: contents[name] for name in written})
    return Started(directory=directory, written=written, kept=tuple(sorted(there)), journal=journal)


def example(*, journal: bool) -> str:
    """The text of the example's ``hygge.toml``."""
    toml = (files(__name__) / "files" / "hygge.toml").read_text(encoding="utf-8")
    mark = "" if journal else "# "
    return "".join(
        mark + line.removeprefix(_JOURNAL) if line.startswith(_JOURNAL) else line
        for line in toml.splitlines(keepends=True)
    )


def _contents(plugins: Plugins, *, journal: bool) -> dict[str, str]:
    """name → text of every file, ``hygge.toml`` last: a half-written example is no project yet."""
    from hygge_core.config.shown.schema import json_schema

    folder = files(__name__) / "files"
    samples = sorted((folder / "data").iterdir(), key=lambda sample: sample.name)
    return {
        ".gitignore": (folder / "gitignore").read_text(encoding="utf-8"),
        **{f"data/{sample.name}": sample.read_text(encoding="utf-8") for sample in samples},
        _SCHEMA: json.dumps(json_schema(plugins), indent=2) + "\n",
        "hygge.toml": example(journal=journal),
    }
