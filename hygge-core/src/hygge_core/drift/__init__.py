"""Schemas that change: what the policy allows, and rows brought into a schema without loss.

``union`` joins the parts of a source, ``settle`` compares a source with what is known of its
destination, ``conform`` brings one batch into a settled schema. Fields of structs, inside lists
too, follow the same words of the policy as columns do.
"""

from __future__ import annotations

from hygge_core.drift.conforming import conform as conform
from hygge_core.drift.settling import Settled as Settled
from hygge_core.drift.settling import settle as settle
from hygge_core.drift.settling import union as union

__all__ = ["Settled", "conform", "settle", "union"]
