"""Why an entity cannot be moved as it is configured: what its parts are not able to."""

from __future__ import annotations

from collections.abc import Iterator

from hygge_core.config.drafts.draft import Draft
from hygge_core.config.drafts.part import Part
from hygge_core.config.tree.nodes import Leaf, Origin
from hygge_core.errors import Mistake
from hygge_core.nearest import did_you_mean
from hygge_core.polish.settings import masks
from hygge_core.records import RunType


def refusals(draft: Draft, run_type: RunType, *, journal: bool) -> Iterator[Mistake]:
    """Why ``draft`` cannot be moved as ``run_type``; ``journal``: does its flow have one?"""
    if draft.store is not None:
        run_type = draft.store.ask("run_type", run_type, run_type)
    yield from _deletes(draft)
    yield from _follows(draft)
    yield from _masked(draft)
    if run_type == "full_drop":
        yield from _able(draft, "store", "full_drop", "replaced")
        return
    if draft.settings.watermark is None:
        problem = "expected a table with a column, for an incremental run, found nothing"
        yield _beside_run_type(draft).mistake(problem, "watermark")
    followed = draft.settings.watermark is not None and draft.settings.watermark.kind
    if not journal:
        problem = "expected a journal, for an incremental run, found none here or in the project"
        yield draft.origin.mistake(problem, "journal")
    if not followed:
        yield from _able(draft, "home", "range", "read incrementally")
    yield from _able(draft, "store", "append", "appended to")
    yield from _lookback(draft)


def _beside_run_type(draft: Draft) -> Origin:
    """The table where incremental was asked for, if that is the entity's own."""
    leaf = draft.node.entries.get("run_type")
    if isinstance(leaf, Leaf) and leaf.origin.level == "entity":
        origin = leaf.origin
        return Origin(origin.file, origin.path[:-1], origin.folder, origin.mount)
    return draft.origin


def _able(draft: Draft, side: str, capability: str, what: str) -> Iterator[Mistake]:
    part: Part | None = getattr(draft, side)
    if part is None or part.offered is None:
        return
    if capability not in part.offered.kind.capabilities:
        problem = f"a {side} of type {part.word!r} cannot be {what}"
        yield draft.at(side, "type").mistake(problem)


def discovery(own: Draft) -> Iterator[Mistake]:
    """Why the entities of a flow with ``discover`` cannot be found in its home."""
    home = own.home
    if own.settings.discover is None or home is None or home.offered is None:
        return
    if "discover" not in home.offered.kind.capabilities:
        problem = f"a home of type {home.word!r} cannot list its tables; name the entities instead"
        yield own.at("discover").mistake(problem)


def _lookback(draft: Draft) -> Iterator[Mistake]:
    watermark, store = draft.settings.watermark, draft.store
    if watermark is None or not watermark.lookback or watermark.allow_duplicates:
        return
    if store is not None and store.offered is not None:
        keyed: tuple[str, ...] = store.ask("keys", ())
        inserts = store.ask("inserts", "")
        if inserts or not (keyed and "upsert" in store.offered.kind.capabilities):
            why = f" ({inserts})" if inserts else ""
            problem = (
                f"a lookback reads rows again, and this store would append them twice{why}; "
                "leave it out, or say allow_duplicates = true"
            )
            yield draft.at("watermark", "lookback").mistake(problem)


def _deletes(draft: Draft) -> Iterator[Mistake]:
    store = draft.store
    if draft.settings.deletes is None or store is None or store.offered is None:
        return
    if not _applies_markers(store):
        problem = f"a store of type {store.word!r} deletes no rows"
        yield draft.at("deletes").mistake(problem)
    elif not _keyed(store):
        yield draft.at("deletes").mistake("rows are found by their keys: set the store's keys")


def _follows(draft: Draft) -> Iterator[Mistake]:
    """Why the home does not know by itself what changed, or the store cannot take it."""
    watermark, home = draft.settings.watermark, draft.home
    if watermark is None or not watermark.kind or home is None or home.offered is None:
        return
    unknown: tuple[str, ...] = (watermark.kind,)
    words = home.ask("follows", unknown)
    if watermark.kind not in words:
        problem = (
            f"this home of type {home.word!r} does not know {watermark.kind!r}"
            f"{did_you_mean(watermark.kind, words)}; it knows {', '.join(words) or 'no kind'}"
        )
        yield draft.at("watermark", "kind").mistake(problem)
    if draft.settings.deletes is not None:
        problem = f"{watermark.kind} tells by itself what was deleted: leave out `deletes`"
        yield draft.at("deletes").mistake(problem)
    elif _applies_markers(draft.store) and not _keyed(draft.store):
        problem = f"{watermark.kind} tells of deletes by their keys: set the store's keys"
        yield draft.at("watermark", "kind").mistake(problem)


def _masked(draft: Draft) -> Iterator[Mistake]:
    """Why no value of the watermark's column may be hidden: the journal keeps the highest."""
    column = (draft.settings.watermark and draft.settings.watermark.column) or ""
    if column and column in masks(draft.polish.get("mask", {}), (column,)):
        problem = (
            f"the watermark's column {column!r} is masked, and its highest value would stand in the"
            " journal as it is: follow another column, or leave this one out of mask"
        )
        yield draft.at("polish", "mask").mistake(problem)


def _applies_markers(store: Part | None) -> bool:
    return bool(store and store.offered and "markers" in store.offered.kind.capabilities)


def _keyed(store: Part | None) -> bool:
    """Whether rows are found by keys; what nobody can say yet is not complained of."""
    if store is None:
        return True
    return bool(store.ask("keys", ("unknown",)))
