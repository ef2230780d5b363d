"""A plugin whose code is wrong is named with its verb, and with its own line that led there."""

from __future__ import annotations

import sys

import pytest

CODE = '''
from contextlib import contextmanager
import polars as pl
from attrs import frozen
from hygge_core import Kind, hookimpl
from hygge_core.records import Leftovers, Part, Receipt

@frozen(kw_only=True)
class Config:
    """store = { type = "zz" }"""
    table: str = "t"

class Staging:
    def __init__(self, load): self.load, self.rows = load, 0
    def write(self, batch): self.rows += batch.height
    def seal(self): return self.load.sealed("zz", Part(staged="a", final="b", rows=self.rows))

class Store:
    def begin(self, load): return Staging(load)
    def commit(self, manifest): return Receipt(rows=manifest.rows, parts=1)
    def rollback(self, ref): pass
    def cleanup(self, manifest): return Leftovers()
    def status(self, manifest): return "none"

class Home:
    def schema(self, ask): return pl.Schema({"id": pl.Int64})
    def read(self, ask): return ()

@contextmanager
def opened(config, scene):
    yield Store()

@contextmanager
def opened_home(config, scene):
    yield Home()

@hookimpl
def hygge_stores():
    return [Kind(name="zz", config=Config, open=opened, capabilities={"full_drop"})]

@hookimpl
def hygge_homes():
    return [Kind(name="zz", config=Config, open=opened_home)]
'''
SEALED = 'return self.load.sealed("zz", Part(staged="a", final="b", rows=self.rows))'
FLOW = """
[flows.f]
home = { type = "csv", path = "in.csv" }
store = { type = "zz" }
"""


@pytest.fixture
def plugin(household, monkeypatch):
    """Installs acme-zz 0.3.0 with ``wrong`` in the place of what is ``right``, and moves a flow."""
    site = household.root / "site"
    about = site / "acme_zz-0.3.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Name: acme-zz\nVersion: 0.3.0\n")
    (about / "entry_points.txt").write_text("[hygge]\nmain = acme_zz\n")
    monkeypatch.syspath_prepend(site)
    monkeypatch.delitem(sys.modules, "acme_zz", raising=False)
    household.text("in.csv", "id\n1\n2\n")

    def move(right: str, wrong: str, flow: str = FLOW):
        assert right in CODE
        (site / "acme_zz.py").write_text(CODE.replace(right, wrong))
        household.toml(flow)
        return household.move()

    yield move
    sys.modules.pop("acme_zz", None)


def test_a_plugin_that_is_right_is_not_in_the_way(plugin):
    assert plugin(SEALED, SEALED).outcome == "complete"


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("return Staging(load)", "pass", "begin() gave None, which is no Staging"),
        (SEALED, "pass", "seal() gave None, which is no Manifest"),
        (SEALED, "return {}", "seal() gave a dict, which is no Manifest"),
        ("rows=self.rows))", "rows=self.rows), extra={'x': object()})", "that is no JSON"),
        (
            "return Receipt(rows=manifest.rows, parts=1)",
            "pass",
            "commit() gave None, which is no Receipt",
        ),
        ("yield Store()", "yield None", "open() gave None, which is no Store"),
        (
            '    def status(self, manifest): return "none"',
            "",
            "gave a Store, which is no Store: it has no status",
        ),
        (
            "@contextmanager\ndef opened(config, scene):\n    yield",
            "def opened(config, scene):\n    return",
            "open() gave a Store, which is no AbstractContextManager",
        ),
        (
            '"full_drop"}',
            '"full_drop"}, keys=lambda c: None',
            "keys() gave None, which is no Collection",
        ),
    ],
)
def test_what_a_verb_gave_that_it_may_not_give_is_told_with_plugin_and_verb(
    plugin, right, wrong, told
):
    failure = plugin(right, wrong).failure
    assert failure.text.startswith("acme-zz 0.3.0: ")
    assert told in failure.text
    assert failure.hint == "this is a defect of the plugin: tell its author"


def test_a_cleanup_that_gives_nothing_is_told_and_the_load_stands(plugin):
    result = plugin("return Leftovers()", "pass")
    assert result.outcome == "complete"
    assert "acme-zz 0.3.0: cleanup() gave None, which is no Leftovers" in str(result.warnings)


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ('return pl.Schema({"id": pl.Int64})', "pass", "schema() gave None, which is no Mapping"),
        ("return ()", "pass", "read() gave None, which is no Iterable"),
    ],
)
def test_the_verbs_of_a_home_are_told_in_the_same_way(plugin, right, wrong, told):
    flow = FLOW.replace('type = "zz"', 'type = "parquet", path = "out"')
    flow = flow.replace('type = "csv", path = "in.csv"', 'type = "zz"')
    failure = plugin(right, wrong, flow).failure
    assert failure.text == f"acme-zz 0.3.0: {told}"


@pytest.mark.parametrize(
    ("right", "wrong", "note"),
    [
        ("def opened(config, scene)", "def opened(config)", "while open() was called for 'zz'"),
        ("yield Store()", "return\n    yield", "while open() was called for 'zz'"),
        ("batch.height", "batch.heigth", "acme_zz.py, line 15, of acme-zz 0.3.0"),
        ("return Staging(load)", "return load.nope", "acme_zz.py, line 19, of acme-zz 0.3.0"),
    ],
)
def test_what_a_plugin_raises_by_mistake_is_told_with_its_own_line(plugin, right, wrong, note):
    failure = plugin(right, wrong).failure
    assert "acme-zz 0.3.0" in str(failure.notes)
    assert note in str(failure.notes)


def test_a_plan_tells_what_a_home_raised_and_goes_on(plugin, household):
    plugin("pl.Schema({", "1 / 0; pl.Schema({")
    home = 'home = { type = "zz" }\nstore = { type = "parquet", path = "out" }\n'
    household.toml(f"[flows.b]\n{home}{FLOW}")
    done = household.call("plan")
    assert done.code == 1
    assert "b: full_drop" in done.out
    assert "problem  ZeroDivisionError: division by zero" in done.out
    assert "f: full_drop" in done.out
