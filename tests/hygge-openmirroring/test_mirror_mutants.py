"""Stores that are wrong on purpose: each of these mistakes turns the walk red."""

from __future__ import annotations

from functools import partial

import pytest
from walking import MirrorWalk, fresh

from hygge_openmirroring import publishing, store


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    from hygge_adls.lake import retries

    monkeypatch.setattr(retries, "FIRST_SECONDS", 0.001)


def walk(run_type: str = "incremental", **told: object) -> MirrorWalk:
    return MirrorWalk(make=partial(fresh, **told), run_type=run_type)


def test_uploading_in_sight_of_the_service_is_found(monkeypatch):
    def in_sight(self, load, folder, number):
        return f"{self.places.live}/{number + 3:020}.parquet"

    monkeypatch.setattr(store.MirrorStore, "staged_name", in_sight)
    with pytest.raises(AssertionError):
        walk().points()


def test_data_before_the_metadata_is_found(monkeypatch):
    def data_first(self, manifest, staged):
        self._show_in_order(manifest, staged)
        self._document(manifest)
        self._remember(manifest)

    monkeypatch.setattr(publishing.Publishes, "_publish", data_first)
    with pytest.raises(AssertionError, match="no table ever stops"):
        walk().points()


def test_believing_the_listing_alone_is_found_where_the_janitor_was(monkeypatch):
    monkeypatch.setattr(store, "next_number", lambda seen, *_: (seen.highest or 0) + 1)
    walk().points()  # with the last file there, nobody would notice
    with pytest.raises(AssertionError):
        walk(keeps="none", janitor=True).points()


def test_replacing_a_table_in_its_folder_is_found(monkeypatch):
    monkeypatch.setattr(publishing.Publishes, "_drop", lambda self, manifest: None)
    with pytest.raises(AssertionError):
        walk("full_drop").points()


def test_a_second_publication_under_another_number_is_found(monkeypatch):
    """After a lost answer the batch is renamed, or was: never published twice."""
    from attrs import evolve

    def again(self, manifest, staged):
        for at, part in enumerate(manifest.parts):
            if self.shelf.entry(part.staged) is not None:
                self.shelf.rename(part.staged, part.final)
                if at == 0:
                    content = self.shelf.lake.read(self.shelf.path(part.final))
                    twin = evolve(part, final=part.final.replace("0004", "0006"))
                    self.shelf.lake.upload(self.shelf.path("x"), content)
                    self.shelf.rename("x", twin.final)

    monkeypatch.setattr(publishing.Publishes, "_show_in_order", again)
    with pytest.raises(AssertionError):
        walk().points()
