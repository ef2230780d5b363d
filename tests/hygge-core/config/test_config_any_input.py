"""Whatever stands in a configuration: it is taken, or its mistakes are said. Never a traceback."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hygge_core.config import Project, load
from hygge_core.config.shown.show import rows, show
from hygge_core.errors import ConfigError, PluginError

VALID: dict[str, Any] = {
    "project": {"name": "contoso", "requires": ["hygge-core"]},
    "run": {"concurrency": 8, "on_error": "continue", "timeout": "2h"},
    "retry": {"attempts": 3, "max_wait": "60s"},
    "journal": {"type": "sqlite", "path": "j.db", "retention": "180d"},
    "connections": {
        "erp": {
            "type": "mssql",
            "server": "${S:-localhost}",
            "database": "ERP",
            "password": {"env": "P"},
            "max_connections": 8,
        }
    },
    "defaults": {"run_type": "full_drop"},
    "flows": {
        "files": {
            "home": {
                "type": "csv",
                "path": "in/*.csv",
                "dialect": {"separator": ";"},
                "overrides": {"a": "int64"},
            },
            "store": {"type": "parquet", "path": "out", "partition_by": ["day"]},
            "journal": {"location": "store"},
            "polish": {"columns": {"drop": ["*_enc"]}, "mask": {"Email": "sha256"}},
            "tags": ["nightly"],
            "schema": {"new_columns": "ignore"},
            "entities": {"orders": {"home": {"path": "x.csv"}}, "items": {}},
        },
        "tables": {
            "home": {"type": "mssql", "connection": "erp", "flag": True, "ratio": 0.5},
            "store": {"type": "adls", "account_url": "u", "filesystem": "f", "path": "p"},
            "run_type": "incremental",
            "watermark": {"column": "at", "primary_key": ["id"]},
        },
    },
    "env": {
        "prod": {
            "run": {"concurrency": 2},
            "flows": {"files": {"lane": "rows", "entities": {"items": {"tags": []}}}},
        }
    },
}

#: Tables whose keys are the user's to choose.
FREE = {
    ("flows",),
    ("connections",),
    ("env",),
    ("flows", "files", "entities"),
    ("env", "prod", "flows"),
    ("env", "prod", "flows", "files", "entities"),
    ("flows", "files", "home", "overrides"),
    ("flows", "files", "polish", "mask"),
}

texts = st.text(max_size=8) | st.sampled_from(
    [
        "parquet",
        "csv",
        "mssql",
        "8",
        "true",
        "1h",
        "${X}",
        "${X:-y}",
        "${",
        "$${",
        "..",
        "a/b",
        "{entity}",
        "{flow}",
        "erp",
        "store",
        "incremental",
        "\0",
        "~",
        "",
    ]
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
values = st.recursive(
    scalars.filter(lambda value: value is not None),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


def toml(value: Any) -> str:
    if isinstance(value, dict):
        inside = (f"{json.dumps(k, ensure_ascii=False)} = {toml(v)}" for k, v in value.items())
        return f"{{ {', '.join(inside)} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, float):
        return {"nan": "nan", "inf": "inf", "-inf": "-inf"}.get(str(value), repr(value))
    return json.dumps(value, ensure_ascii=False)


def document(tree: dict[str, Any]) -> str:
    lines = (f"{json.dumps(k, ensure_ascii=False)} = {toml(v)}" for k, v in tree.items())
    return "\n".join(lines).replace("\x7f", "")


def places(tree: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The paths of all tables and values below ``tree``."""
    inner = tree.items() if isinstance(tree, dict) else ()
    return [path, *(place for key, value in inner for place in places(value, (*path, key)))]


def table_at(tree: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        tree = tree[key]
    return tree


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    """A valid tree in which one to three things were changed, taken out or added."""
    tree = deepcopy(VALID)
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(places(tree)[1:] or [("x",)]))
        above = table_at(tree, path[:-1])
        match draw(st.sampled_from(["change", "take", "add", "rename"])):
            case "change":
                above[path[-1]] = draw(values)
            case "take":
                above.pop(path[-1], None)
            case "add":
                above[draw(texts)] = draw(values)
            case "rename":
                above[path[-1] + draw(texts)] = above.pop(path[-1], 1)
    return tree


unhurried = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def outcome(desk: Any, **how: Any) -> Project | ConfigError | PluginError:
    """What ``load`` does; anything but a project or a told mistake falls through as it is."""
    try:
        project = load(start=desk.root, plugins=desk.plugins, environ={}, **how)
    except (ConfigError, PluginError) as exc:
        told = exc
    else:
        show(project)
        list(rows(project))
        return project
    if isinstance(told, ConfigError):
        assert told.mistakes
        for each in told.mistakes:
            assert each.file
            assert each.path
            assert each.problem
            assert "\n" not in str(each)
    return told


def test_the_tree_that_is_mutated_is_valid(desk):
    desk.write(document(VALID))
    assert isinstance(outcome(desk), Project)
    assert isinstance(outcome(desk, env="prod"), Project)


@unhurried
@given(tree=mutated(), env=st.sampled_from([None, "prod", "x"]))
def test_any_tree_is_taken_or_its_mistakes_are_said(desk, tree, env):
    desk.write(document(tree))
    outcome(desk, env=env)


@unhurried
@given(tree=mutated())
def test_an_editor_accepts_what_loads(desk, editor, tree):
    desk.write(document(tree))
    if isinstance(outcome(desk), Project):
        assert editor(document(tree)) == []


@unhurried
@given(data=st.data(), key=st.sampled_from(["zz_unknown", "zz unknown", "\u00e9\u00e9"]))
def test_an_unknown_key_is_never_taken(desk, data, key):
    tree = deepcopy(VALID)
    tables = [path for path in places(tree) if isinstance(table_at(tree, path), dict)]
    path = data.draw(st.sampled_from([path for path in tables if path not in FREE]))
    table_at(tree, path)[key] = data.draw(values)
    desk.write(document(tree))
    error = outcome(desk, env=data.draw(st.sampled_from([None, "prod"])))
    assert isinstance(error, ConfigError)
    assert any(key in each.path for each in error.mistakes)


@unhurried
@given(text=st.text(max_size=60))
def test_any_text_is_taken_or_its_mistakes_are_said(desk, text):
    desk.write(text)
    outcome(desk)


@unhurried
@given(raw=st.binary(max_size=40))
def test_any_bytes_are_taken_or_their_mistakes_are_said(desk, raw):
    (desk.root / "hygge.toml").write_bytes(raw)
    outcome(desk)


paths = st.sampled_from([".".join(path) for path in places(VALID)[1:]]) | texts


@unhurried
@given(path=paths, value=texts | values.map(toml))
def test_any_set_is_taken_or_its_mistakes_are_said(desk, path, value):
    desk.write(document(VALID))
    outcome(desk, sets=[f"{path}={value}"])


@pytest.mark.parametrize("value", [5, "x", [], {}, [{}], "${UNSET}"], ids=json.dumps)
def test_any_part_may_be_of_any_type(desk, value):
    for path in places(VALID)[1:]:
        tree = deepcopy(VALID)
        table_at(tree, path[:-1])[path[-1]] = value
        desk.write(document(tree))
        outcome(desk)
