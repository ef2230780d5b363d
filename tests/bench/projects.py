"""hygge projects on disk, as a user would write them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

FLOW = "bench"


def project(
    folder: Path,
    *,
    home: Mapping[str, Any],
    store: Mapping[str, Any],
    journal: Path,
    entities: Sequence[str] = (),
    flow: Mapping[str, Any] | None = None,
) -> Path:
    """Write ``hygge.toml`` with one flow; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        "[project]",
        'name = "bench"',
        "[journal]",
        'type = "sqlite"',
        f"path = {_toml(journal)}",
        f"[flows.{FLOW}]",
        *(f"{key} = {_toml(each)}" for key, each in {"home": home, "store": store}.items()),
        *(f"{key} = {_toml(each)}" for key, each in (flow or {}).items()),
        *(f"[flows.{FLOW}.entities.{name}]" for name in entities),
    ]
    (folder / "hygge.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{key} = {_toml(each)}' for key, each in value.items())} }}"
    return json.dumps(str(value) if isinstance(value, Path) else value)
