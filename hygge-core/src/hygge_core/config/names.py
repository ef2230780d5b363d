"""What flows and entities may be called: their names become paths, and words of a selection."""

from __future__ import annotations

import re
from collections.abc import Mapping
from unicodedata import normalize

from hygge_core.config.mistakes import Mistakes
from hygge_core.config.nodes import Table

_LONGEST, _MOST_BYTES = 200, 255
_MEANT = re.compile(r"[*?\[\]{},]")
_DRIVE = re.compile(r"[A-Za-z]:")


def objection(name: str) -> str | None:
    """Why ``name`` cannot be the name of a flow or entity, or ``None``."""
    if not name or name != name.strip():
        return "a name that is not empty and has no blanks around it"
    if not name.isprintable():
        return "a name without control characters"
    if "/" in name or "\\" in name or _DRIVE.match(name):
        return "a name that is no path"
    if ".." in name or name.startswith("."):
        return "a name without '..' and without a dot in front"
    if _MEANT.search(name):
        return "a name without any of * ? [ ] { } and comma"
    if len(name) > _LONGEST or len(name.encode()) > _MOST_BYTES:
        return f"a name of at most {_LONGEST} characters and {_MOST_BYTES} bytes"
    return None


def check(named: Mapping[str, Table], mistakes: Mistakes) -> None:
    """Every name is possible, and no two are the same to a file system that folds case."""
    seen: dict[str, str] = {}
    for name, table in named.items():
        wanted = objection(name)
        if wanted is not None:
            shown = ascii(name if len(name) <= 60 else f"{name[:60]}...")
            mistakes.add(table.origin.mistake(f"expected {wanted}, found {shown}"))
        twin = seen.setdefault(normalize("NFC", name).casefold(), name)
        if twin != name:
            problem = f"expected names that differ in more than case, found {twin!r} too"
            mistakes.add(table.origin.mistake(problem))
