"""What the author's guide says is so: its examples run, and nothing of the contract is left out."""

import re
import types
from pathlib import Path

import pytest
from attrs import fields

from hygge_core import hookspecs, protocols, testing
from hygge_core.plugins import Plugins

GUIDE = (Path(__file__).resolve().parents[3] / "hygge-core" / "AUTHORS-GUIDE.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```python\n(.+?)^```$", GUIDE, re.M | re.S)


@pytest.mark.parametrize("code", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_runs(code):
    module = types.ModuleType("acme_lake.plugin")
    exec(code, module.__dict__)
    if "hookimpl" in code:
        assert Plugins.of(module).broken == []


def test_the_test_file_in_it_is_under_twenty_lines_and_passes(tmp_path, pytestconfig):
    (code,) = [each for each in EXAMPLES if "StoreContract" in each]
    assert len([line for line in code.splitlines() if line.strip()]) < 20
    file = tmp_path / "test_stranger.py"
    file.write_text(code)
    chosen = "commit_shows or idempotent or rollback or deviation"
    assert pytest.main(["-q", "-p", "no:cacheprovider", "-k", chosen, str(file)]) == 0


def test_every_hook_ability_and_capability_is_in_it():
    hooks = {name for name in vars(hookspecs) if name.startswith("hygge_")}
    abilities = set(protocols.__all__)
    capabilities = {word for words in hookspecs.CAPABILITIES.values() for word in words}
    missing = {name for name in hooks | abilities | capabilities if f"`{name}`" not in GUIDE}
    assert missing == set()


def test_every_capability_is_told_of_by_kind_itself():
    told = hookspecs.Kind.__doc__ or ""
    words = {word for words in hookspecs.CAPABILITIES.values() for word in words}
    assert {word for word in words if f"``{word}``" not in told} == set()
    assert {each.name for each in fields(hookspecs.Kind) if f"``{each.name}``" not in told} == set()


def test_what_the_kit_exports_is_what_is_there():
    assert testing.__all__ == sorted(testing.__all__)
    for name in testing.__all__:
        assert getattr(testing, name).__name__ == name
    contracts = {name for name in testing.__all__ if name.endswith("Contract")}
    assert {name for name in contracts if f"`{name}`" not in GUIDE and name not in GUIDE} == set()


def test_the_protocols_that_never_grow_have_not_grown():
    grown = {
        "Home": {"schema", "read"},
        "Staging": {"write", "seal"},
        "Store": {"begin", "commit", "rollback", "cleanup", "status"},
        "Journal": {
            "record_event", "get_last_run", "get_watermark", "update_watermark", "flush", "acquire",
            "renew", "release", "advance", "open_runs", "runs", "events", "watermarks", "prune",
        },
    }  # fmt: skip
    for name, verbs in grown.items():
        there = {verb for verb in vars(getattr(protocols, name)) if not verb.startswith("_")}
        assert there == verbs, name


def test_the_strangers_store_is_under_two_hundred_lines_with_its_tests():
    example = Path(__file__).resolve().parents[2] / "examples" / "acme-duckdb"
    files = [*example.rglob("*.py"), example / "pyproject.toml"]
    assert 100 < sum(len(each.read_text("utf-8").splitlines()) for each in files) < 200
