"""Polish: what happens to columns and values between home and store.

Every column is computed from its own row of one batch, so where a batch ends changes nothing.
"""

from __future__ import annotations

from hygge_core.polish.polish import Polish as Polish

__all__ = ["Polish"]
