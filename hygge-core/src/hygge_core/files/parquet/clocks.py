"""Times of 24:00 and later, which PostgreSQL and DuckDB have, and of which Polars makes NULL.

They are seen in the statistics of the footer, which nearly all writers write.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from hygge_core.errors import HomeError
from hygge_core.files.parquet.footers import Footer

_DAY = {
    "milliseconds": 86_400 * 10**3,
    "microseconds": 86_400 * 10**6,
    "nanoseconds": 86_400 * 10**9,
}
_HINT = "have the source tell it as text, or leave the column out"


def refuse_late(footer: Footer, names: Sequence[str], name: str) -> None:
    """Raise ``HomeError`` naming one of these columns if such a time is in it."""
    found = footer.thrift
    for at in range(found.num_columns):
        leaf = found.schema.column(at)
        owner = next((n for n in names if leaf.path == n or leaf.path.startswith(f"{n}.")), None)
        logical = json.loads(leaf.logical_type.to_json())
        if owner is None or logical.get("Type") != "Time":
            continue
        groups = (found.row_group(number).column(at) for number in range(found.num_row_groups))
        tops = [g.statistics.max_raw for g in groups if g.statistics and g.statistics.has_min_max]
        if max(tops, default=0) >= _DAY[logical["timeUnit"]]:
            raise HomeError(
                f"{name}: column {owner!r} has a time of 24:00 or later, which is no time of day "
                "here",
                hint=_HINT,
            )
