"""One fresh destination of a store: to load into, to look at, and to walk on."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, TypeVar

import pytest

from hygge_core import faults
from hygge_core.engine.coordinator import new_run_id
from hygge_core.engine.world import World
from hygge_core.files.memory import tables
from hygge_core.jsons import from_json, to_json
from hygge_core.records import Load, LoadRef, Manifest, Opened, Receipt
from hygge_core.testing import memory_journal
from hygge_core.testing.another import another, has_a_name
from hygge_core.testing.ground import ENTITY, FLOW, Ground
from hygge_core.testing.plans import Crash
from hygge_core.testing.promises import keep, promised
from hygge_core.testing.walk import MORE, OLD, OTHER

if TYPE_CHECKING:
    import polars as pl

    from hygge_core.protocols import Store
    from hygge_core.records import Leftovers, Mode, RunType
    from hygge_core.testing.subjects import StoreSubject

T = TypeVar("T")

#: Memory, where there is some: a walk syncs ten thousand files, and asserts nothing of the disk.
FAST = Path("/dev/shm") if Path("/dev/shm").is_dir() else None  # noqa: S108  # made by mkdtemp


@contextmanager
def fresh_root() -> Iterator[Path]:
    """An empty directory with a unique name; gone after the block."""
    root = Path(mkdtemp(prefix="hygge-", dir=FAST))
    try:
        yield root
    finally:
        tables.pop(str(root), None)
        memory_journal.forget(str(root))
        shutil.rmtree(root, ignore_errors=True)


class Models:
    """Places that hold ``OLD``, filled by one run each: others become twins of them."""

    def __init__(self, subject: StoreSubject, roots: ExitStack) -> None:
        self._subject = subject
        self._roots = roots
        self._filled: dict[bool, Path] = {}

    def filled(self, *, journal: bool) -> Path:
        """The root of the one whose flow has a journal, or of the one without."""
        if journal not in self._filled:
            root = self._roots.enter_context(fresh_root())
            place = StorePlace(self._subject, root, journal=journal)
            place.fill(OLD, run_type_of(place.first))
            self._filled[journal] = root
        return self._filled[journal]


class StorePlace(Ground):
    """A destination of ``subject`` below ``root``, a memory home, and a journal in memory.

    It becomes a twin of one of the ``models``, where there are some and the subject can do that.
    """

    def __init__(
        self,
        subject: StoreSubject,
        root: Path,
        *,
        journal: bool = True,
        models: Models | None = None,
    ) -> None:
        self.subject = subject
        self.root = root
        self.models = models if subject.twin else None
        self.plugins = subject.plugins()
        self.store = subject.opened(root)
        self.home = Opened(type="memory", table={"table": str(root)})
        if journal:
            self.journal = Opened(type="memory", table={"table": str(root)})
        self.capabilities = self.plugins.kind("store", subject.type).kind.capabilities
        self.atomic = "atomic" in self.capabilities

    # --- as a ground to walk on ----------------------------------------------------------------

    def offer(self, rows: pl.DataFrame) -> None:
        tables[str(self.root)] = rows

    def fill(self, rows: pl.DataFrame, run_type: RunType) -> None:
        if self.models is None:
            super().fill(rows, run_type)
            return
        self.offer(rows)
        model = self._twin(self.models, journal=self.journal is not None)
        if self.journal is not None:
            with World(self.plugins, root=self.root) as world:
                place = world.place("store", self.store)
            memory_journal.copy(str(model), str(self.root), destination=place)

    def _twin(self, models: Models, *, journal: bool) -> Path:
        assert self.subject.twin is not None
        model = models.filled(journal=journal)
        self.subject.twin(model, self.root)
        return model

    def visible(self) -> pl.DataFrame | None:
        return self.seen(OLD)

    def leftovers(self) -> list[str]:
        return list(self.subject.leftovers(self.root))

    # --- verb by verb --------------------------------------------------------------------------

    def seen(self, like: pl.DataFrame) -> pl.DataFrame | None:
        """What a reader finds now, with the types of ``like`` where the place has none."""
        return self.subject.visible(self.root, like.schema)

    @contextmanager
    def opened(self) -> Iterator[Store]:
        """The store as a new process would open it."""
        with (
            World(self.plugins, root=self.root) as world,
            world.store(self.store, flow=FLOW, entity=ENTITY) as store,
        ):
            yield store

    def with_store(self, act: Callable[[Store], T]) -> T:
        """``act`` in a process of its own."""
        with self.opened() as store:
            return act(store)

    def dies(self, plan: faults.Plan, act: Callable[[Store], object]) -> BaseException | None:
        """``act`` in a process of its own under ``plan``; what came out of it, if anything."""
        try:
            with faults.planned(plan), self.opened() as store:
                act(store)
        except (Crash, Exception) as exc:  # noqa: BLE001  # whatever it is, it is looked at
            return exc
        return None

    def staged(self, frame: pl.DataFrame, mode: Mode, run_id: str = "") -> Manifest:
        """Begin, write in two batches, seal, in a process that is over afterwards."""
        return self.with_store(staging(frame, mode, run_id or new_run_id()))

    def commit_elsewhere(self, manifest: Manifest) -> Receipt:
        """Commit in a real process of its own; skips where that cannot import the plugin."""
        if not has_a_name(self.subject):
            pytest.skip("its subject's plugin is no module that another process can import")
        script = str(Path(__file__).with_name("process.py"))
        with another(script, self.subject, self.root) as process:
            told, _ = process.communicate(f"{to_json(manifest)}\n")
        promise = "another process commits, by the manifest alone"
        keep(not process.returncode, promise, f"it ended with {process.returncode}: see stderr")
        return from_json(told, Receipt)

    def settle(self, frame: pl.DataFrame, mode: Mode) -> Manifest:
        """A whole load, undisturbed."""
        with promised("an undisturbed load settles"):
            manifest = self.staged(frame, mode)
            with self.opened() as store:
                store.commit(manifest)
                store.cleanup(manifest)
        return manifest

    def hold_old(self) -> None:
        """``OLD`` is there, by a whole load; no journal knows of it."""
        if self.models is None:
            self.settle(OLD, self.first)
        else:
            self._twin(self.models, journal=True)

    @property
    def first(self) -> Mode:
        """How the first content gets there: replaced where the store can, else added."""
        return "full_drop" if "full_drop" in self.capabilities else "append"


def reference(run_id: str) -> LoadRef:
    """The load of this run."""
    return LoadRef(run_id=run_id, flow=FLOW, entity=ENTITY)


def stage(store: Store, frame: pl.DataFrame, mode: Mode, run_id: str) -> Manifest:
    """Begin, write in two batches, seal; the manifest comes back through its JSON."""
    load = Load(ref=reference(run_id), mode=mode, schema=frame.schema, epoch=1)
    return written(store, load, halves(frame))


def written(store: Store, load: Load, batches: Iterable[pl.DataFrame]) -> Manifest:
    """Begin, write, seal; the manifest comes back through its JSON."""
    staging = store.begin(load)
    for batch in batches:
        staging.write(batch)
    return from_json(to_json(staging.seal()), Manifest)


def declared(place: StorePlace, capability: str) -> None:
    """Skip what the kind does not declare."""
    if capability not in place.capabilities:
        pytest.skip(f"{place.subject.type} does not declare {capability!r}")


def committing(manifest: Manifest) -> Callable[[Store], Receipt]:
    """What ``with_store`` and ``dies`` are to do."""
    return lambda store: store.commit(manifest)


def rolling_back(ref: LoadRef) -> Callable[[Store], None]:
    """What ``with_store`` and ``dies`` are to do."""
    return lambda store: store.rollback(ref)


def tidying(manifest: Manifest) -> Callable[[Store], Leftovers]:
    """What ``with_store`` and ``dies`` are to do."""
    return lambda store: store.cleanup(manifest)


def staging(frame: pl.DataFrame, mode: Mode, run_id: str) -> Callable[[Store], Manifest]:
    """What ``with_store`` and ``dies`` are to do."""
    return lambda store: stage(store, frame, mode, run_id)


def halves(frame: pl.DataFrame) -> Iterable[pl.DataFrame]:
    """The frame in two batches; none where it has no rows."""
    half = (frame.height + 1) // 2
    return [batch for batch in (frame[:half], frame[half:]) if batch.height]


def incoming(mode: Mode) -> pl.DataFrame:
    """The rows of the second load."""
    return OTHER if mode == "full_drop" else MORE


def expected(mode: Mode) -> pl.DataFrame:
    """The content after the second load."""
    return OTHER if mode == "full_drop" else OLD.vstack(MORE)


def run_type_of(mode: Mode) -> RunType:
    """``append`` is what an incremental run does."""
    return "full_drop" if mode == "full_drop" else "incremental"
