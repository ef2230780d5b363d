"""Which homes and stores of a project lie in each other, and do harm there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from attrs import define, field

from hygge_core.config.drafts.draft import Draft
from hygge_core.config.drafts.part import Part
from hygge_core.config.saying.mistakes import Mistakes
from hygge_core.config.settings import DiscoverSettings
from hygge_core.whereabouts import above, fixed, led_on, reads


def overlaps(drafts: Iterable[Draft], connections: Mapping[str, Part], mistakes: Mistakes) -> None:
    """Complain of destinations that meet, and of homes that a store's run would change.

    Kinds of different words leave each other's files alone below one folder.
    """
    drafts = tuple(drafts)
    settled = _Settled(connections)
    for draft in drafts:
        if problem := settled.taken(draft):
            mistakes.add(draft.at("store").mistake(problem))
    for draft in settled.stores.values():
        if problem := settled.nested(draft):
            mistakes.add(draft.at("store").mistake(problem))
    for draft in drafts:
        if problem := settled.fed(draft):
            mistakes.add(draft.at("home").mistake(problem))
    growing = {draft.flow: (draft, again) for draft in drafts if (again := settled.found(draft))}
    for draft, problem in growing.values():
        mistakes.add(draft.at("discover").mistake(problem))


@define
class _Settled:
    """Where the entities settle: ``stores`` by place.

    A place is an address that is the same through all connections that lead there, and however its
    letters are cased: many a file system or database takes such names for one.
    """

    connections: Mapping[str, Part]
    stores: dict[str, Draft] = field(factory=dict, init=False)

    def taken(self, draft: Draft) -> str:
        """Let ``draft`` settle; or why it cannot, where another one does."""
        place = self.place(draft.store)
        other = self.stores.setdefault(place, draft) if place else draft
        if other is not draft:
            where = _address(draft.store)
            return f"{draft.name} and {other.name} have the same destination, {where}"
        return ""

    def nested(self, draft: Draft) -> str:
        """Why ``draft`` cannot settle inside another's destination; empty where it does not."""
        outer = self._around(self.place(draft.store), draft.store)
        if outer is None:
            return ""
        where = _address(draft.store)
        return f"the destination of {draft.name}, {where}, lies inside that of {outer.name}"

    def fed(self, draft: Draft) -> str:
        """Why rows that are moved would be deleted in the home of ``draft``, or added to it.

        What others have settled may be read, one of them or a folder of several: so flows are
        chained.
        """
        home, where = self.place(draft.home), _address(draft.home)
        top = fixed(home)
        if self.stores.get(home) is draft or self._at(top, draft.home) is draft:
            return (
                f"{draft.name} reads {where} and settles there too: its run would replace its own "
                "source, or add to it; let it settle elsewhere"
            )
        if (outer := self._around(top, draft.home)) is not None:
            return (
                f"the home of {draft.name}, {where}, lies inside the destination of {outer.name}, "
                f"{_address(outer.store)}, and a run may replace all that is there; move one of "
                "them elsewhere"
            )
        own = self.place(draft.store)
        if _word(draft.home) == _word(draft.store) and top in above(own) and reads(home, own):
            return (
                f"the home of {draft.name}, {where}, holds its destination, "
                f"{_address(draft.store)}, and would read what it has moved there; move one of "
                "them elsewhere"
            )
        return ""

    def found(self, draft: Draft) -> str:
        """Why a flow that finds its tables would find what ``draft`` settles, and move that, too,
        and then what came of it: more tables with each run."""
        discover = draft.settings.discover
        table = draft.home.values.get("table") if draft.home is not None else None
        if discover is None or not isinstance(table, str):
            return ""
        home, own = self._reached(draft.home), self._reached(draft.store)
        source = home.removesuffix(table)
        name = own[len(source) :]
        beside = source != home and own.casefold().startswith(source.casefold())
        if not beside or name.casefold() == table.casefold() or not _means(discover, name):
            return ""
        like = name.replace(draft.names.entity, "*")
        return (
            f"{draft.name} settles in its flow's own source, as {name}, which would be one more "
            f'table to move; say exclude = ["{like}"], or let it settle elsewhere'
        )

    def place(self, part: Part | None) -> str:
        """Where ``part`` is, whatever connection leads there; empty where nobody knows."""
        return self._reached(part).casefold()

    def _reached(self, part: Part | None) -> str:
        """The same with its letters as they are written."""
        if part is None:
            return ""
        reached = {name: _address(self.connections.get(name)) for name in part.connections}
        return led_on(_address(part), reached)

    def _at(self, place: str, part: Part | None) -> Draft | None:
        """Who settles at ``place`` in the way of ``part``."""
        there = self.stores.get(place)
        return there if there is not None and _word(there.store) == _word(part) else None

    def _around(self, place: str, part: Part | None) -> Draft | None:
        """Into whose destination ``part`` gets at ``place``."""
        found = (self._at(outer, part) for outer in above(place))
        return next((draft for draft in found if draft is not None), None)


def _means(discover: DiscoverSettings, name: str) -> bool:
    """Whether a table of that name is one to move."""
    include, exclude = (
        any(fnmatchcase(name, glob) for glob in globs)
        for globs in (discover.include, discover.exclude)
    )
    return include and not exclude


def _address(part: Part | None) -> str:
    return part.ask("address", "") if part is not None else ""


def _word(part: Part | None) -> str:
    """The kind's own word, however it was written."""
    return part.offered.kind.name if part is not None and part.offered is not None else ""
