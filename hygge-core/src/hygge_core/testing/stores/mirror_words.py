"""What a mirror is asked beside its live files: the other side's own word, and a copy of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hygge_core.errors import StoreError
from hygge_core.protocols import FeedsMirror
from hygge_core.testing.promises import broken, keep, promised
from hygge_core.testing.stores.mirrors import COMPARISONS, grave, mirrored
from hygge_core.testing.stores.place import expected, incoming
from hygge_core.testing.subjects import files_below
from hygge_core.testing.walk import OLD

if TYPE_CHECKING:
    from hygge_core.mirrors import Reported
    from hygge_core.protocols import Mirror
    from hygge_core.testing.stores.place import StorePlace

NOW = "a mirror of a copy tells of the copy, and not of what is there by now"


class StoreMirrorWords:
    """The other part of ``StoreContract`` for stores that are ``FeedsMirror``."""

    def test_its_mirror_quotes_nobody_who_has_said_nothing(self, place: StorePlace) -> None:
        with mirrored(place) as (table, mirror):
            told = _reports(mirror, [table])
            keep(not told, "reports() quotes nobody who has said nothing", told)

    @pytest.mark.parametrize("word", ["well", "stopped"])
    def test_its_mirror_says_what_the_other_side_says(self, place: StorePlace, word: str) -> None:
        with mirrored(place) as (table, mirror):
            if (says := place.subject.says) is None:
                pytest.skip("the other side says nothing of itself")
            says(place.root, word == "well")
            told = _reports(mirror, [table])
            keep(len(told) == 1, "reports() tells what is said of a table that is asked for", told)
            ok = word == "well"
            keep(told[0].ok == ok, "a report is ok where all is well, and only there", told)
            keep(told[0].status, "a report has the other side's own word", told)
            keep(ok or told[0].what, "a report of what went wrong says what it is", told)
            others = _reports(mirror, [])
            keep(not others, "reports() tells of no table that is not asked for", others)

    def test_a_mirror_of_a_copy_tells_of_the_copy(self, place: StorePlace, tmp_path: Path) -> None:
        _copy(place, tmp_path)
        place.settle(incoming(place.first), place.first)
        with _of_copy(place, tmp_path) as (table, mirror):
            wrong = grave(mirror.audit([table]))
            keep(not wrong, "audit() finds nothing wrong with a copy of a sound table", wrong)
            for how in COMPARISONS:
                found = grave(mirror.compare(table, iter([OLD]), how=how))
                keep(not found, NOW, f"compare({how!r}): {found}")
            keep(list(mirror.compare(table, iter([expected(place.first)]), how="rows")), NOW)

    def test_looking_at_a_copy_changes_nothing_in_it(
        self, place: StorePlace, tmp_path: Path
    ) -> None:
        _copy(place, tmp_path)
        before = _contents(tmp_path)
        with _of_copy(place, tmp_path) as (table, mirror):
            list(mirror.audit([table]))
            for how in COMPARISONS:
                list(mirror.compare(table, iter([OLD[:1]]), how=how))
        keep(_contents(tmp_path) == before, "who looks at a copy changes nothing in it")

    def test_a_copy_that_has_no_such_table_says_so(self, place: StorePlace, tmp_path: Path) -> None:
        with mirrored(place), _of_copy(place, tmp_path) as (table, mirror):
            told = grave(mirror.audit([table]))
            keep(told, "audit() says of a table that it is not in the copy, wherever else it is")

    def test_a_copy_that_is_not_there_is_refused(self, place: StorePlace, tmp_path: Path) -> None:
        with mirrored(place):
            nowhere = tmp_path / "nowhere"
        with promised("a copy that is not there is a StoreError, and nothing else"):
            try:
                with _of_copy(place, nowhere) as (table, mirror):
                    told = list(mirror.audit([table]))
            except StoreError as exc:
                keep(nowhere.name in str(exc), "who refuses a copy says which", exc)
            else:
                broken("a copy that is not there is refused", told)


def _reports(mirror: Mirror, tables: Collection[str]) -> list[Reported]:
    """What is said of tables; what is said of the whole is left out."""
    return [each for each in mirror.reports(tables) if each.table]


def _copy(place: StorePlace, folder: Path) -> None:
    """``OLD`` is there, and a copy of it in ``folder``."""
    with mirrored(place):
        copied = place.subject.copied
        keep(copied, "who feeds a mirror gives copied(root, folder): a copy of its files")
        assert copied is not None
        copied(place.root, folder)


@contextmanager
def _of_copy(place: StorePlace, folder: Path) -> Iterator[tuple[str, Mirror]]:
    with place.opened() as store:
        assert isinstance(store, FeedsMirror)
        with store.mirror(folder) as mirror:
            yield store.shown_as, mirror


def _contents(folder: Path) -> dict[str, bytes]:
    return {name: Path(name).read_bytes() for name in files_below(folder)}
