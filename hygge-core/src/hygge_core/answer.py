"""What a call came to that another thread makes: it is asked for here, and raises here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Answer(Generic[T]):
    """``fetch`` makes the call, in any thread; ``given`` is for the one that asked."""

    def __init__(self, call: Callable[[], T]) -> None:
        self._call = call
        self._returned: list[T] = []
        self._raised: list[BaseException] = []

    def fetch(self) -> None:
        """Make the call, and keep what it returns or raises, the end of a process too."""
        try:
            self._returned.append(self._call())
        except BaseException as exc:  # noqa: BLE001  # raised again in the thread that asked
            self._raised.append(exc)

    @property
    def is_there(self) -> bool:
        """Whether the call is over."""
        return bool(self._returned or self._raised)

    def given(self) -> T:
        """What the call returned; raises what it raised. Only once it is over."""
        if self._raised:
            raise self._raised[0]
        return self._returned[0]
