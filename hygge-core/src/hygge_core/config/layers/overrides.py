"""``--set a.b.c=VALUE``: the highest layer, as a tree like that of a file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tomli

from hygge_core.config.saying.mistakes import Mistakes
from hygge_core.config.tree.interpolate import is_unicode
from hygge_core.config.tree.nodes import Origin, Table
from hygge_core.config.tree.sources import Soil
from hygge_core.errors import Mistake

NAME = "--set"
_KEY = r"""[^\s."'=\[\]{}#]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'"""
_PATH = re.compile(rf"\s*((?:{_KEY})(?:\s*\.\s*(?:{_KEY}))*)\s*=(.*)", re.DOTALL)


def overrides(
    sets: Sequence[str], folder: Path, environ: Mapping[str, str], mistakes: Mistakes
) -> Table:
    """What all ``sets`` say; a later one wins. Relative paths are relative to ``folder``."""
    document: dict[str, Any] = {}
    for text in sets:
        found = _PATH.fullmatch(text)
        if found is None or not is_unicode(text):
            mistakes.add(Mistake(NAME, _key_of(text), "expected a.b.c=VALUE"))
            continue
        keys = [_unquoted(key) for key in re.findall(_KEY, found[1])]
        _put(document, keys, _value(found[2]), mistakes)
    tree = Soil(environ, mistakes).grow(document, Origin(NAME, (), folder))
    assert isinstance(tree, Table)  # a document is a table
    return tree


def _key_of(text: str) -> str:
    """What was probably meant as the key; never a value, which may be a secret."""
    return ascii(re.split(r"[\s=:]", text, maxsplit=1)[0][:60])[1:-1] or "the argument"


def _unquoted(key: str) -> str:
    if key[0] not in "\"'":
        return key
    try:
        return str(tomli.loads(f"key = {key}")["key"])
    except tomli.TOMLDecodeError:  # a bad escape: it will be no known key
        return key


def _value(text: str) -> Any:
    """``text`` as the TOML value that it is, or as a string."""
    try:
        document = tomli.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return document["value"] if document.keys() == {"value"} else text


def _put(document: dict[str, Any], keys: Sequence[str], value: Any, mistakes: Mistakes) -> None:
    inner = document
    for depth, key in enumerate(keys[:-1], 1):
        step = inner.setdefault(key, {})
        if not isinstance(step, dict):
            taken = Origin(NAME, tuple(keys[:depth]), Path())
            mistakes.add(taken.mistake("expected a table, found a value set before"))
            return
        inner = step
    inner[keys[-1]] = value
