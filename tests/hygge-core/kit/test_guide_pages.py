"""One page per hook and protocol: each says what an author has to know, and its example runs."""

import re
import types
from pathlib import Path

import pytest

from hygge_core import hookspecs, protocols, shelf
from hygge_core.plugins import Plugins
from hygge_core.testing import (
    HomeContract,
    JournalContract,
    PluginContract,
    StoreContract,
    StoreSubject,
    files_below,
)

CORE = Path(__file__).resolve().parents[3] / "hygge-core"
GUIDE = (CORE / "AUTHORS-GUIDE.md").read_text("utf-8")
PAGES = {path.stem: path.read_text("utf-8") for path in sorted((CORE / "docs").glob("*.md"))}
HOOKS = {name for name in vars(hookspecs) if name.startswith("hygge_")}
CONTRACTS = (HomeContract, JournalContract, PluginContract, StoreContract)
SAYS = ("When", "May not", "Units", "Errors", "Held by")


def example(page):
    """The code of a page, run as an author's module would be."""
    (code,) = re.findall(r"^```python\n(.+?)^```$", PAGES[page], re.M | re.S)
    module = types.ModuleType("acme_page.plugin")
    exec(code, module.__dict__)
    return module


def test_every_hook_and_protocol_has_its_page_and_no_page_is_of_nothing():
    assert set(PAGES) == HOOKS | set(protocols.__all__) | {"Shelf"}
    assert {name for name in PAGES if f"(docs/{name}.md)" not in GUIDE} == set()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_when_what_not_units_errors_and_who_holds_it(page):
    said = re.findall(r"^\*\*(.+?)\.\*\* \S", PAGES[page], re.M)
    assert tuple(said) == SAYS
    assert f"`{page}`" in PAGES[page].splitlines()[0]


@pytest.mark.parametrize("page", PAGES)
def test_its_example_runs(page):
    module = example(page)
    if page in HOOKS or page == "Shelf":
        assert Plugins.of(module).broken == []


@pytest.mark.parametrize("page", PAGES)
def test_the_tests_that_it_names_are_in_the_kit(page):
    tests = set(re.findall(r"`(test_\w+)`", PAGES[page]))
    assert {name for name in tests if not any(hasattr(each, name) for each in CONTRACTS)} == set()


@pytest.mark.parametrize("name", sorted(set(protocols.__all__) | set(shelf.__all__)))
def test_every_verb_of_a_protocol_has_its_docstring(name):
    named = {**vars(protocols), **vars(shelf)}[name]
    verbs = {
        verb: each for verb, each in vars(named).items() if isinstance(each, types.FunctionType)
    }
    public = {verb for verb in verbs if not verb.startswith("_")}
    assert {verb for verb in public if not verbs[verb].__doc__} == set()


class TestArrowStore(StoreContract):
    """The store of the page on shelves: forty lines that keep every promise."""

    every_step, every_double = 29, 301

    @pytest.fixture
    def subject(self) -> StoreSubject:
        import polars as pl

        def visible(root, schema):
            files = sorted((root / "out" / "walk").glob("*.arrow"))
            frames = [pl.read_ipc(file) for file in files]
            return pl.concat(frames, how="diagonal") if frames else None

        return StoreSubject(
            plugin=example("Shelf"),
            type="arrow",
            table=lambda root: {"path": str(root / "out" / "walk")},
            visible=visible,
            leftovers=lambda root: files_below(root / "out" / ".hygge", but=["locks"]),
        )
