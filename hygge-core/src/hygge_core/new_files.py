"""Files that a command writes for its user to go on from: new ones, and none replaces another."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hygge_core.errors import ConfigError


def write_new(directory: Path, contents: Mapping[str, str]) -> None:
    """Write the texts of ``contents`` (name → text) below ``directory``, in their order.

    A file that appeared since somebody looked is not overwritten either. Raises ``ConfigError``.
    """
    try:
        for name, text in contents.items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
    except OSError as exc:
        raise ConfigError(
            f"nothing can be written to {directory}: {exc.strerror or exc}",
            hint="choose a directory that you may write to",
        ) from exc


__all__ = ["write_new"]
