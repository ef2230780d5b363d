"""The plain records that cross hygge's borders: everything here but ``Ask`` and ``Load`` is JSON.

``to_json``/``from_json`` (module :mod:`hygge_core.jsons`) carry them between processes: a manifest
written by one process is committed by another from the JSON alone.
"""

from hygge_core.records.asking import Ask, DriftPolicy
from hygge_core.records.remembering import FlowEvent, Lease, Opened, Owner, RunRecord, name_of, now
from hygge_core.records.settling import Leftovers, Load, LoadRef, Manifest, Part, Receipt
from hygge_core.records.watermarks import Changes, Mark, Range, Span, Ties, Watermark
from hygge_core.records.words import (
    Change,
    EventType,
    Lane,
    Mode,
    Removal,
    RunState,
    RunType,
    Status,
    TypeChange,
)

__all__ = [
    "Ask",
    "Change",
    "Changes",
    "DriftPolicy",
    "EventType",
    "FlowEvent",
    "Lane",
    "Lease",
    "Leftovers",
    "Load",
    "LoadRef",
    "Manifest",
    "Mark",
    "Mode",
    "Opened",
    "Owner",
    "Part",
    "Range",
    "Receipt",
    "Removal",
    "RunRecord",
    "RunState",
    "RunType",
    "Span",
    "Status",
    "Ties",
    "TypeChange",
    "Watermark",
    "name_of",
    "now",
]
