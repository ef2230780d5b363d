"""A stranger's distribution, for the tests alone: a home that plays scripts, a store that
stumbles where it is told to, a connection that counts who uses it, and an observer.

It comes in through the door of every plugin: an entry point, found on ``PYTHONPATH``.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from attrs import field, frozen
from stranger_pool import POOLS, PoolConfig, open_pool  # noqa: F401  # tests look at POOLS here
from stranger_stops import interrupts_its_own_commit, pauses

from hygge_core import errors
from hygge_core.fields import PER_ENTITY, ConnectionName, Secret
from hygge_core.hookspecs import Kind, hookimpl
from hygge_core.jsons import to_plain

#: What ``script = "name"`` plays: called with a ``Play``, yields batches.
SCRIPTS: dict[str, Callable[[Play], Iterator[Any]]] = {}
#: What ``stumble = "name"`` does: called with (step, batch or None, scene) before each step.
STUMBLES: dict[str, Callable[[str, Any, Any], None]] = {
    "interrupts its own commit": interrupts_its_own_commit,
    "pauses": pauses,
}
#: Who is told of events, beside the file that ``STRANGER_EVENTS`` names.
LISTENERS: list[Callable[[Any], None]] = []
#: The account that each stumbling store was opened with.
ACCOUNTS: list[str] = []


# --- the home ---------------------------------------------------------------------------------


@frozen(kw_only=True)
class HomeConfig:
    """``home = { type = "scripted", script = "ten" }``.

    * ``script`` which one of ``SCRIPTS``; ``$NAME`` takes its name from the environment.
    * ``diary`` a file that gets a line for each thing that happens, for whoever looks later.
    * ``seconds`` how long the script's sleeps are; ``times`` how often it fails.
    * ``password`` for scripts that cannot keep a secret.
    """

    script: str
    diary: Path | None = None
    seconds: float = 0.2
    times: int = 1
    password: Secret | None = None
    connection: ConnectionName | None = None


@frozen(kw_only=True)
class Play:
    """One reading: what was asked, and where."""

    config: HomeConfig
    scene: Any
    ask: Any

    def note(self, text: str) -> int:
        """Write ``text`` down; returns how often it was written before."""
        if self.config.diary is None:
            return 0
        before = said(self.config.diary).count(text)
        with self.config.diary.open("a") as diary:
            diary.write(f"{text}\n")
        return before


def said(diary: Path) -> list[str]:
    """The lines of a diary."""
    return diary.read_text().splitlines() if diary.exists() else []


class ScriptedHome:
    def __init__(self, config: HomeConfig, scene: Any) -> None:
        self._config, self._scene = config, scene

    def schema(self, ask: Any) -> Any:
        import polars as pl

        return getattr(self._script, "schema", None) or pl.Schema({"id": pl.Int64})

    def read(self, ask: Any) -> Iterator[Any]:
        name = self._config.connection
        with self._scene.connection(name).used() if name else nullcontext():
            yield from self._script(Play(config=self._config, scene=self._scene, ask=ask))

    @property
    def _script(self) -> Callable[[Play], Iterator[Any]]:
        name = self._config.script
        return SCRIPTS[os.environ[name[1:]] if name.startswith("$") else name]


def _open_home(config: HomeConfig, scene: Any) -> Any:
    if config.script == "locked out":
        raise errors.AuthError("Login failed for user 'reader'", hint="ask for a role")
    if config.script == "unreachable":
        raise errors.HomeError("the source does not answer", transient=True)
    return nullcontext(ScriptedHome(config, scene))


def script(play: Callable[[Play], Iterator[Any]]) -> Callable[[Play], Iterator[Any]]:
    SCRIPTS[play.__name__] = play
    return play


def rows(first: int, count: int) -> Any:
    import polars as pl

    return pl.DataFrame({"id": pl.int_range(first, first + count, eager=True)})


@script
def ten(play: Play) -> Iterator[Any]:
    yield rows(0, 10)


@script
def newer(play: Play) -> Iterator[Any]:
    """Ten rows, or those of them that are newer than the watermark."""
    from hygge_core.watermark import in_range

    asked = play.ask.range
    yield rows(0, 10).filter(in_range(asked, rows(0, 0).schema["id"]) if asked else True)


@script
def slow(play: Play) -> Iterator[Any]:
    """A thousand batches, each after a pause in which it can be asked to stop."""
    for number in range(1000):
        play.note("batch")
        play.scene.cancel.sleep(play.config.seconds)
        yield rows(number * 10, 10)


@script
def stubborn(play: Play) -> Iterator[Any]:
    """One batch, and then a driver's call that nobody can interrupt."""
    yield rows(0, 10)
    play.note("batch")
    time.sleep(play.config.seconds)
    yield rows(10, 10)


@script
def flaky(play: Play) -> Iterator[Any]:
    """Fails for a moment, ``times`` times, after half of its rows."""
    yield rows(0, 5)
    if play.note("attempt") < play.config.times:
        raise errors.HomeError("the link to the source dropped", transient=True)
    yield rows(5, 5)


@script
def broken(play: Play) -> Iterator[Any]:
    """Fails for good, after half of its rows."""
    play.note("attempt")
    yield rows(0, 5)
    raise errors.HomeError("the table is corrupt", hint="restore it")


@script
def telltale(play: Play) -> Iterator[Any]:
    """Its driver's error has the password in it, as drivers' errors have."""
    assert play.config.password is not None
    secret = play.config.password.reveal()
    play.scene.warn(f"signing in with {secret}")
    yield rows(0, 5)
    try:
        raise OSError(f"cannot reach Server=erp;Uid=me;Pwd={secret}; after 3 tries")
    except OSError as exc:
        error = errors.HomeError(f"erp: {exc}", hint=f"is {secret} still valid?")
        error.add_note(f"the driver was given {secret!r}")
        raise error from exc


# --- the store --------------------------------------------------------------------------------


@frozen(kw_only=True)
class StoreConfig:
    """``store = { type = "stumbling", path = "out", stumble = "name" }``: Parquet files, no lock.

    * ``stumble`` which one of ``STUMBLES`` is asked before each step; none by default.
    * ``account`` an address as services have them, with the signature in it; ``ACCOUNTS`` notes it.
    """

    path: Path = field(metadata=PER_ENTITY)
    stumble: str = ""
    account: str = ""
    connection: ConnectionName | None = None


class Stumbling:
    """The store of Parquet files, as another process or a slower service would let it be."""

    def __init__(self, config: StoreConfig, scene: Any) -> None:
        from hygge_core.files.settings.stores import ParquetStoreConfig
        from hygge_core.files.stores.store import ParquetStore

        ACCOUNTS.append(config.account)
        self._config, self._scene = config, scene
        self._inner = ParquetStore(ParquetStoreConfig(path=config.path))

    def _step(self, step: str, batch: Any = None) -> None:
        stumble = STUMBLES.get(self._config.stumble)
        if stumble is not None:
            stumble(step, batch, self._scene)

    def begin(self, load: Any) -> Any:
        self._step("begin")
        return _StumblingStaging(self._inner.begin(load), self._step, self._used)

    def _used(self) -> Any:
        name = self._config.connection
        return self._scene.connection(name).used() if name else nullcontext()

    def commit(self, manifest: Any) -> Any:
        self._step("commit")
        return self._inner.commit(manifest)

    def rollback(self, ref: Any) -> None:
        self._step("rollback")
        self._inner.rollback(ref)

    def cleanup(self, manifest: Any) -> Any:
        self._step("cleanup")
        return self._inner.cleanup(manifest)

    def status(self, manifest: Any) -> Any:
        return self._inner.status(manifest)

    def known_schema(self) -> Any:
        return self._inner.known_schema()

    def close(self, ended: BaseException | None) -> None:
        """``ended`` is what its block ended with; it goes where a step's batch would be."""
        self._step("close", ended)


@contextmanager
def _open_store(config: StoreConfig, scene: Any) -> Iterator[Stumbling]:
    store, ended = Stumbling(config, scene), None
    try:
        yield store
    except BaseException as exc:
        ended = exc
        raise
    finally:
        store.close(ended)


class _StumblingStaging:
    def __init__(self, inner: Any, step: Callable[..., None], used: Callable[[], Any]) -> None:
        self._inner, self._step, self._used = inner, step, used

    def write(self, batch: Any) -> None:
        with self._used():
            self._step("write", batch)
            self._inner.write(batch)

    def seal(self) -> Any:
        self._step("seal")
        return self._inner.seal()


# --- the hooks --------------------------------------------------------------------------------


@hookimpl
def hygge_homes() -> list[Kind]:
    return [Kind(name="scripted", config=HomeConfig, open=_open_home, capabilities={"range"})]


@hookimpl
def hygge_stores() -> list[Kind]:
    return [
        Kind(
            name="stumbling",
            config=StoreConfig,
            open=_open_store,
            capabilities=frozenset({"append", "full_drop"}),
            address=lambda config: f"{config.account}{config.path}",
        )
    ]


@hookimpl
def hygge_connections() -> list[Kind]:
    return [Kind(name="pool", config=PoolConfig, open=open_pool)]


@hookimpl
def hygge_on_event(event: Any) -> None:
    for listen in list(LISTENERS):
        listen(event)
    if path := os.environ.get("STRANGER_EVENTS"):
        with Path(path).open("a") as file:
            file.write(f"{json.dumps({'kind': event.kind, **to_plain(event)})}\n")
