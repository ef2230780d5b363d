"""What authors may rely on is a list in each module, and the guide says which modules these are."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

GUIDE = Path(__file__).resolve().parents[2] / "hygge-core" / "AUTHORS-GUIDE.md"
_SECTION = re.search(r"^## What is public$(.+?)^## ", GUIDE.read_text("utf-8"), re.M | re.S)
assert _SECTION
MODULES = sorted(set(re.findall(r"^\| `(hygge_core[\w.]*)` \|", _SECTION[1], re.M)))


def of(name: str) -> ModuleType:
    # With a star, so that a module which is listed by its package is there too.
    exec(f"from {name} import *", {})
    return import_module(name)


def test_the_guide_names_every_module_that_what_is_generated_uses() -> None:
    templates = (GUIDE.parent / "src" / "hygge_core" / "scaffold").rglob("*.py.txt")
    used = {
        name
        for path in templates
        for name in re.findall(r"^from (hygge_core[\w.]*) import", path.read_text("utf-8"), re.M)
    }
    assert used - set(MODULES) == set()


def test_the_examples_of_the_guide_and_its_pages_use_nothing_else() -> None:
    pages = (GUIDE, *(GUIDE.parent / "docs").glob("*.md"))
    used = {
        name
        for path in pages
        for name in re.findall(r"^ *from (hygge_core[\w.]*) import", path.read_text("utf-8"), re.M)
    }
    assert used - set(MODULES) == set()


def test_our_own_plugins_come_through_no_door_that_is_closed_to_strangers() -> None:
    used = {
        name
        for path in GUIDE.parents[1].glob("hygge-*/src/hygge_*/**/*.py")
        if "hygge_core" not in path.parts
        for name in re.findall(r"^ *from (hygge_core[\w.]*) import", path.read_text("utf-8"), re.M)
    }
    assert used - set(MODULES) == set()


@pytest.mark.parametrize("name", MODULES)
def test_a_public_module_says_what_it_is_and_lists_what_it_gives(name: str) -> None:
    module = of(name)
    assert module.__doc__
    assert sorted(set(module.__all__)) == sorted(module.__all__)
    assert set(module.__all__) <= set(dir(module))  # what an editor completes
    assert [each for each in module.__all__ if not hasattr(module, each)] == []


@pytest.mark.parametrize("name", MODULES)
def test_what_is_listed_is_documented(name: str) -> None:
    module = of(name)
    given = {each: getattr(module, each) for each in module.__all__}
    plain = {each for each, value in given.items() if inspect.isclass(value) and not value.__doc__}
    plain |= {
        each
        for each, value in given.items()
        if inspect.isfunction(value) and not inspect.getdoc(value)
    }
    assert plain == set()


@pytest.mark.parametrize("name", MODULES)
def test_what_a_public_module_defines_without_an_underscore_is_listed(name: str) -> None:
    module = of(name)
    mine = {
        each
        for each, value in vars(module).items()
        if (getattr(value, "__module__", None) or "").startswith(name)
        and (inspect.isclass(value) or inspect.isfunction(value))
        and not each.startswith("_")
    }
    assert mine - set(module.__all__) == set()


def test_the_package_itself_gives_what_every_plugin_needs() -> None:
    assert {"Kind", "hookimpl", "Scene", "StoreError", "HomeError"} <= set(of("hygge_core").__all__)
