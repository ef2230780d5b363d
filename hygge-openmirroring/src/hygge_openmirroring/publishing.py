"""From a decided manifest to a table that the service reads: the steps, and what each looks at.

``_metadata.json`` is there before the first file; then the files, in the order of their numbers,
each by a rename that never overwrites. A staged file that is gone was published: only hygge removes
it, and the service may have moved the final one away already.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import TYPE_CHECKING

from attrs import evolve

from hygge_adls import LakeShelf
from hygge_core.errors import StoreError
from hygge_core.records import Leftovers, LoadRef, Manifest, Part
from hygge_core.shelf import Entry, NameMissing, NameTaken
from hygge_core.staged import Cut, StagedWriter
from hygge_openmirroring.dropping import Drop
from hygge_openmirroring.loads.known import KnownRows
from hygge_openmirroring.zone.documents import PartnerEvents
from hygge_openmirroring.zone.landing import LandingTable
from hygge_openmirroring.zone.layout import METADATA, PARQUET, PARTNER_EVENTS, SCHEMA
from hygge_openmirroring.zone.record import Notes, TableRecord

if TYPE_CHECKING:
    from hygge_adls import Account
    from hygge_core.scene import Scene
    from hygge_openmirroring.settings import OpenMirroringStoreConfig

#: The storage tells times apart by the second.
TICK_SECONDS = 1.0


class Publishes(StagedWriter):
    """The half of the store that comes after the decision, in any process."""

    shelf: LakeShelf

    def __init__(self, account: Account, config: OpenMirroringStoreConfig, scene: Scene) -> None:
        shelf = LakeShelf(account.lake(config.container), config.files)
        if config.by_time:
            shelf.files_at_once = 0  # the time of a file is when it was uploaded
        self.landing = LandingTable(shelf, config.place)
        super().__init__(
            shelf, self.landing.live, suffix=PARQUET, cut=Cut(rows=config.rows_per_file)
        )
        self.account = account
        self.config = config
        self.scene = scene
        self.notes = Notes(shelf, self.places.own, config.place)
        self.known = KnownRows(shelf, self.notes.folder)
        self._shown = ""  # the run of which all was seen to be published: it stays so

    # --- the steps ---------------------------------------------------------------------------

    def add(self, manifest: Manifest) -> None:
        """An append, to a table that is there or to a new one."""
        staged = self._sound_staging(manifest)
        self._require_same_table(manifest)
        self._publish(manifest, staged)

    def replace(self, manifest: Manifest) -> None:
        """A full_drop. As soon as the new metadata is there, the old table is gone for good."""
        staged = self._sound_staging(manifest)
        if self.shelf.entry(self.staged_metadata(manifest.ref)) is not None:
            self._drop(manifest)
        self._publish(manifest, staged)

    def _publish(self, manifest: Manifest, staged: Mapping[str, Entry]) -> None:
        self._announce(manifest.ref)
        self._document(manifest)
        self._show_in_order(manifest, staged)
        self._remember(manifest)

    def _drop(self, manifest: Manifest) -> None:
        Drop(
            shelf=self.shelf,
            live=self.places.live,
            etag=manifest.extra["folder"],
            unchanged=partial(self._require_unchanged, manifest),
            note=self._drop_note(manifest.ref),
            seconds=self.config.folder_deletion_wait_seconds,
            wait=self.scene.wait,
        ).run()

    def _require_unchanged(self, manifest: Manifest) -> None:
        """A folder keeps its etag when files are put into it: the record tells of them."""
        last = self.notes.last_run()
        if last != manifest.extra["last_run"]:
            raise StoreError(
                f"{self.at(self.places.live)} was written to by run {last} since this load was "
                "sealed: somebody else was faster, and their data stays",
                hint=f"hygge recover --undo {manifest.ref.run_id}, then run again",
            )

    def _announce(self, ref: LoadRef) -> None:
        name = self.config.partner_name
        if name is None:
            return
        partner = PartnerEvents(
            partner_name=name,
            source_type=self.config.source_type,
            source_version=self.config.source_version,
        )
        staged = f"{self.places.stage(ref.run_id)}/{PARTNER_EVENTS}"
        if warning := self.landing.announce(partner, staged):
            self.scene.warn(warning)

    def _document(self, manifest: Manifest) -> None:
        """The table's documents, complete before the first file that they are about."""
        if manifest.extra["initial"]:
            self._show_metadata(manifest)
        elif manifest.extra["adds_keys"]:
            self.landing.add_keys(tuple(manifest.extra["table"]["keys"]))
        if manifest.extra["schema"] is not None:
            self.shelf.write_json(f"{self.places.live}/{SCHEMA}", manifest.extra["schema"])

    def _show_metadata(self, manifest: Manifest) -> None:
        staged = self.staged_metadata(manifest.ref)
        if self.shelf.entry(staged) is None:
            if self.shelf.entry(self.landing.metadata_name) is None:
                raise self._deleted(manifest)
            return
        try:
            self.shelf.rename(staged, self.landing.metadata_name)
        except (NameTaken, NameMissing):  # a lost answer, or somebody else: the staged one tells
            if self.shelf.entry(staged) is not None:
                raise StoreError(
                    f"{self.at(self.places.live)} was made by somebody else meanwhile, and stays",
                    hint=f"hygge recover --undo {manifest.ref.run_id}, then run again",
                ) from None

    def _show_in_order(self, manifest: Manifest, staged: Mapping[str, Entry]) -> None:
        """Nothing is shown when something of it could not be."""
        waiting = [part for part in manifest.parts if part.staged in staged]
        there = self._final_names(manifest, staged) if waiting else ()
        for part in waiting:
            if not self.is_same(staged[part.staged], part):
                raise StoreError(f"{self.at(part.staged)} is not the file that was sealed")
            if part.final in there and self.shelf.entry(part.staged) is not None:
                raise self._taken(part)
        for number, part in enumerate(waiting):
            if number and self.config.by_time:  # whichever time the service goes by, it rises
                self.scene.cancel.wait(TICK_SECONDS)
            self.show(part)

    def _final_names(self, manifest: Manifest, staged: Collection[str]) -> Collection[str]:
        """What is in the table's folder; one listing tells of both where files wait in it."""
        return self.landing.listed(self.places.live) if manifest.extra["initial"] else staged

    def show(self, part: Part) -> None:
        try:
            self.shelf.rename(part.staged, part.final, etag=part.etag)
        except (NameTaken, NameMissing):  # a lost answer, or somebody else: the staged one tells
            if self.shelf.entry(part.staged) is not None:
                raise self._taken(part) from None

    def _taken(self, part: Part) -> StoreError:
        return StoreError(
            f"{self.at(part.final)} is taken by another file, which stays",
            hint="somebody else writes to this table",
        )

    def _remember(self, manifest: Manifest) -> None:
        record = TableRecord.of(manifest.extra["table"])
        assert record is not None  # SEAL put it there
        if manifest.extra["initial"]:
            record = evolve(record, folder=self.landing.etag() or "")
        if record.known:
            self.known.keep(self.staged_known(manifest.ref), record.known)
        self.notes.follow(record, manifest.extra["last_run"])

    # --- looking -----------------------------------------------------------------------------

    def _still_staged(self, manifest: Manifest) -> dict[str, Entry]:
        """What lies where the parts were staged, by one listing."""
        if not manifest.parts:
            return {}
        return self.landing.listed(manifest.parts[0].staged.rpartition("/")[0])

    def published(self, manifest: Manifest) -> tuple[Part, ...]:
        """What is not staged any more was published; once staging is tidied away, what is there."""
        if manifest.ref.run_id == self._shown:
            return manifest.parts
        if self.shelf.entry(self.places.manifest(manifest.ref.run_id)) is None:
            return super().published(manifest)
        staged = self._still_staged(manifest)
        found = tuple(part for part in manifest.parts if part.staged not in staged)
        if found == manifest.parts:
            self._shown = manifest.ref.run_id
        return found

    def _sound_staging(self, manifest: Manifest) -> dict[str, Entry]:
        """What is staged. With all of it gone, a file that is missing tells nothing any more."""
        staged = self._still_staged(manifest)
        missing = [part for part in manifest.parts if part.staged not in staged]
        if missing and self.shelf.entry(self.places.manifest(manifest.ref.run_id)) is None:
            for part in missing:
                if not self.is_published(part):
                    raise StoreError(
                        f"{self.at(part.staged)} is gone, and {self.at(part.final)} is not there",
                        hint="somebody removed hygge's staging; move it all again",
                    )
        return staged

    def _require_same_table(self, manifest: Manifest) -> None:
        """The files in a folder that was deleted are gone with it, and were never published."""
        there = self.landing.etag() or ""
        if not manifest.extra["initial"] and there != manifest.extra["folder"]:
            raise self._deleted(manifest)

    def _deleted(self, manifest: Manifest) -> StoreError:
        return StoreError(
            f"{self.at(self.places.live)} was deleted or made anew since this load was sealed",
            hint=f"hygge recover --undo {manifest.ref.run_id}, then make it anew: --full-drop",
        )

    def rollback(self, ref: LoadRef) -> None:
        """As ever; but nobody sees what went with its table, though it is not staged any more."""
        manifest = self.manifest_of(ref)
        if manifest is not None and self._went_with_its_table(manifest):
            self.close()
            self.discard(ref)
            return
        super().rollback(ref)

    def _went_with_its_table(self, manifest: Manifest) -> bool:
        if manifest.extra["initial"]:
            documents = (self.staged_metadata(manifest.ref), self.landing.metadata_name)
            gone = all(self.shelf.entry(name) is None for name in documents)
        else:
            gone = (self.landing.etag() or "") != manifest.extra["folder"]
        return gone and not any(map(self.is_published, manifest.parts))

    def used(self, manifest: Manifest) -> tuple[str, ...]:
        """What was there before is the service's: nothing is put aside."""
        return (self.places.stage(manifest.ref.run_id),)

    def cleanup(self, manifest: Manifest) -> Leftovers:
        left = super().cleanup(manifest)
        if manifest.extra["supersedes"]:
            self.known.forget(manifest.extra["supersedes"])
        return left

    def superseded_by(self, ref: LoadRef) -> list[str]:
        """The note that says that a full_drop has begun to delete."""
        note = self._drop_note(ref)
        return [] if self.shelf.entry(note) is None else [note]

    def superseded(self) -> str:
        """Which folder a full_drop would delete; whatever is in it is the service's."""
        return self.landing.etag() or ""

    def traces(self, ref: LoadRef) -> list[str]:
        """Numbers tell nothing of a run; without a manifest none were given."""
        return self.superseded_by(ref)

    def discard(self, ref: LoadRef) -> None:
        """The manifest goes first: without it, a missing file is one that was never sealed."""
        self.shelf.delete(self.places.manifest(ref.run_id))
        for name in self.landing.listed(self.places.live):
            if name.startswith(f"{self.places.live}/_{ref.run_id}-"):
                self.shelf.delete(name)
        super().discard(ref)

    # --- names -------------------------------------------------------------------------------

    def staged_metadata(self, ref: LoadRef) -> str:
        """As long as it is there, no other table has taken the place of the old one."""
        return f"{self.places.stage(ref.run_id)}/{METADATA}"

    def staged_known(self, ref: LoadRef) -> str:
        return f"{self.places.stage(ref.run_id)}/known{PARQUET}"

    def _drop_note(self, ref: LoadRef) -> str:
        return f"{self.places.stage(ref.run_id)}/dropping.json"
