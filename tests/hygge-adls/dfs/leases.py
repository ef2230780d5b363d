"""Leases as the blob endpoint keeps them: available, leased, expired, breaking, broken."""

from __future__ import annotations

import uuid
from typing import Literal

from attrs import define

from .errors import Refused

State = Literal["available", "leased", "expired", "breaking", "broken"]
_FOREVER = float("inf")


@define(eq=False)
class Lease:
    """Who may write one path (or delete one filesystem). Every ``now`` is seconds since 1970."""

    id: str = ""
    seconds: float = _FOREVER
    ends: float = 0.0
    broken_at: float | None = None

    def state(self, now: float) -> State:
        if not self.id:
            return "available"
        if self.broken_at is not None:
            return "breaking" if now < self.broken_at else "broken"
        return "leased" if now < self.ends else "expired"

    def held(self, now: float) -> bool:
        return self.state(now) in ("leased", "breaking")

    def guard(self, given: str | None, now: float, *, reading: bool = False) -> None:
        """Refuse whoever does not hold the lease; a reader need not name it, but not wrongly."""
        if not self.held(now):
            if given:
                raise Refused("LeaseLost" if given == self.id else "LeaseNotPresent")
        elif not given:
            if not reading:
                raise Refused("LeaseIdMissing")
        elif given != self.id:
            raise Refused("LeaseIdMismatch")

    def acquire(self, seconds: int, proposed: str | None, now: float) -> None:
        """Take it for 15 to 60 seconds, or for ever with -1; its holder may take it again."""
        if seconds != -1 and not 15 <= seconds <= 60:
            raise Refused("InvalidHeaderValue")
        if self.state(now) == "breaking":
            raise Refused("LeaseIsBreakingAndCannotBeAcquired")
        if self.held(now) and proposed != self.id:
            raise Refused("LeaseAlreadyPresent")
        self.id = proposed or str(uuid.uuid4())
        self.seconds = _FOREVER if seconds == -1 else seconds
        self.ends, self.broken_at = now + self.seconds, None

    def renew(self, given: str | None, now: float) -> None:
        self._mine(given)
        if self.broken_at is not None:
            raise Refused("LeaseIsBrokenAndCannotBeRenewed")
        self.ends = now + self.seconds

    def change(self, given: str | None, proposed: str | None) -> None:
        self._mine(given if given != proposed else self.id)
        self.id = proposed or self.id

    def release(self, given: str | None) -> None:
        self._mine(given)
        self.id, self.broken_at = "", None

    def break_(self, period: int | None, now: float) -> int:
        """Whole seconds until it is broken; without a ``period``, what is left of it."""
        if not self.id:
            raise Refused("LeaseNotPresentWithLeaseOperation")
        left = max(0.0, self.ends - now) if self.ends != _FOREVER else 0.0
        wanted = left if period is None else min(float(period), left or float(period))
        if self.broken_at is None:
            self.broken_at = now + wanted
        return round(max(0.0, self.broken_at - now))

    def _mine(self, given: str | None) -> None:
        if not self.id:
            raise Refused("LeaseNotPresentWithLeaseOperation")
        if given != self.id:
            raise Refused("LeaseIdMismatchWithLeaseOperation")
