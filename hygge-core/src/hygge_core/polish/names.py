"""Final names: words found in a source's name, joined as wanted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hygge_core.markers import ROW_MARKER

if TYPE_CHECKING:
    from hygge_core.polish.settings import Case, ColumnSettings

_PARENTHESES = re.compile(r"\(([^()]*)\)")


def final_name(name: str, settings: ColumnSettings) -> str:
    """What a source column is called in the end; a name of nothing but signs stays as it is."""
    renamed = settings.rename.get(name)
    if renamed is not None:
        return renamed
    if name == ROW_MARKER:  # a word of hygge's own, and no name of the source's
        return name
    made = _without_signs(name) if settings.remove_special else name
    if settings.case is not None:
        made = _JOINED[settings.case](made)
    if settings.remove_spaces or settings.replace_spaces is not None:
        made = made.replace(" ", settings.replace_spaces or "")
    return made or name


def words(name: str) -> list[str]:
    """``XMLHttpRequest``, ``xml http-request`` and ``xml_httpRequest`` have the same three words.

    A run of capitals is one word, up to a capital that begins another: ``XML``, ``Http``.
    """
    found = [""]
    for before, letter, after in zip(f" {name}", name, f"{name[1:]} ", strict=False):
        begins = after.islower() if before.isupper() else before.isalnum()
        if letter in " _-" or (letter.isupper() and begins):
            found.append("")
        if letter not in " _-":
            found[-1] += letter
    return [word for word in found if word]


def _without_signs(name: str) -> str:
    inside = _PARENTHESES.findall(name)
    kept = " ".join([_PARENTHESES.sub(" ", name), *inside])
    kept = "".join(letter for letter in kept if letter.isalnum() or letter in " _-")
    return " ".join(kept.split())


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:].lower()


def _pascal(name: str) -> str:
    return "".join(map(_capital, words(name)))


def _camel(name: str) -> str:
    first, *others = words(name) or [""]
    return first.lower() + "".join(map(_capital, others))


_JOINED: Mapping[Case, Callable[[str], str]] = {
    "snake": lambda name: "_".join(words(name)).lower(),
    "kebab": lambda name: "-".join(words(name)).lower(),
    "pascal": _pascal,
    "camel": _camel,
    "lower": str.lower,
    "upper": str.upper,
}
