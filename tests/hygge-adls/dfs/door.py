"""Who comes in: account keys, shared access signatures and bearer tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import unquote

from attrs import define, frozen

from .account import Account
from .calls import Call
from .errors import Refused
from .stamps import Clock

STORAGE = "https://storage.azure.com"
Role = Literal["contributor", "reader", "none"]
_READS = {
    "access_control",
    "account",
    "filesystem_properties",
    "list",
    "list_blobs",
    "list_filesystems",
    "properties",
    "read",
    "status",
}
_SIGNED_HEADERS = (
    "content-encoding",
    "content-language",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "if-modified-since",
    "if-match",
    "if-none-match",
    "if-unmodified-since",
    "range",
)


@frozen
class Token:
    """What a bearer token is good for; ``expires`` in seconds since 1970, by the server's clock."""

    role: Role
    audience: str
    expires: float


class Tokens:
    """The tokens in circulation. The identity server issues into the same shelf."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._issued: dict[str, Token] = {}

    def issue(
        self, role: Role = "contributor", *, audience: str = STORAGE, seconds: float = 3600.0
    ) -> str:
        value = f"token-{secrets.token_hex(16)}"
        self._issued[value] = Token(role, audience, self.clock.now() + seconds)
        return value

    def revoke(self, value: str) -> None:
        self._issued.pop(value, None)

    def allowed(self, value: str) -> Role:
        """The role of a valid token for storage; anything else is refused with a challenge."""
        token = self._issued.get(value)
        if token is None or token.expires <= self.clock.now() or token.audience != STORAGE:
            raise Refused("InvalidAuthenticationInfo")
        return token.role


@define
class Door:
    """Lets a call in, or refuses it as the service does.

    ``key`` is the account's, base64. ``signatures``, if not None, are the only ``sig`` values of
    shared access signatures that are good. ``tenant`` is the one that the challenge names.
    """

    account: Account
    tokens: Tokens
    key: str
    signatures: set[str] | None = None
    tenant: str = "00000000-0000-0000-0000-00000000cafe"
    authority: str = "https://login.microsoftonline.com"

    def check(self, call: Call) -> None:
        scheme, _, rest = call.headers.get("authorization", "").partition(" ")
        if scheme == "Bearer":
            self._permit(self.tokens.allowed(rest), call)
        elif scheme == "SharedKey" and not self.account.manners.onelake:
            if self.account.manners.verify_keys and rest != self._signed(call):
                raise Refused("AuthenticationFailed")
        elif "sig" in call.query:
            self._signature(call.query, call)
            if call.operation == "rename":
                self._signature(call.source_query, call)
        else:
            raise Refused("NoAuthenticationInformation")

    def challenge(self) -> str:
        where = f"{self.authority}/{self.tenant}/oauth2/authorize"
        return f"Bearer authorization_uri={where} resource_id={STORAGE}"

    def _permit(self, role: Role, call: Call) -> None:
        if role == "none" or (role == "reader" and call.operation not in _READS):
            raise Refused("AuthorizationPermissionMismatch")

    def _signature(self, query: Mapping[str, str], call: Call) -> None:
        """Good until ``se`` for what is in ``sp``: one of "rle" to read, of "wcadm" to write."""
        good = self.signatures is None or query.get("sig") in self.signatures
        if "sig" not in query or not good or _past(query.get("se"), self.account.clock.now()):
            raise Refused("AuthenticationFailed")
        wanted = "rle" if call.operation in _READS else "wcadm"
        if "sp" in query and not set(wanted) & set(query["sp"]):
            raise Refused("AuthorizationPermissionMismatch")

    def _signed(self, call: Call) -> str:
        headers = {name.lower(): value for name, value in call.headers.items()}
        if headers.get("content-length") == "0":
            del headers["content-length"]
        own = sorted((name, value) for name, value in headers.items() if name.startswith("x-ms-"))
        lines = [
            call.method,
            *(headers.get(name, "") for name in _SIGNED_HEADERS),
            *(f"{name}:{value}" for name, value in own),
            f"/{self.account.name}{call.raw_path}",
            *(f"{name.lower()}:{unquote(value)}" for name, value in sorted(call.query.items())),
        ]
        digest = hmac.digest(base64.b64decode(self.key), "\n".join(lines).encode(), hashlib.sha256)
        return f"{self.account.name}:{base64.b64encode(digest).decode()}"


def _past(expiry: str | None, now: float) -> bool:
    if expiry is None:
        return False
    try:
        moment = datetime.fromisoformat(expiry)
    except ValueError:
        raise Refused("AuthenticationFailed") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() <= now
