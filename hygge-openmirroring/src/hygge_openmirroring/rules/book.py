"""What a rule is, and the list of all rules: each named, with its source in the specification."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Literal, TypeVar

from attrs import frozen

if TYPE_CHECKING:
    from hygge_openmirroring.rules.facts import TableFacts, ZoneFacts

Level = Literal["wrong", "advice"]
#: Where it is, what it is, and what to do about it.
Told = tuple[str, str, str]
Facts = TypeVar("Facts", bound="ZoneFacts | TableFacts")


@frozen(kw_only=True)
class Finding:
    """One thing that a rule found: ``where`` is a path below ``LandingZone``, "" the whole of it.

    ``rule`` is its name, ``source`` its number in the specification with the grade of the evidence.
    """

    rule: str
    source: str
    level: Level
    where: str
    what: str
    fix: str


@frozen(kw_only=True)
class Rule:
    """A named check. ``of`` says whether it looks at the zone or at each table by itself."""

    name: str
    source: str
    level: Level
    of: Literal["zone", "table"]
    finds: Callable[..., Iterable[Told]]

    def findings(self, facts: ZoneFacts | TableFacts) -> Iterator[Finding]:
        for where, what, fix in self.finds(facts):
            yield Finding(
                rule=self.name,
                source=self.source,
                level=self.level,
                where=where,
                what=what,
                fix=fix,
            )


#: By name.
RULES: dict[str, Rule] = {}


def zone_rule(
    name: str, source: str, level: Level = "wrong"
) -> Callable[[Callable[[ZoneFacts], Iterable[Told]]], Callable[[ZoneFacts], Iterable[Told]]]:
    """Make a function of the whole zone a rule."""

    def register(finds: Callable[[ZoneFacts], Iterable[Told]]) -> Callable[..., Iterable[Told]]:
        RULES[name] = Rule(name=name, source=source, level=level, of="zone", finds=finds)
        return finds

    return register


def table_rule(
    name: str, source: str, level: Level = "wrong"
) -> Callable[[Callable[[TableFacts], Iterable[Told]]], Callable[[TableFacts], Iterable[Told]]]:
    """Make a function of one table a rule."""

    def register(finds: Callable[[TableFacts], Iterable[Told]]) -> Callable[..., Iterable[Told]]:
        RULES[name] = Rule(name=name, source=source, level=level, of="table", finds=finds)
        return finds

    return register
