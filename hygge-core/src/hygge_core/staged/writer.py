"""Begin, seal, commit, rollback, cleanup and status for every store that settles files.

``StagedWriter`` needs a :class:`~hygge_core.shelf.Shelf` and an ``encode``; a store for another
storage brings its own shelf, and one with rules of its own overrides the steps that say "hook",
here and in :mod:`hygge_core.staged.settling`. Recovery calls the verbs in another process, with the
manifest's JSON and nothing else: what an earlier call has done is found out by looking.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hygge_core.errors import StoreError
from hygge_core.jsons import from_plain, to_plain
from hygge_core.records import Leftovers, LoadRef, Manifest, Part, Receipt, Status
from hygge_core.shelf import Excludes, GivesUp, Overlaps, Shelf
from hygge_core.staged.carrying import Copied, copied_to
from hygge_core.staged.convoy import Convoy
from hygge_core.staged.gathering import Cut
from hygge_core.staged.ledger import ShelfLedger
from hygge_core.staged.places import Places
from hygge_core.staged.settling import Settles
from hygge_core.staged.staging import LoadAside, StagedLoad
from hygge_core.types import spell

if TYPE_CHECKING:
    import polars as pl

    from hygge_core.protocols import GivenFile
    from hygge_core.records import Load

_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


class StagedWriter(Settles, ShelfLedger, ABC):
    """A store over ``shelf``: files are staged in ``.hygge/stage/<run>``, then renamed to ``live``.

    ``suffix`` ends the files' names; ``cut`` says when a file is full. It also keeps the ledger of
    flows without a journal (``KeepsLedger``), beside the staged data, and is a ``KnowsContent``.
    """

    def __init__(self, shelf: Shelf, live: str, *, suffix: str, cut: Cut | None = None) -> None:
        self.shelf = shelf
        self.places = Places(live)
        self.suffix = suffix
        self.cut = cut or Cut()
        self._convoy: Convoy[Part] | None = None

    def close(self) -> None:
        """Wait until nothing of a load that was given up is on its way any more."""
        if self._convoy is not None:
            shelf = self.shelf
            with shelf.given_up() if isinstance(shelf, GivesUp) else nullcontext():
                self._convoy.end()

    # --- what a format gives -----------------------------------------------------------------

    @abstractmethod
    def encode(self, load: Load, frame: pl.DataFrame, path: Path) -> int:
        """Write ``frame`` to ``path``; return the rows that the written file itself tells of.

        ``frame`` has the load's columns without those of ``partition_by``.
        """

    def carry(self, file: GivenFile, name: str, heed: Callable[[int], None]) -> Copied:
        """Hook: the bytes of a whole file become the staged file ``name``, durably.

        Only a store that says which files it takes (``TakesFiles``) is given any, and several at
        once where its shelf has ``files_at_once``. ``heed`` is told of the bytes copied so far,
        every few MiB, and may raise.
        """
        with self.shelf.staging_file(name) as path:
            return copied_to(path, file, heed)

    def check_schema(self, schema: pl.Schema) -> None:
        """Hook: refuse (``StoreError``) columns that this format cannot keep, before any work."""
        for column in self.cut.by:
            if column not in schema:
                raise StoreError(f"partition_by: no column {column!r} among {', '.join(schema)}")
            if schema[column].is_nested() or spell(schema[column]) in ("binary", "object"):
                raise StoreError(f"partition_by: {column!r} is {schema[column]}, not a plain value")
        if not set(schema) - set(self.cut.by):
            raise StoreError("no column would be left to write", hint="look at partition_by")

    def form(self) -> dict[str, Any]:
        """Hook: what all files of a table have in common, or no reader could take them for one."""
        return {"file names": f"*{self.suffix}", "partition_by": list(self.cut.by)}

    def has_content(self) -> bool:
        """Whether a file of this format is at the destination (``KnowsContent``)."""
        live = self.shelf.list(self.places.live)
        return any(entry.name.endswith(self.suffix) for entry in live)

    # --- staging -----------------------------------------------------------------------------

    def begin(self, load: Load) -> StagedLoad:
        """Open an empty staging place. Raises ``StoreError`` for what could never be published."""
        self.check_schema(load.schema)
        self.close()
        manifest = self.manifest_of(load.ref)
        if manifest is not None:
            self._refuse_visible(manifest)
        self.discard(load.ref)
        if load.mode == "full_drop":
            self.superseded()
        else:
            self._refuse_another_form(load)
        kind = LoadAside if isinstance(self.shelf, Overlaps) else StagedLoad
        staged = kind(self, load)
        self._convoy = staged.convoy
        return staged

    def _refuse_another_form(self, load: Load) -> None:
        """Raise ``StoreError`` where files of this form would lie among those of another."""
        was, now = load.recalled.get("form", {}), self.form()
        changes = [
            f"{each} was {told!r} and is {now.get(each)!r} now"
            for each, told in was.items()
            if told != now.get(each)
        ]
        if changes and self.shelf.list(self.places.live):
            raise StoreError(
                f"nobody could read the files at {self.at(self.places.live)} and new ones together:"
                f" {'; '.join(changes)}",
                hint="set it as it was, or run once with --full-drop (other kinds of files have to "
                "be moved away before)",
            )

    def staged_name(self, load: Load, folder: str, number: int) -> str:
        """Hook: where file ``number`` (from 1), of ``folder``, is staged; no reader looks there."""
        return _joined(self.places.files(load.ref.run_id), folder, self._name(load, number))

    def final_name(self, load: Load, folder: str, number: int) -> str:
        """Hook: where it will be, as far as that is known before SEAL; see ``assigned``."""
        return _joined(self.places.live, folder, self._name(load, number))

    def _name(self, load: Load, number: int) -> str:
        return f"{load.ref.run_id}-{number:05d}{self.suffix}"

    def assigned(self, load: Load, parts: tuple[Part, ...]) -> tuple[Part, ...]:
        """Hook, at SEAL: the parts with final names that depend on the destination (numbers)."""
        return parts

    def remembered(self, load: Load) -> dict[str, Any]:
        """Hook, at SEAL: what ``commit`` must know, as the fingerprint of what it replaces, and
        what the next load must."""
        before = {"before": self.superseded()} if load.mode == "full_drop" else {}
        return {"form": self.form(), **before}

    def sealed(self, load: Load, parts: tuple[Part, ...]) -> Manifest:
        """T3: everything staged is durable, and so is the manifest beside it."""
        parts = self.assigned(load, parts)
        manifest = load.sealed(self.at(self.places.live), *parts, extra=self.remembered(load))
        self.shelf.settle(part.staged for part in parts)
        self.shelf.write_json(self.places.manifest(load.ref.run_id), to_plain(manifest))
        return manifest

    def manifest_of(self, ref: LoadRef) -> Manifest | None:
        """The manifest that a run sealed; ``None``: it did not get so far."""
        if not _RUN_ID.fullmatch(ref.run_id):
            raise StoreError(f"{ref.run_id!r} is no run id: it has to be safe in file names")
        plain = self.shelf.read_json(self.places.manifest(ref.run_id))
        return None if plain is None else from_plain(plain, Manifest)

    # --- after the decision ------------------------------------------------------------------

    def commit(self, manifest: Manifest) -> Receipt:
        """T5: publish, then make the names durable whoever gave them: this call or a dead one."""
        with self._alone():
            if manifest.mode == "full_drop":
                self.replace(manifest)
            else:
                self.add(manifest)
            self.shelf.settle(part.final for part in manifest.parts)
        visible = self.published(manifest)
        return Receipt(
            rows=sum(part.rows for part in visible),
            bytes=sum(part.bytes for part in visible),
            parts=len(visible),
        )

    def _alone(self) -> AbstractContextManager[None]:
        shelf = self.shelf
        return shelf.alone(self.places.live) if isinstance(shelf, Excludes) else nullcontext()

    def status(self, manifest: Manifest) -> Status:
        """By looking. A full_drop that has put the old content aside is ``partial``."""
        visible = len(self.published(manifest))
        if visible == len(manifest.parts):
            return "done"
        return "partial" if visible or self.superseded_by(manifest.ref) else "none"

    def cleanup(self, manifest: Manifest) -> Leftovers:
        """T7: remove what this load staged and superseded, and look whether it is gone."""
        if self.status(manifest) == "none" and self._is_staged(manifest):
            raise StoreError(f"{manifest.ref.run_id} is not published: its staged data stays")
        left: list[str] = []
        for place in self.used(manifest):
            try:
                self.shelf.delete_tree(place)
            except StoreError as exc:
                if exc.transient:
                    raise
            left += [self.at(entry.name) for entry in self.shelf.list(place)]
        return Leftovers(names=tuple(left))

    def used(self, manifest: Manifest) -> tuple[str, ...]:
        """Hook: the places that were this load's own; only a full_drop puts old content aside."""
        run_id = manifest.ref.run_id
        stage, old = self.places.stage(run_id), self.places.old(run_id)
        return (stage, old) if manifest.mode == "full_drop" else (stage,)

    def _is_staged(self, manifest: Manifest) -> bool:
        return any(self.shelf.entry(part.staged) is not None for part in manifest.parts)

    # --- before the decision -----------------------------------------------------------------

    def rollback(self, ref: LoadRef) -> None:
        """Remove what was staged. Raises ``StoreError`` when readers see something of it."""
        self.close()
        manifest = self.manifest_of(ref)
        if manifest is not None:
            self._refuse_visible(manifest)
        elif traces := self.traces(ref):
            more = f" and {len(traces) - 1:,} more" if len(traces) > 1 else ""
            raise StoreError(
                f"{ref.run_id} is visible already: {self.at(traces[0])}{more}",
                hint=None  # what a full_drop has put aside is nothing to take away
                if self.superseded_by(ref)
                else "its staging is gone, so it cannot be finished: take away the files that its "
                f"id is in, and hygge recover --undo {ref.run_id}",
            )
        self.discard(ref)

    def _refuse_visible(self, manifest: Manifest) -> None:
        run_id = manifest.ref.run_id
        if manifest.parts and self.status(manifest) != "none":
            raise StoreError(
                f"{run_id} is visible already at {manifest.destination}: it cannot be undone",
                hint=f"hygge recover --forward {run_id}",
            )

    def discard(self, ref: LoadRef) -> None:
        """Hook: remove the staging of a run of which nothing is visible."""
        self.shelf.delete_tree(self.places.stage(ref.run_id))


def _joined(*pieces: str) -> str:
    return "/".join(piece for piece in pieces if piece)
