"""Watermarks: how far a source was read, exactly, so that every row is moved once.

``Tracker`` is what a flow uses, or ``Follower`` where the home knows by itself what changed.
``mark_of``, ``mark_at`` and ``highest`` make marks; ``compare``, ``literal`` and ``in_range`` use
them: they are for homes that fix an upper bound and filter, and so is ``sifted``, which also keeps
to a limit.
"""

from __future__ import annotations

from hygge_core.watermark.bounds import in_range as in_range
from hygge_core.watermark.bounds import literal as literal
from hygge_core.watermark.bounds import sifted as sifted
from hygge_core.watermark.follower import Follower as Follower
from hygge_core.watermark.marks import compare as compare
from hygge_core.watermark.marks import highest as highest
from hygge_core.watermark.marks import mark_at as mark_at
from hygge_core.watermark.marks import mark_of as mark_of
from hygge_core.watermark.marks import span_of as span_of
from hygge_core.watermark.tracker import Tracker as Tracker

__all__ = [
    "Follower",
    "Tracker",
    "compare",
    "highest",
    "in_range",
    "literal",
    "mark_at",
    "mark_of",
    "sifted",
    "span_of",
]
