"""How many entities may be in flight: in all, and on each named connection."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from hygge_core.scene import Cancel


class Slots:
    """``total`` entities at once; ``caps`` bounds the slots of each connection that has a cap.

    An entity takes all that it needs at once or nothing, so two entities that need the same
    connection twice can never hold half each and wait for ever.
    """

    def __init__(
        self, total: int, caps: Mapping[str, int], freed: Callable[[], None] = lambda: None
    ) -> None:
        # ``freed`` is called without the lock: it may call ``try_take`` again.
        self._free = total
        self._freed = freed
        self._room = dict(caps)
        self._turn = threading.Condition()

    @property
    def full(self) -> bool:
        """Whether no entity can start, whatever it needs."""
        return self._free < 1

    def try_take(self, needs: Mapping[str, int]) -> bool:
        """Take a slot and ``needs`` (connection name → slots), or nothing."""
        with self._turn:
            return self._take(needs)

    def _take(self, needs: Mapping[str, int]) -> bool:
        capped = {name: count for name, count in needs.items() if name in self._room}
        if self._free < 1 or any(self._room[name] < count for name, count in capped.items()):
            return False
        self._free -= 1
        for name, count in capped.items():
            self._room[name] -= count
        return True

    def give(self, needs: Mapping[str, int]) -> None:
        """Give back what ``try_take`` took, and say so to whoever starts entities."""
        with self._turn:
            self._free += 1
            for name in needs.keys() & self._room.keys():
                self._room[name] += needs[name]
            self._turn.notify_all()
        self._freed()

    def given_away(self, needs: Mapping[str, int], cancel: Cancel) -> Callable[[float], None]:
        """A sleep during which the slot is somebody else's; ``Cancelled`` when asked to stop."""

        def wait(seconds: float) -> None:
            self.give(needs)
            cancel.wait(seconds)
            with self._turn:
                while not self._take(needs):
                    self._turn.wait()
            cancel.check()

        return wait
