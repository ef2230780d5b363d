"""``Files/Monitoring/*.json``: what Fabric says of a mirror, and what its messages mean (A13).

Their shape is observed, not documented: what is missing or of another shape is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from hygge_core.mirrors import Reported

REPLICATOR, TABLES = "replicator.json", "tables.json"
_ILL = {"failed", "stopped", "stopping", "paused", "runningwithwarning", "running with warning"}
_REBUILD = "rebuild the table: hygge run --full-drop"
#: What was seen in messages, and what it means; the first that is found counts.
_MEANINGS = (
    (r"SchemaMergeFailure", f"a column changed its type, or a required one is missing; {_REBUILD}"),
    (r"file size is 0 bytes|No data rows", f"a file was read unfinished or empty; {_REBUILD}"),
    (
        r"not recognized as a valid DateTime|not in a correct format",
        f"a text file holds a value that is not of its column's type; {_REBUILD}, as Parquet",
    ),
    (r"PathNotFound.*_metadata\.json", f"the folder was reset while it was read; {_REBUILD}"),
    (r"MirroringDefinitionMissing", "start the mirroring in Fabric: it does not start by itself"),
    (r"InputValidationError", f"`hygge mirror check` tells which file; {_REBUILD}"),
)
_LOOK = "`hygge mirror check` tells what is wrong with its files"
_WAITS = "a table without data stays here and fails in the end: publish an empty file"


def reports_of(
    replicator: bytes | None, tables: bytes | None, wanted: Collection[tuple[str | None, str]]
) -> Iterator[Reported]:
    """The mirror as a whole, then each of the ``wanted`` (schema, table) that it knows of."""
    if (whole := _object(replicator)) is not None:
        yield _reported("", whole)
    for each in _listed(_object(tables)):
        name, schema = each.get("sourceTableName"), each.get("sourceSchemaName")
        if (schema or None, name) in wanted:
            yield _reported(f"{schema}.{name}" if schema else str(name), each)


def _object(text: bytes | None) -> Mapping[str, Any] | None:
    try:
        plain = json.loads(text.decode("utf-8-sig")) if text else None
    except ValueError:  # it is rewritten in place, so it may be met half written
        return None
    return plain if isinstance(plain, dict) else None


def _listed(plain: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    tables = plain.get("tables") if plain else None
    return [each for each in tables if isinstance(each, dict)] if isinstance(tables, list) else []


def _reported(table: str, told: Mapping[str, Any]) -> Reported:
    status = str(told.get("status") or "unknown")
    words = [str(told[key]) for key in ("errorCode", "errorMessage") if told.get(key)]
    metrics = told.get("metrics")
    metrics = metrics if isinstance(metrics, dict) else {}
    rows = metrics.get("processedRowCount")
    error = ": ".join(words)
    return Reported(
        table=table,
        status=status,
        ok=not error and status.casefold() not in _ILL,
        what=error,
        fix=_fix(error, status),
        rows=rows if isinstance(rows, int) else None,
        when=_moment(metrics.get("lastSyncTimeUtc")),
    )


def _fix(error: str, status: str) -> str:
    if not error:
        return _WAITS if status.casefold() == "snapshotting" else ""
    return next((fix for seen, fix in _MEANINGS if re.search(seen, error, re.DOTALL)), _LOOK)


def _moment(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
