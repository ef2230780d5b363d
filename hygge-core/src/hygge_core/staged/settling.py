"""How staged files become visible: one by one for an append, all at once for a full_drop.

Each step looks before it acts, so that it can follow an earlier call that was interrupted anywhere,
in another process too. ``StagedWriter`` drives these steps; the hooks are for storages with rules
of their own (numbers instead of names, a table that must be deleted before it is written again).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from hygge_core.errors import StoreError
from hygge_core.records import LoadRef, Manifest, Part
from hygge_core.shelf import Digests, Entry, NameMissing, NameTaken, Shelf
from hygge_core.staged.places import Places


class Settles:
    """Publishes the parts of a manifest on ``shelf``."""

    shelf: Shelf
    places: Places
    suffix: str

    # --- looking -----------------------------------------------------------------------------

    def is_published(self, part: Part) -> bool:
        """Hook: whether readers see this part; another file under its name is not it."""
        entry = self.shelf.entry(part.final)
        return entry is not None and self.is_same(entry, part)

    def is_same(self, entry: Entry, part: Part) -> bool:
        """Hook: whether the file that is there is the one that was sealed."""
        if entry.bytes != part.bytes or entry.etag == part.etag:
            return entry.bytes == part.bytes
        return isinstance(self.shelf, Digests) and self.shelf.sha256(entry.name) == part.sha256

    def published(self, manifest: Manifest) -> tuple[Part, ...]:
        """The parts that are visible now, each looked at."""
        return tuple(part for part in manifest.parts if self.is_published(part))

    def traces(self, ref: LoadRef) -> Sequence[str]:
        """Hook: what readers may see of a run whose manifest is gone, or was never written."""
        mine = f"/{ref.run_id}-"
        live = [entry.name for entry in self.shelf.list(self.places.live) if mine in entry.name]
        return live + self.superseded_by(ref)

    def superseded_by(self, ref: LoadRef) -> list[str]:
        """What a full_drop of this run has put aside."""
        return [entry.name for entry in self.shelf.list(self.places.old(ref.run_id))]

    def at(self, name: str) -> str:
        """``name`` for a person."""
        return self.shelf.address(name)

    # --- append ------------------------------------------------------------------------------

    def add(self, manifest: Manifest) -> None:
        """Hook: publish an append. Nothing is shown when something of it could not be."""
        waiting = [part for part in manifest.parts if not self.is_settled(part)]
        for part in waiting:
            self.show(part)

    def show(self, part: Part) -> None:
        """Publish one part of an append. A lost answer is settled by looking."""
        try:
            self.shelf.rename(part.staged, part.final, etag=part.etag)
        except (NameTaken, NameMissing):  # a lost answer, or somebody else: look again
            if not self.is_settled(part):
                raise

    def is_settled(self, part: Part) -> bool:
        """Whether nothing is left to do for ``part``; ``StoreError`` when nothing can be done."""
        if not self.is_published(part):
            self.require_publishable(part)
            return False
        if self.shelf.entry(part.staged) is not None:
            self.shelf.delete(part.staged)  # the second half of a rename made of two steps
        return True

    def require_publishable(self, part: Part) -> None:
        """Raise ``StoreError`` unless the sealed file is there, and its final name is free."""
        if self.shelf.entry(part.final) is not None:
            raise StoreError(f"{self.at(part.final)} is taken by another file, which stays")
        source = self.shelf.entry(part.staged)
        if source is None:
            raise StoreError(
                f"{self.at(part.staged)} is gone, and {self.at(part.final)} is not there",
                hint="somebody removed hygge's staging, or a published file: take away what is "
                "visible of this run, hygge recover --undo RUN, and move it all again",
            )
        if not self.is_same(source, part):
            raise StoreError(f"{self.at(part.staged)} is not the file that was sealed")

    # --- full_drop ---------------------------------------------------------------------------

    def replace(self, manifest: Manifest) -> None:
        """Hook: publish a full_drop, by compare-and-set on what SEAL saw at the destination."""
        if len(self.published(manifest)) == len(manifest.parts):
            return
        run_id, live = manifest.ref.run_id, self.places.live
        if self._before(manifest.ref) != manifest.extra.get("before"):
            raise StoreError(
                f"{self.at(live)} is neither as it was when this load was sealed nor as this load "
                "makes it: somebody else was faster, and their data stays",
                hint=f"hygge recover --undo {run_id}, then run again",
            )
        staged = self.places.files(run_id)
        for part in manifest.parts:
            self.require_publishable(part)
        if len(self.shelf.list(staged)) != len(manifest.parts):
            raise StoreError(f"{self.at(staged)} holds files that were not sealed")
        self.swap(manifest)

    def swap(self, manifest: Manifest) -> None:
        """Hook: the only step of a full_drop that readers can see."""
        run_id, live = manifest.ref.run_id, self.places.live
        self.shelf.replace_tree(self.places.files(run_id), live, self.places.old(run_id))

    def _before(self, ref: LoadRef) -> str:
        """The fingerprint of what is to be replaced, which may be put aside already."""
        live, old = self.places.live, self.places.old(ref.run_id)
        seen = self.shelf.list(live)
        return _fingerprint(seen, live) if seen else _fingerprint(self.shelf.list(old), old)

    def superseded(self) -> str:
        """Hook: a fingerprint of what a full_drop would replace.

        Raises ``StoreError`` when that is more than this store's own files: it would be deleted.
        """
        live = self.places.live
        seen = self.shelf.list(live)
        foreign = [entry.name for entry in seen if self._is_foreign(entry.name[len(live) + 1 :])]
        if foreign:
            raise StoreError(
                f"a full_drop of {self.at(live)} would delete {len(foreign):,} files that are not "
                f"*{self.suffix}, such as {self.at(foreign[0])}",
                hint="give the table a directory of its own, or move these files away",
            )
        return _fingerprint(seen, live)

    def _is_foreign(self, name: str) -> bool:
        *above, last = name.split("/")
        in_hidden = any(piece.startswith(".") for piece in above)
        return in_hidden or (not last.endswith(self.suffix) and not last.startswith(("_", ".")))


def _fingerprint(seen: Sequence[Entry], folder: str) -> str:
    """Names below ``folder`` and sizes, as one line."""
    lines = "\n".join(f"{entry.name[len(folder) + 1 :]}\t{entry.bytes}" for entry in seen)
    digest = hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return f"{len(seen)} files, {sum(entry.bytes for entry in seen)} bytes, {digest}"
