"""All rules asked of a landing zone, or of some of its tables."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from attrs import frozen

from hygge_openmirroring.replay.replaying import TableState
from hygge_openmirroring.replay.survey import Table, surveyed
from hygge_openmirroring.replay.zone import Zone
from hygge_openmirroring.rules import of_files, of_names, of_rows, of_schemas, of_tables, of_zones
from hygge_openmirroring.rules.book import RULES, Finding
from hygge_openmirroring.rules.facts import TableFacts, ZoneFacts, table_facts, zone_facts

#: Imported: they register.
RULE_MODULES = (of_zones, of_tables, of_names, of_files, of_rows, of_schemas)


@frozen(kw_only=True)
class Audit:
    """What the rules found in the zone, or in one ``table`` of it, and what that is shown as."""

    findings: tuple[Finding, ...]
    table: str = ""
    shown: TableState | None = None


def audited(
    zone: Zone, tables: Collection[str] | None = None, *, default_schema: str = "dbo"
) -> Iterator[Audit]:
    """First the zone, then each table; ``tables`` by their folders, ``None``: all there are.

    A named table that is not there is an error of its own only to who asked for it: nothing is
    yielded for it.
    """
    survey = surveyed(zone.files())
    yield Audit(findings=_found(zone_facts(zone, survey, default_schema)))
    for folder, table in survey.tables.items():
        if tables is None or folder in tables:
            yield _table(zone, table)


def _table(zone: Zone, table: Table) -> Audit:
    facts = table_facts(zone, table)
    found = _found(facts)
    if any(each.level == "wrong" and each.rule != "not-shown" for each in found):
        # The other rules say it better.
        found = tuple(each for each in found if each.rule != "not-shown")
    return Audit(findings=found, table=table.folder, shown=facts.shown)


def _found(facts: ZoneFacts | TableFacts) -> tuple[Finding, ...]:
    of = "zone" if isinstance(facts, ZoneFacts) else "table"
    return tuple(
        finding for rule in RULES.values() if rule.of == of for finding in rule.findings(facts)
    )
