"""Which plugins are installed, which of them this process may use, and which fit this core.

Nothing of a plugin is imported here: all is read from the metadata of its distribution.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from importlib.metadata import (
    Distribution,
    EntryPoint,
    PackageNotFoundError,
    distribution,
    distributions,
    version,
)
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

GROUP = "hygge"
CORE = "hygge-core"


def canonical(name: str) -> str:
    """``name`` as distributions are compared: ``Hygge_ADLS`` is ``hygge-adls``."""
    return re.sub(r"[-_.]+", "-", name).lower()


@frozen(kw_only=True)
class Plugin:
    """One entry point of one distribution; ``str`` is ``hygge-adls 0.1.0``."""

    distribution: str
    version: str
    entry: str

    def __str__(self) -> str:
        return f"{self.distribution} {self.version}"

    @property
    def own(self) -> bool:
        """Did it come with hygge-core itself?"""
        return canonical(self.distribution) == CORE

    def goes_by(self, name: str) -> bool:
        """Is ``name`` this plugin's distribution or entry point?"""
        return canonical(name) in (canonical(self.distribution), canonical(self.entry))


@frozen(kw_only=True)
class Broken:
    """A plugin set apart: ``cause`` says what is wrong with it, ``hint`` what to try.

    ``error`` is what its own code raised, with the traceback, for its author.
    """

    plugin: Plugin
    cause: str
    hint: str | None = None
    error: BaseException | None = field(default=None, eq=False, repr=False)

    def __str__(self) -> str:
        return f"{self.plugin} is set apart: {self.cause}"


@frozen(kw_only=True)
class Found:
    """An installed plugin that is not imported yet, with its ``Requires-Dist`` lines."""

    plugin: Plugin
    point: EntryPoint
    requires: tuple[str, ...] = ()

    def load(self) -> Any:
        """Import it. Raises whatever its module raises."""
        return self.point.load()

    def misfit(self) -> Broken | None:
        """Why it cannot work with the hygge-core that is installed, or ``None``."""
        about_core = [line for line in self.requires if canonical(line).startswith(CORE)]
        if self.plugin.own or not about_core:
            return None
        try:
            refused = _unmet(about_core, version(CORE))
        except ValueError as exc:  # packaging's InvalidRequirement is one
            return Broken(plugin=self.plugin, cause=f"its metadata cannot be read: {exc}")
        if refused is None:
            return None
        name = shlex.quote(self.plugin.distribution)
        return Broken(
            plugin=self.plugin, cause=refused, hint=f"pip install --upgrade {CORE} {name}"
        )


def made_for(plugin: Plugin) -> str:
    """The versions of hygge-core that it declares, ``<0.2,>=0.1``; empty where it names none."""
    try:
        requires = distribution(plugin.distribution).requires or ()
        return ",".join(str(bound) for bound in _bounds(requires))
    except (PackageNotFoundError, ValueError):
        return ""


def _unmet(requires: Iterable[str], here: str) -> str | None:
    for bound in _bounds(requires):
        if not bound.contains(here, prereleases=True):
            return f"it needs {CORE} {bound}, and {here} is installed"
    return None


def _bounds(requires: Iterable[str]) -> Iterator[SpecifierSet]:
    """What the lines that count here say of hygge-core."""
    from packaging.requirements import Requirement  # a stranger's line is all that needs it

    for need in map(Requirement, requires):
        if canonical(need.name) == CORE and (need.marker is None or need.marker.evaluate()):
            yield need.specifier


def installed() -> Iterator[Found | Broken]:
    """Every plugin installed here, in the order of their distributions' names.

    Of a distribution that stands on ``sys.path`` twice the first is taken, as an import would.
    ``Broken`` are those whose entry points cannot be read.
    """
    names = {name for dist in distributions() if _mentions_us(dist) and (name := _name(dist))}
    for name in sorted(names):
        dist = distribution(name)
        told = dist.metadata  # parsed at each look
        called, there = told["Name"], told["Version"] or "?"
        try:
            points = sorted(point for point in dist.entry_points if point.group == GROUP)
        except Exception as exc:  # noqa: BLE001  # a malformed file raises what it likes
            plugin = Plugin(distribution=called, version=there, entry="?")
            yield Broken(plugin=plugin, cause=f"its entry points cannot be read: {exc}")
            continue
        requires = tuple(dist.requires or ())
        for point in points:
            plugin = Plugin(distribution=called, version=there, entry=point.name)
            yield Found(plugin=plugin, point=point, requires=requires)


def _mentions_us(dist: Distribution) -> bool:
    try:
        return f"[{GROUP}]" in (dist.read_text("entry_points.txt") or "")
    except (OSError, UnicodeError):
        return False


def _name(dist: Distribution) -> str | None:
    """``None`` for metadata of nothing, as a broken uninstall leaves it behind."""
    try:
        return canonical(dist.metadata["Name"])
    except (TypeError, KeyError, OSError, UnicodeError):
        return None


def of_module(module: Any, number: int) -> Plugin:
    """Name the ``number``-th plugin that came without metadata, by its module's package."""
    name = str(getattr(module, "__name__", type(module).__name__))
    package = name.partition(".")[0].replace("_", "-")
    try:
        there = version(package)
    except PackageNotFoundError:
        there = "0"
    return Plugin(distribution=package, version=there, entry=f"{name}-{number}")
