"""The stranger's connection: it counts who uses it at the same moment."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from attrs import frozen


@frozen(kw_only=True)
class PoolConfig:
    """``[connections.NAME]`` with ``type = "pool"``."""

    max_connections: int | None = None


class Pool:
    """Counts who uses it at the same moment; nobody is ever made to wait, so all must be let in."""

    def __init__(self, config: PoolConfig) -> None:
        self.config = config
        self._lock = threading.Lock()
        self._now = 0
        self.counts: Counter[str] = Counter()

    @contextmanager
    def used(self) -> Iterator[None]:
        with self._lock:
            self._now += 1
            self.counts["most"] = max(self.counts["most"], self._now)
            self.counts["uses"] += 1
        try:
            yield
        finally:
            with self._lock:
                self._now -= 1


POOLS: list[Pool] = []


@contextmanager
def open_pool(config: PoolConfig, scene: Any) -> Iterator[Pool]:
    POOLS.append(Pool(config))
    yield POOLS[-1]
