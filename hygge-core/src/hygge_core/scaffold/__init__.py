"""``hygge new-plugin``: a distribution that works, passes its tests, and waits to be changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from keyword import iskeyword
from pathlib import Path
from typing import Literal

from attrs import frozen

from hygge_core.errors import ConfigError
from hygge_core.new_files import write_new
from hygge_core.plugins import load
from hygge_core.plugins.words import FIRST_PARTY

Offer = Literal["store", "home", "journal"]

_NAME = re.compile(r"[a-z][a-z0-9]*([-_.][a-z0-9]+)*", re.IGNORECASE)
#: Folders of templates, by what is offered; who writes files has to make them durable.
_FOLDERS: dict[Offer, tuple[str, ...]] = {
    "store": ("every", "durable", "store"),
    "home": ("every", "home"),
    "journal": ("every", "durable", "journal"),
}
_RENAMED = {"gitignore": ".gitignore"}
_LONGEST = 60
#: Taken by the folders of the distribution itself, by Windows, or by somebody else.
_RESERVED = frozenset(
    ["src", "tests", "dist", "build", "site", "aux", "con", "nul", "prn", "hygge"]
    + [f"{device}{number}" for device in ("com", "lpt") for number in range(10)]
)
_EXAMPLES = {
    "store": (
        '[flows.orders]\nhome = { type = "parquet", path = "incoming" }\n'
        'store = { type = "WORD", path = "landing" }'
    ),
    "home": (
        '[flows.orders]\nhome = { type = "WORD", path = "incoming" }\n'
        'store = { type = "parquet", path = "landing" }'
    ),
    "journal": '[journal]\ntype = "WORD"\npath = ".hygge/journal"',
}


@frozen(kw_only=True)
class Written:
    """What was written: ``files`` are paths within ``directory``; ``word`` follows ``type =``."""

    directory: Path
    distribution: str
    word: str
    files: tuple[str, ...]


def write(offer: Offer, name: str, parent: Path) -> Written:
    """Write the distribution ``name`` into a directory of that name below ``parent``.

    Raises ``ConfigError``, and writes nothing, for a name that cannot be one, or is taken.
    """
    distribution = re.sub(r"[-_.]+", "-", name).lower()
    package = distribution.replace("-", "_")
    directory = parent / distribution
    word = package.removeprefix("hygge_")
    _refuse(name, package)
    _refuse_taken(offer, word, directory)
    told = {
        "DISTRIBUTION": distribution,
        "PACKAGE": package,
        "EXAMPLE": _EXAMPLES[offer].replace("WORD", word),
        "OFFER": offer,
        "WORD": word,
        **_bounds(version("hygge-core")),
    }
    contents = {
        _filled(path, told): _filled(text, told)
        for folder in _FOLDERS[offer]
        for path, text in _templates(files(__name__) / "files" / folder)
    }
    write_new(directory, contents)
    return Written(
        directory=directory, distribution=distribution, word=word, files=tuple(sorted(contents))
    )


def _refuse(name: str, package: str) -> None:
    """Raise ``ConfigError`` for what cannot name a distribution and its package."""
    another = "choose another name: acme-lake"
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        raise ConfigError(
            f"{name!r} cannot name a distribution",
            hint=f"ASCII: a letter, then letters, digits and -; {_LONGEST} at most: acme-lake",
        )
    if iskeyword(package):
        raise ConfigError(f"its package would be {package!r}, a word of Python's", hint=another)
    if package in _RESERVED or package.replace("_", "-") in FIRST_PARTY.values():
        raise ConfigError(f"{name!r} means something else already", hint=another)
    if find_spec(package) is not None:
        raise ConfigError(f"a package {package!r} is installed already", hint=another)


def _refuse_taken(offer: Offer, word: str, directory: Path) -> None:
    """Raise ``ConfigError`` for a word that clashes here, and a directory that is there."""
    if (known := load().kinds(offer).get(word)) is not None:
        raise ConfigError(
            f"the {offer} {word!r} is offered by {known.plugin} already",
            hint=f"choose another name: acme-{word.replace('_', '-')}",
        )
    if directory.exists():
        raise ConfigError(
            f"{directory} is there already; nothing was written",
            hint="choose another name, or remove it first",
        )


def _bounds(core: str) -> dict[str, str]:
    """The core that it is made for: from this one's minor version up to the next."""
    major, minor = (int(piece) for piece in core.split(".")[:2])
    return {"LOWEST": f"{major}.{minor}", "HIGHEST": f"{major}.{minor + 1}"}


def _templates(folder: Traversable, above: str = "") -> Iterator[tuple[str, str]]:
    """Path within the distribution and text of each template; all of them end in ``.txt``."""
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _templates(entry, f"{above}{entry.name}/")
        else:
            name = entry.name.removesuffix(".txt")
            yield above + _RENAMED.get(name, name), entry.read_text(encoding="utf-8")


def _filled(text: str, told: dict[str, str]) -> str:
    return re.sub("|".join(rf"\b{word}\b" for word in told), lambda m: told[m[0]], text)
