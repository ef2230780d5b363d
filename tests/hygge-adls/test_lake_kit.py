"""The lake keeps the promises of a plugin, a home, a store and a journal, over real HTTP."""

import io
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest
from attrs import frozen
from dfs import DfsServer
from lakes import SAS_VARIABLE, sign_in

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
from hygge_core.testing.matrix import AXES, AXES_MUST, MUST, NAMES, NAMES_MUST, VALUES


class TestLakePlugin(PluginContract):
    @pytest.fixture
    def plugin(self) -> ModuleType:
        return adls


@frozen
class Lake:
    """Where places are: ``word`` is the type, ``top`` the folder that all of them lie in."""

    server: DfsServer
    word: str = "adls"
    top: str = ""

    def table(self, root: Path) -> dict[str, object]:
        return {"connection": "lake", "filesystem": "lake", "path": f"{root.name}/walk"}

    def connections(self, root: Path) -> dict[str, dict[str, object]]:
        return {"lake": {"type": self.word, **sign_in(self.server)}}

    def folder(self, root: Path) -> str:
        return f"{self.top}{root.name}"

    def files(self, root: Path) -> dict[str, bytes]:
        return self.server.files("lake", self.folder(root))

    def twin(self, root: Path, other: Path) -> None:
        self.server.copy("lake", self.folder(root), self.folder(other))


class OneLake(Lake):
    """A lakehouse, which hears no keys."""

    def table(self, root: Path) -> dict[str, object]:
        place = {"workspace": "lake", "item": "Raw.Lakehouse", "path": f"Files/{root.name}/walk"}
        return {"connection": "lake", **place}

    def connections(self, root: Path) -> dict[str, dict[str, object]]:
        sas = {"env": SAS_VARIABLE}
        told = {"account_url": self.server.url, "auth": "sas", "sas": sas}
        return {"lake": {"type": self.word, **told}}


@pytest.fixture
def adls_lake(dfs) -> Lake:
    return Lake(dfs)


@pytest.fixture
def one_lake(dfs) -> OneLake:
    dfs.seed("lake", {"Raw.Lakehouse/Files": None})
    dfs.manners.onelake = True
    return OneLake(dfs, "onelake", "Raw.Lakehouse/Files/")


def of_cores_files(test: str, cases: Iterable[str], must: Iterable[str]) -> list[str]:
    """``test`` of what lies in files that core writes and reads: it shows there that they do."""
    return [f"{test}[{case}]" for case in cases if case not in must]


class TestLakeJournal(JournalContract):
    every_step = 15
    #: What looks back is core's: the journal in memory shows it in less time.
    repeats = ("test_the_last_complete_lies_behind_any_number_of_others",)

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

    every_step, every_double = 23, 801
    #: What is staged lies there alike in both modes, and a commit knows nothing but its manifest.
    repeats = (
        "test_what_never_was_decided_may_crash_anywhere[full_drop]",
        "test_files_on_their_way_may_crash_anywhere[append]",
        "test_a_commit_of_files_may_crash_anywhere[append]",
        "test_a_commit_of_files_may_crash_anywhere[full_drop]",
        *of_cores_files("test_a_value_is_kept_or_refused", VALUES, MUST),
        *of_cores_files("test_a_name_is_kept_or_refused", NAMES, NAMES_MUST),
    )

    @pytest.fixture
    def lake(self, adls_lake) -> Lake:
        return adls_lake

    @pytest.fixture
    def subject(self, lake) -> StoreSubject:
        def visible(root, schema):
            files = lake.files(root)
            live = [b for n, b in files.items() if "/walk/" in n and "/.hygge/" not in n]
            aside = [b for n, b in files.items() if "/.hygge/old/" in n]
            frames = [pl.read_parquet(io.BytesIO(content)) for content in live or aside]
            return pl.concat(frames, how="diagonal") if frames else None

        return StoreSubject(
            plugin=adls,
            type=lake.word,
            table=lambda root: {**lake.table(root), "rows_per_file": 3},
            connections=lake.connections,
            visible=visible,
            leftovers=lambda root: [n for n in lake.files(root) if "/.hygge/" in n],
            twin=lake.twin,
        )


class TestLakeHome(HomeContract):
    every_step, every_double = 11, 401
    repeats = of_cores_files("test_a_range_is_exact_with_ties", AXES, AXES_MUST)

    @pytest.fixture
    def lake(self, adls_lake) -> Lake:
        return adls_lake

    @pytest.fixture
    def subject(self, lake) -> HomeSubject:
        def parts(root, frames):
            for number, frame in enumerate(frames):
                made = io.BytesIO()
                frame.write_parquet(made)
                name = f"{lake.folder(root)}/walk/{number}.parquet"
                lake.server.seed("lake", {name: made.getvalue()})

        return HomeSubject(
            plugin=adls,
            type=lake.word,
            table=lake.table,
            connections=lake.connections,
            offer=lambda root, rows: parts(root, [rows]),
            parts=parts,
        )


@pytest.mark.slow
@pytest.mark.timeout(3600)
class TestOneLakeStore(TestLakeStore):
    @pytest.fixture
    def lake(self, one_lake) -> Lake:
        return one_lake


@pytest.mark.slow
@pytest.mark.timeout(3600)
class TestOneLakeHome(TestLakeHome):
    every_step = 1

    @pytest.fixture
    def lake(self, one_lake) -> Lake:
        return one_lake


@pytest.mark.slow
@pytest.mark.timeout(3600)
class TestLakeStoreAtEveryPoint(TestLakeStore):
    every_step, every_double = 1, 31
