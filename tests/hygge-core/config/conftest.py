"""Kinds as plugins would offer them, and projects in real directories."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import pytest
import tomli
from attrs import field, frozen
from attrs.validators import ge, min_len, optional
from jsonschema import Draft7Validator

from hygge_core.config import Project, load
from hygge_core.config.shown.schema import json_schema
from hygge_core.errors import ConfigError, Mistake
from hygge_core.fields import PER_ENTITY, ConnectionName, Secret, one_or_many
from hygge_core.hookspecs import Kind, hookimpl
from hygge_core.plugins import Plugins


@frozen(kw_only=True)
class FileHome:
    """A home of files.

    * ``path`` a file, a directory or a glob.
    * ``batch_rows`` rows per batch.
    """

    path: Path = field(metadata=PER_ENTITY)
    batch_rows: int = field(default=100_000, validator=ge(1))


@frozen(kw_only=True)
class FileStore:
    """A store of files."""

    path: Path = field(metadata=PER_ENTITY)
    compression: Literal["zstd", "snappy"] = "zstd"
    partition_by: tuple[str, ...] = ()


@frozen(kw_only=True)
class Dialect:
    """How a CSV file is written."""

    separator: str = field(default=",", validator=min_len(1))
    quote: str | None = None


@frozen(kw_only=True)
class CsvHome(FileHome):
    """A home of CSV files."""

    dialect: Dialect = field(factory=Dialect)
    overrides: dict[str, str] = field(factory=dict)


@frozen(kw_only=True)
class Server:
    """A database server."""

    server: str
    database: str
    auth: Literal["password", "managed_identity", "cli"] = "password"
    user: str | None = None
    password: Secret | None = None
    max_connections: int | None = field(default=None, validator=optional(ge(1)))
    patience: timedelta = timedelta(seconds=30)


@frozen(kw_only=True)
class TableHome:
    """A table of a database."""

    connection: ConnectionName
    table: str = "{entity}"
    query: str | None = field(default=None)
    ratio: float = 1.0
    flag: bool = False

    @query.validator
    def _not_both(self, _: Any, query: str | None) -> None:
        if query is not None and self.table != "{entity}":
            raise ValueError("expected either 'table' or 'query', found both")


@frozen(kw_only=True)
class TableStore:
    """A table of a database, keyed."""

    connection: ConnectionName
    table: str = "{entity}"
    key_columns: tuple[str, ...] = field(default=(), converter=one_or_many)
    plainly: bool = False


@frozen(kw_only=True)
class LakeStore:
    """A folder in a lake."""

    account_url: str
    filesystem: str
    path: str = field(metadata=PER_ENTITY)
    key_columns: tuple[str, ...] = ()
    token: Secret | None = None


@frozen(kw_only=True)
class FileJournal:
    """A journal in a file."""

    path: Path
    retention: timedelta | None = None
    busy_seconds: float = field(default=30.0, validator=ge(0))


def _open(config: Any, scene: Any) -> Any:
    raise AssertionError("reading a configuration opens nothing")


def _beside(config: Any) -> Mapping[str, Any]:
    folder = next(each for each in Path(config.path).parents if "{" not in str(each))
    return {"type": "sqlite", "path": str(folder / "journal.db")}


def _home(name: str, config: type, **more: Any) -> Kind:
    return Kind(name=name, config=config, open=_open, capabilities={"range", "discover"}, **more)


def _store(name: str, config: type, **more: Any) -> Kind:
    capable = {"append", "full_drop", *more.pop("able", ())}
    return Kind(name=name, config=config, open=_open, capabilities=capable, **more)


@hookimpl
def hygge_homes() -> list[Kind]:
    return [
        _home("parquet", FileHome, journal_beside=_beside),
        _home("csv", CsvHome),
        Kind(name="pipe", config=FileHome, open=_open),
        _home(
            "mssql",
            TableHome,
            address=lambda c: f"{c.connection}: {c.table}",
            follows=lambda c: () if c.query else ("change_log",),
        ),
    ]


@hookimpl
def hygge_stores() -> list[Kind]:
    keyed = {
        "keys": lambda c: c.key_columns,
        "inserts": lambda c: "plainly = true looks for no key" if c.plainly else "",
    }
    return [
        _store("parquet", FileStore, journal_beside=_beside),
        Kind(name="once", config=FileStore, open=_open, capabilities={"full_drop"}),
        _store("adls", LakeStore, address=lambda c: f"{c.account_url}/{c.filesystem}/{c.path}"),
        _store(
            "mssql",
            TableStore,
            address=lambda c: f"{c.connection}: {c.table}",
            connections=lambda c: 2,
            able={"upsert", "markers"},
            **keyed,
        ),
    ]


@hookimpl
def hygge_journals() -> list[Kind]:
    return [Kind(name="sqlite", config=FileJournal, open=_open)]


@hookimpl
def hygge_connections() -> list[Kind]:
    return [
        Kind(name="mssql", config=Server, open=_open, address=lambda c: f"{c.server}/{c.database}")
    ]


OFFERS = ModuleType("fake_kinds.plugin")
OFFERS.__dict__.update(
    hygge_homes=hygge_homes,
    hygge_stores=hygge_stores,
    hygge_journals=hygge_journals,
    hygge_connections=hygge_connections,
)


@pytest.fixture(scope="session")
def plugins() -> Plugins:
    return Plugins.of(OFFERS)


@pytest.fixture(scope="session")
def editor(plugins: Plugins) -> Callable[[str], list[str]]:
    """What an editor with the schema of ``hygge schema`` complains about in a text."""
    schema = json_schema(plugins)
    Draft7Validator.check_schema(schema)
    validator = Draft7Validator(schema)

    def complaints(text: str) -> list[str]:
        return [error.message for error in validator.iter_errors(tomli.loads(text))]

    return complaints


class Desk:
    """A project's directory: write its files, load it, ask what is wrong with it."""

    def __init__(self, root: Path, plugins: Plugins) -> None:
        self.root = root
        self.plugins = plugins
        self.environ: dict[str, str] = {}

    def write(self, text: str, name: str = "hygge.toml") -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def load(self, text: str | None = None, **how: Any) -> Project:
        if text is not None:
            self.write(text)
        how = {"start": self.root, "plugins": self.plugins, "environ": self.environ} | how
        return load(**how)

    def mistakes(self, text: str | None = None, **how: Any) -> tuple[Mistake, ...]:
        with pytest.raises(ConfigError) as caught:
            self.load(text, **how)
        assert caught.value.mistakes
        assert all(each.file and each.path and each.problem for each in caught.value.mistakes)
        return caught.value.mistakes

    def complaints(self, text: str | None = None, **how: Any) -> list[str]:
        return [str(each) for each in self.mistakes(text, **how)]


@pytest.fixture
def desk(tmp_path: Path, plugins: Plugins) -> Desk:
    return Desk(tmp_path, plugins)


@pytest.fixture
def offers() -> Callable[..., Plugins]:
    """The fake kinds and whatever else a test offers."""
    return lambda *more: Plugins.of(OFFERS, *more)
