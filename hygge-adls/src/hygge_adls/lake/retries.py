"""How the SDK tries again: soon, politely, and not for ever.

The SDK's own policy waits about 20 s after the first 503, never retries a 429 and does not hear
``Retry-After``. This one waits about 1, 2, 4 and 8 seconds, or what ``Retry-After`` says up to
``PATIENCE`` seconds. A service that refuses connections has failed after about 16 seconds; one that
cannot be reached at all after ``5 * connect_seconds`` more (66 seconds with the defaults); one that
takes a request and never answers after ``5 * read_seconds`` more (316). A certificate that is not
trusted is not trusted a second later either, so that fails at once.
"""

from __future__ import annotations

import random
from typing import Any

from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import RetryPolicy

ATTEMPTS = 5
PATIENCE = 60.0
FIRST_SECONDS = 0.9
_NOT_OURS = ("hosts", "location_mode", "retry_to_secondary", "retry_hook")


class Again(RetryPolicy[Any, Any]):
    """Every request of a lake is safe to repeat: what it did is found out by looking."""

    def __init__(self) -> None:
        tries = ATTEMPTS - 1
        super().__init__(
            retry_total=tries, retry_connect=tries, retry_read=tries, retry_status=tries
        )
        self._first = FIRST_SECONDS
        # Appends and flushes come as PATCH: the same bytes at the same place.
        self._method_whitelist = frozenset({*self._method_whitelist, "PATCH"})

    def configure_retries(self, options: dict[str, Any]) -> dict[str, Any]:
        for name in _NOT_OURS:  # the storage SDK leaves them for its own policy
            options.pop(name, None)
        settings: dict[str, Any] = super().configure_retries(options)
        settings["tried"] = 0
        return settings

    def send(self, request: PipelineRequest[Any]) -> PipelineResponse[Any, Any]:
        response = super().send(request)
        response.http_response.location_mode = "primary"  # the SDK's downloads look for it
        return response

    def is_retry(self, settings: dict[str, Any], response: PipelineResponse[Any, Any]) -> bool:
        """Not for a busy destination (409, 412, 403), whatever headers it sends."""
        status = response.http_response.status_code
        return status in self._retry_on_status_codes and bool(settings["total"])

    def increment(
        self,
        settings: dict[str, Any],
        response: PipelineRequest[Any] | PipelineResponse[Any, Any] | None = None,
        error: Exception | None = None,
    ) -> bool:
        again = super().increment(settings, response=response, error=error)
        if again and isinstance(response, PipelineResponse):
            # What a download was answered is not read yet: the connection would be lost with it.
            response.http_response.internal_response.close()
        return again and not (error and is_distrust(error))

    def is_exhausted(self, settings: dict[str, Any]) -> bool:
        return int(settings["total"]) < 0

    def get_backoff_time(self, settings: dict[str, Any]) -> float:
        settings["tried"] += 1
        wait: float = self._first * 2 ** (settings["tried"] - 1)
        return wait * random.uniform(1.0, 1.2)  # noqa: S311  # so that many do not come at once

    def get_retry_after(self, response: PipelineResponse[Any, Any]) -> float | None:
        told = super().get_retry_after(response)
        return None if told is None else min(told, PATIENCE)


def is_distrust(error: BaseException) -> bool:
    """Whether TLS failed because of a certificate."""
    return "CERTIFICATE" in str(error).upper()
