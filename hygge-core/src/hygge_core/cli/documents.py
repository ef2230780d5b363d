"""A document to stdout or to a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hygge_core.cli import streams
from hygge_core.errors import ConfigError


def give_document(plain: Any, out: Path | None) -> None:
    """Print ``plain`` as JSON, or write it to ``out`` and say so. Raises ``ConfigError``."""
    if out is None:
        streams.give_json(plain)
    else:
        _write(json.dumps(plain, indent=2, ensure_ascii=False) + "\n", out)


def give_page(text: str, out: Path | None) -> None:
    """Print ``text``, or write it to ``out`` and say so. Raises ``ConfigError``."""
    if out is None:
        streams.give(text.removesuffix("\n"))
    else:
        _write(text, out)


def _write(text: str, out: Path) -> None:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        # As on a stream: in JSON a name that is not UTF-8 stands as JSON spells it.
        out.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as exc:
        raise ConfigError(f"{out} cannot be written: {exc.strerror or exc}") from exc
    streams.say(f"wrote {out}")
