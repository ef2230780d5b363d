"""The words that records carry: each is one of a few, spelled as JSON and TOML spell them."""

from __future__ import annotations

from typing import Literal

Mode = Literal["append", "full_drop"]
RunType = Literal["full_drop", "incremental"]
EventType = Literal["start", "complete", "fail", "skip", "edit"]
RunState = Literal["open", "decided", "committed", "done", "rolled_back", "blocked"]
Status = Literal["none", "partial", "done"]
Lane = Literal["rows", "files"]
Change = Literal["add", "ignore", "fail"]
Removal = Literal["null", "fail"]
TypeChange = Literal["widen", "fail"]
