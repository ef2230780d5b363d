"""A stranger's plugin, as the type checker sees it against the installed wheels.

It is never run: that it checks strictly is the promise that hygge's public names are typed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl
from attrs import field, frozen
from attrs.validators import ge

from hygge_core import HomeError, Kind, Scene, StoreError, hookimpl
from hygge_core.events import EntityFinished, Event
from hygge_core.protocols import Home, Staging, Store
from hygge_core.records import Ask, Leftovers, Load, LoadRef, Manifest, Part, Receipt, Status


@frozen(kw_only=True)
class ShelfConfig:
    path: str
    batch_rows: int = field(default=100_000, validator=ge(1))


class ShelfHome:
    def __init__(self, config: ShelfConfig, scene: Scene) -> None:
        self.config, self.scene = config, scene

    def schema(self, ask: Ask) -> pl.Schema:
        return pl.Schema({"id": pl.Int64()})

    def read(self, ask: Ask) -> Iterator[pl.DataFrame]:
        self.scene.cancel.check()
        if ask.range is not None and ask.range.low is not None:
            raise HomeError(f"cannot read from {ask.range.low.value}", hint="read it all")
        yield pl.DataFrame({"id": [1, 2]})


class ShelfStaging:
    def __init__(self, load: Load) -> None:
        self.load, self.rows = load, 0

    def write(self, batch: pl.DataFrame) -> None:
        self.rows += batch.height

    def seal(self) -> Manifest:
        part = Part(staged="a", final="b", rows=self.rows)
        return Manifest(
            ref=self.load.ref,
            mode=self.load.mode,
            destination="shelf",
            parts=(part,),
            rows=self.rows,
            schema=(("id", "int64"),),
        )


class ShelfStore:
    def begin(self, load: Load) -> Staging:
        return ShelfStaging(load)

    def commit(self, manifest: Manifest) -> Receipt:
        if not manifest.parts:
            raise StoreError("nothing was staged", transient=False)
        return Receipt(rows=manifest.rows)

    def rollback(self, ref: LoadRef) -> None:
        """Nothing was staged."""

    def cleanup(self, manifest: Manifest) -> Leftovers:
        return Leftovers()

    def status(self, manifest: Manifest) -> Status:
        return "done" if manifest.rows else "none"


@contextmanager
def open_home(config: ShelfConfig, scene: Scene) -> Iterator[Home]:
    yield ShelfHome(config, scene)


@contextmanager
def open_store(config: ShelfConfig, scene: Scene) -> Iterator[Store]:
    scene.warn(f"{scene.flow}.{scene.entity} goes to {config.path}")
    yield ShelfStore()


@hookimpl
def hygge_homes() -> list[Kind]:
    return [Kind(name="shelf", config=ShelfConfig, open=open_home)]


@hookimpl
def hygge_stores() -> Iterator[Kind]:
    yield Kind(
        name="shelf", config=ShelfConfig, open=open_store, capabilities=frozenset({"atomic"})
    )


@hookimpl
def hygge_on_event(event: Event) -> None:
    if isinstance(event, EntityFinished):
        rows: object = event.result["rows_written"]
        sys.stderr.write(f"{event.name}: {rows}\n")
