"""The lake keeps the promises of a plugin, a home, a store and a journal, over real HTTP."""

import io
from types import ModuleType

import polars as pl
import pytest
from lakes import sign_in

import hygge_adls.plugin as adls
from hygge_core.protocols import Journal
from hygge_core.testing import (
    HomeContract,
    HomeSubject,
    JournalContract,
    JournalSubject,
    PluginContract,
    StoreContract,
    StoreSubject,
)


class TestLakePlugin(PluginContract):
    @pytest.fixture
    def plugin(self) -> ModuleType:
        return adls


def connections(dfs):
    return lambda root: {"lake": {"type": "adls", **sign_in(dfs)}}


def table(root):
    return {"connection": "lake", "filesystem": "lake", "path": f"{root.name}/walk"}


class TestLakeJournal(JournalContract):
    @pytest.mark.slow  # 1,600 transactions of six requests; the requests are counted elsewhere
    @pytest.mark.timeout(3600)
    def test_an_event_costs_the_same_later(self, journal: Journal) -> None:
        super().test_an_event_costs_the_same_later(journal)

    @pytest.fixture
    def subject(self, dfs) -> JournalSubject:
        def journal(root):
            return {**sign_in(dfs), "filesystem": "lake", "path": f"{root.name}/.hygge_journal"}

        return JournalSubject(
            plugin=adls,
            type="parquet",
            table=journal,
            short_leases=lambda root: {**journal(root), "lease_seconds": 1.0},
        )


class TestLakeStore(StoreContract):
    """Between the two renames of a full_drop the old content is aside: it is looked for there."""

    every_step, every_double = 15, 401

    @pytest.fixture
    def subject(self, dfs) -> StoreSubject:
        def visible(root, schema):
            files = dfs.files("lake", root.name)
            live = [b for n, b in files.items() if "/walk/" in n and "/.hygge/" not in n]
            aside = [b for n, b in files.items() if "/.hygge/old/" in n]
            frames = [pl.read_parquet(io.BytesIO(content)) for content in live or aside]
            return pl.concat(frames, how="diagonal") if frames else None

        return StoreSubject(
            plugin=adls,
            type="adls",
            table=lambda root: {**table(root), "rows_per_file": 3},
            connections=connections(dfs),
            visible=visible,
            leftovers=lambda root: [n for n in dfs.files("lake", root.name) if "/.hygge/" in n],
            twin=lambda root, other: dfs.copy("lake", root.name, other.name),
        )


class TestLakeHome(HomeContract):
    every_step, every_double = 7, 201

    @pytest.fixture
    def subject(self, dfs) -> HomeSubject:
        def parts(root, frames):
            for number, frame in enumerate(frames):
                made = io.BytesIO()
                frame.write_parquet(made)
                dfs.seed("lake", {f"{root.name}/walk/{number}.parquet": made.getvalue()})

        return HomeSubject(
            plugin=adls,
            type="adls",
            table=table,
            connections=connections(dfs),
            offer=lambda root, rows: parts(root, [rows]),
            parts=parts,
        )


@pytest.mark.slow
@pytest.mark.timeout(3600)
class TestLakeStoreAtEveryPoint(TestLakeStore):
    every_step, every_double = 1, 31
