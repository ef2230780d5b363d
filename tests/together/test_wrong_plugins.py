"""A plugin whose code is wrong is named with its verb, and with its own line that led there."""

from __future__ import annotations

import sys

import pytest

CODE = '''
from datetime import timedelta
from contextlib import contextmanager
import polars as pl
from attrs import frozen
from hygge_core import Kind, hookimpl
from hygge_core.records import Leftovers, Mark, Part, Receipt
from hygge_core.testing.memory_journal import MemoryJournal, MemoryJournalConfig
from hygge_core.testing.memory_book import Book

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
    def known_schema(self): return None
    def has_content(self): return False

class Home:
    def schema(self, ask): return pl.Schema({"id": pl.Int64})
    def read(self, ask): return ()
    def upper(self, ask): return None
    def reach(self, ask): return Mark("seen", "1")

class Journal(MemoryJournal):
    wrong = None

@contextmanager
def opened(config, scene):
    yield Store()

@contextmanager
def opened_home(config, scene):
    yield Home()

@contextmanager
def opened_journal(config, scene):
    yield Journal(Book(), timedelta(minutes=1))

@hookimpl
def hygge_stores():
    return [Kind(name="zz", config=Config, open=opened, capabilities={"append", "full_drop"})]

@hookimpl
def hygge_homes():
    follows = lambda config: ("log",)
    return [
        Kind(name="zz", config=Config, open=opened_home, capabilities={"range"}, follows=follows)
    ]

@hookimpl
def hygge_journals():
    return [Kind(name="zz", config=MemoryJournalConfig, open=opened_journal)]
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
        (
            '"full_drop"}',
            '"full_drop"}, keys=lambda c: "id"',
            "keys() gave a str, which is no tuple",
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


HOME = """
[flows.f]
home = { type = "zz" }
store = { type = "parquet", path = "out" }
"""
NEWER = 'run_type = "incremental"\nwatermark = { column = "id" }\n'
CHANGED = 'watermark = { kind = "log" }\n'
JOURNAL = FLOW + 'journal = { location = "custom", type = "zz", table = "t" }\n'


@pytest.mark.parametrize(
    ("right", "wrong", "flow", "told"),
    [
        (
            'return pl.Schema({"id": pl.Int64})',
            "pass",
            HOME,
            "schema() gave None, which is no Mapping",
        ),
        ("return ()", "pass", HOME, "read() gave None, which is no Iterable"),
        (
            "def upper(self, ask): return None",
            "def upper(self, ask): return 5",
            HOME + NEWER,
            "upper() gave a int, which is no Mark",
        ),
        ('return Mark("seen", "1")', "pass", HOME + CHANGED, "reach() gave None, which is no Mark"),
        (
            "def known_schema(self): return None",
            'def known_schema(self): return ["id"]',
            HOME.replace('"parquet", path = "out"', '"zz"') + NEWER,
            "known_schema() gave a list, which is no Mapping",
        ),
        (
            "return False",
            "pass",
            HOME.replace('"parquet", path = "out"', '"zz"') + NEWER,
            "has_content() gave None, which is no bool",
        ),
        (
            "wrong = None",
            "def acquire(self, *key): pass",
            JOURNAL,
            "acquire() gave None, which is no Lease",
        ),
        (
            "wrong = None",
            "def get_watermark(self, *key): return 5",
            JOURNAL,
            "get_watermark() gave a int, which is no Watermark",
        ),
        (
            "wrong = None",
            "def get_last_run(self, *key, **told): return {}",
            JOURNAL,
            "get_last_run() gave a dict, which is no FlowEvent",
        ),
        (
            "wrong = None",
            "def open_runs(self, *key): return [{}]",
            JOURNAL,
            "open_runs() gave a dict, which is no RunRecord",
        ),
    ],
)
def test_the_verbs_of_homes_abilities_and_journals_are_told_in_the_same_way(
    plugin, right, wrong, flow, told
):
    failure = plugin(right, wrong, flow).failure
    assert failure.text == f"acme-zz 0.3.0: {told}"


@pytest.mark.parametrize(
    ("right", "wrong", "note"),
    [
        ("def opened(config, scene)", "def opened(config)", "while open() was called for 'zz'"),
        ("yield Store()", "return\n    yield", "while open() was called for 'zz'"),
        ("batch.height", "batch.heigth", "acme_zz.py, line 18, of acme-zz 0.3.0"),
        ("return Staging(load)", "return load.nope", "acme_zz.py, line 22, of acme-zz 0.3.0"),
    ],
)
def test_what_a_plugin_raises_by_mistake_is_told_with_its_own_line(plugin, right, wrong, note):
    failure = plugin(right, wrong).failure
    assert "acme-zz 0.3.0" in str(failure.notes)
    assert note in str(failure.notes)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("raise pl.exceptions.PanicException('out of range')", "PanicException: out of range"),
        ("raise SystemExit(0)", "SystemExit: 0"),
    ],
)
def test_what_a_home_raised_is_told_of_its_entity_and_the_others_are_looked_at(
    plugin, household, wrong, told
):
    plugin("def schema(self, ask): return", f"def schema(self, ask): {wrong}; return")
    home = 'home = { type = "zz" }\nstore = { type = "parquet", path = "out" }\n'
    household.toml(f"[flows.b]\n{home}{FLOW}")
    for command, failed, well in (
        ("plan", f"problem  {told}", "f: full_drop"),
        ("check", told, "f: home"),
        ("preview", f"error: b: {told}", "1"),
    ):
        done = household.call(command)
        assert done.code == 1, command
        assert failed in done.out + done.err
        assert well in done.out


def test_a_journal_that_its_kind_says_is_not_there_is_not_opened_to_look_back(plugin, household):
    absent = "open=lambda config, scene: 1 / 0, exists=lambda config: False"
    assert "ZeroDivisionError" in plugin("open=opened_journal", absent, JOURNAL).failure.text
    for command in (["plan"], ["recover"], ["journal", "runs"]):
        assert household.call(*command).code == 0
