"""What goes wrong on purpose: scripted by tests, from any thread, while the server runs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any, Literal

from attrs import define, field, validators
from mishaps import Mishap, Mishaps

from .calls import Call
from .routes import known

Moment = Literal["before", "during", "after"]


@define(eq=False, kw_only=True)
class Fault(Mishap):
    """Which requests fail, and how. What is left out matches, or does nothing.

    Which: ``method``, ``operation`` (a word of the table in ``routes``), ``endpoint``, ``path``
    (``fnmatch`` on "filesystem/path", ``*`` crosses slashes), and of those that match, as many as
    ``nth`` and ``times`` say.

    How, at ``moment``: "before" the work, "after" it (the answer is lost, the work stands), or
    "during", which is in the middle of the request's body, or of the reply's for a read:

    * ``status``, with ``code`` and ``retry_after`` (seconds): this answer instead of the real one;
    * ``reset``: the connection is reset;
    * ``delay_seconds`` and ``hold``, as every mishap.
    """

    method: str | None = None
    operation: str | None = None
    endpoint: str | None = None
    path: str | None = None
    moment: Moment = field(
        default="before", validator=validators.in_(("before", "during", "after"))
    )
    status: int | None = None
    code: str = "ServerBusy"
    retry_after: int | None = None
    reset: bool = False

    def __attrs_post_init__(self) -> None:
        known(self.operation)
        if self.moment == "during" and not self.reset:
            raise ValueError("only a reset can come during a request; use 'before' or 'after'")

    def describes(self, call: Call) -> bool:
        wanted = {"method": self.method, "operation": self.operation, "endpoint": self.endpoint}
        return all(
            value is None or getattr(call, name) == value for name, value in wanted.items()
        ) and (self.path is None or fnmatchcase(f"{call.filesystem}/{call.path}", self.path))

    def headers(self) -> Mapping[str, str]:
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}

    async def wait(self) -> None:
        """Delay and hold, without keeping anybody else."""
        if self.delay_seconds:
            await asyncio.sleep(self.delay_seconds)
        if self.hold:
            self.reached.set()
            while not self.released.is_set():
                await asyncio.sleep(0.002)

    def told(self) -> str:
        """A few words for the log."""
        what = f"status {self.status}" if self.status else "reset" if self.reset else ""
        what = what or ("hold" if self.hold else f"delay {self.delay_seconds} s")
        return f"{what} {self.moment}"


class Faults(Mishaps[Fault]):
    """The faults in force. A request meets every one that it matches."""

    def add(self, fault: Fault | None = None, /, **fields: Any) -> Fault:
        """Put a fault in force: ``add(operation="flush", status=503, retry_after=1)``."""
        return self.plan(fault or Fault(**fields))

    def due(self, call: Call) -> list[Fault]:
        """Those that strike this request, which counts for each that it matches."""
        return self.struck_by(lambda fault: fault.describes(call))
