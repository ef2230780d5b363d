"""Rules of the whole zone: A1 (layout), A3 (partner events), A12 (limits)."""

from __future__ import annotations

import json
from collections.abc import Iterator

from hygge_openmirroring.replay.survey import METADATA, PARTNER_EVENTS
from hygge_openmirroring.rules.book import Told, zone_rule
from hygge_openmirroring.rules.facts import ZoneFacts

_MOST_TABLES = 1000


@zone_rule("too-many-tables", "A12 D")
def too_many_tables(zone: ZoneFacts) -> Iterator[Told]:
    """A mirrored database has at most 1,000 tables."""
    count = len(zone.survey.tables)
    if count > _MOST_TABLES:
        fix = "move some of them to a mirrored database of their own"
        yield "", f"there are {count} tables; a mirrored database takes {_MOST_TABLES}", fix


@zone_rule("default-schema-collision", "A1.3 I")
def default_schema_collision(zone: ZoneFacts) -> Iterator[Told]:
    """A table outside a schema is shown in the default one, where there may be another."""
    for folder, table in zone.survey.tables.items():
        other = f"{zone.default_schema}.schema/{table.name}"
        if table.schema is None and other in zone.survey.tables:
            what = f"{other} is shown under the same name, {zone.default_schema}.{table.name}"
            yield folder, what, "delete one of the two folders"


@zone_rule("table-case-twins", "A1.2 I")
def table_case_twins(zone: ZoneFacts) -> Iterator[Told]:
    """The SQL endpoint may take names that differ only in their case for one."""
    spelled: dict[str, str] = {}
    for folder in zone.survey.tables:
        first = spelled.setdefault(folder.casefold(), folder)
        if first != folder:
            yield folder, f"{first} differs only in its case", "rename one of the two tables"


@zone_rule("stray-file", "A1.2 D")
def stray_file(zone: ZoneFacts) -> Iterator[Told]:
    """A data file stands in the folder of its table."""
    for file in zone.survey.strays:
        yield file.path, "it is in no table's folder", "move it to TABLE/ or SCHEMA.schema/TABLE/"


@zone_rule("hidden-table", "A1.5 D", "advice")
def hidden_table(zone: ZoneFacts) -> Iterator[Told]:
    """Documented: every name that begins with ``_`` is passed over. A table there may not be shown.

    Advice, since writers use such names for tables of their own (a mirrored journal, for one).
    """
    for file in zone.survey.hidden:
        if file.name == METADATA:
            fix = "give table and schema names that do not begin with _"
            what = "it looks like a table, but names with _ are documented to be passed over"
            yield file.folder, what, fix


@zone_rule("partner-events-misplaced", "A3 D")
def partner_events_misplaced(zone: ZoneFacts) -> Iterator[Told]:
    """There is one, at the root of the landing zone."""
    inside = [file for table in zone.survey.tables.values() for file in table.hidden]
    for file in (*inside, *zone.survey.hidden):
        if file.name == PARTNER_EVENTS and file.path != PARTNER_EVENTS:
            fix = f"delete it; its place is {PARTNER_EVENTS}, beside the tables"
            yield file.path, "it belongs to the landing zone and not to a table", fix


@zone_rule("partner-events-invalid", "A3 D")
def partner_events_invalid(zone: ZoneFacts) -> Iterator[Told]:
    """It is an object with a partnerName."""
    if zone.partner is None:
        return
    fix = 'write {"partnerName": "NAME", "sourceInfo": {"sourceType": "TYPE"}}'
    try:
        told = json.loads(zone.partner.decode("utf-8-sig"))
    except ValueError as exc:
        yield PARTNER_EVENTS, f"it is no JSON: {exc}", fix
        return
    name = told.get("partnerName") if isinstance(told, dict) else None
    if not isinstance(name, str) or not name:
        yield PARTNER_EVENTS, "it has no partnerName", fix


@zone_rule("partner-events-missing", "A3 D", "advice")
def partner_events_missing(zone: ZoneFacts) -> Iterator[Told]:
    """Optional, and strongly recommended."""
    if zone.partner is None:
        yield PARTNER_EVENTS, "nobody says who writes here", "set partner_name on the store"
