"""Times as the service spells them: ETags, HTTP dates and Windows file times."""

from __future__ import annotations

import time
from email.utils import formatdate, parsedate_to_datetime

from attrs import frozen

_YEAR_1_TO_1970 = 621_355_968_000_000_000  # in ticks of 100 ns, which ETags count in
_YEAR_1601_TO_1970 = 116_444_736_000_000_000  # Windows file times begin there


@frozen(order=True)
class Stamp:
    """One moment, in ticks of 100 ns since 1970; no two of a clock are the same."""

    ticks: int

    @property
    def seconds(self) -> int:
        """Whole seconds since 1970: all that HTTP dates can tell."""
        return self.ticks // 10_000_000

    @property
    def etag(self) -> str:
        """In quotes, as headers carry it: ``"0x8DA81561F404B61"``."""
        return f'"0x{self.ticks + _YEAR_1_TO_1970:X}"'

    @property
    def http_date(self) -> str:
        return formatdate(self.seconds, usegmt=True)

    @property
    def file_time(self) -> str:
        return str(self.ticks + _YEAR_1601_TO_1970)


class Clock:
    """The server's time, which a test moves forward instead of sleeping."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._last = 0

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let leases, tokens and signatures grow older by that much."""
        self._ahead += seconds

    def stamp(self) -> Stamp:
        self._last = max(self._last + 1, int(self.now() * 10_000_000))
        return Stamp(self._last)


def seconds_of(http_date: str) -> int:
    """Seconds since 1970 of an HTTP date; ``ValueError`` for anything else."""
    return int(parsedate_to_datetime(http_date).timestamp())
