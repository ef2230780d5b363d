"""Signing in: one credential object per process and identity, whoever asks for it.

azure-identity caches tokens in the credential object, so sharing it means one request for a token
per hour, not one per entity.
"""

from __future__ import annotations

import importlib
import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlsplit

from azure.core.credentials import AccessToken

from hygge_core import secrets
from hygge_core.errors import AuthError, ConfigError

if TYPE_CHECKING:
    from hygge_adls.settings.connections import AdlsConnection, OneLakeConnection

    Connection = AdlsConnection | OneLakeConnection

#: How long a token is taken to be good when the callable does not say: it is asked again then.
_UNSAID_SECONDS = 300

_made: dict[tuple[object, ...], Any] = {}
_lock = threading.Lock()


def credential(config: Connection) -> Any:
    """What the SDK signs requests with. Raises ``AuthError``, ``ConfigError``."""
    if config.auth == "key":
        return {"account_name": _account(config.account_url), "account_key": _key(config)}
    if config.auth == "sas":
        assert config.sas is not None  # the configuration saw to it
        # As text: the SDK's AzureSasCredential does not sign the source of a rename.
        return _signature(config.sas.reveal())
    if not config.account_url.startswith("https://"):
        raise ConfigError(
            f"{config.account_url}: a token may not travel without TLS",
            hint="write https://, or use auth = 'key' or 'sas' with a local test server",
        )
    return _shared(config)


def _shared(config: Connection) -> Any:
    own = config.client_secret.reveal() if config.client_secret else None
    identity = (config.auth, config.tenant_id, config.client_id, own)
    key = (*identity, config.token, config.authority, config.ca_bundle)
    with _lock:
        if key not in _made:
            _made[key] = Called(config.token) if config.token else _identity(config, own)
        return _made[key]


def _identity(config: Connection, client_secret: str | None) -> Any:
    from azure import identity  # a third of a second: only who needs it waits

    # It logs what it raises as well, on many lines: told once, by us, unless somebody listens.
    logging.getLogger("azure.identity").addHandler(logging.NullHandler())
    more: dict[str, Any] = {}
    if config.ca_bundle:
        more["connection_verify"] = str(config.ca_bundle)
    if config.authority:
        # Discovery asks the public cloud about the authority; whoever names one knows it.
        more |= {"authority": config.authority, "disable_instance_discovery": True}
    if config.auth == "managed_identity":
        return identity.ManagedIdentityCredential(client_id=config.client_id)
    if config.auth == "cli":
        return identity.AzureCliCredential(tenant_id=config.tenant_id or "")
    if config.auth == "service_principal":
        return identity.ClientSecretCredential(
            config.tenant_id or "", config.client_id or "", client_secret or "", **more
        )
    return identity.DefaultAzureCredential(managed_identity_client_id=config.client_id, **more)


class Called:
    """A credential out of a callable named ``module:name``; see ``SignIn.token``."""

    def __init__(self, named: str) -> None:
        self._named = named
        self._call = _found(named)
        self._lock = threading.Lock()
        self._token = AccessToken("", 0)

    def get_token(self, *scopes: str, tenant_id: str | None = None, **_: Any) -> AccessToken:
        """The token; the callable is asked again a minute before it ends.

        And when the service refuses it: the SDK then comes with the tenant of the challenge.
        """
        with self._lock:
            if tenant_id or self._token.expires_on - 60 < time.time():
                self._token = self._asked()
            return self._token

    def _asked(self) -> AccessToken:
        try:
            given = self._call()
        except Exception as exc:
            raise AuthError(f"{self._named}() gave no token: {exc}") from exc
        text, *ends = given if isinstance(given, tuple) and given else (given,)
        told = len(ends) <= 1 and all(isinstance(each, int | float | None) for each in ends)
        if not isinstance(text, str) or not text or not told:
            found = ", ".join(type(each).__name__ for each in (text, *ends))
            raise AuthError(
                f"{self._named}() gave {found}: expected a token, or a token and when it ends in "
                "seconds since 1970"
            )
        expires = ends[0] if ends else None
        secrets.remember(text)
        return AccessToken(text, int(expires or time.time() + _UNSAID_SECONDS + 60))


def _found(named: str) -> Callable[[], Any]:
    module, _, path = named.partition(":")
    try:
        found: Any = importlib.import_module(module)
        for name in path.split("."):
            found = getattr(found, name)
    except Exception as exc:  # the user's own module: whatever it does while it is imported
        raise ConfigError(f"token = {named!r} cannot be found: {exc!r}") from exc
    if not callable(found):
        raise ConfigError(f"token = {named!r} is no callable")
    return found  # type: ignore[no-any-return]  # any callable will do


def _account(url: str) -> str:
    """``https://NAME.dfs...`` or ``http://localhost:10000/NAME``."""
    parts = urlsplit(url)
    path = parts.path.strip("/")
    return path or (parts.hostname or "").partition(".")[0]


def _key(config: Connection) -> str:
    key = getattr(config, "key", None)
    assert key is not None  # the configuration saw to it
    return str(key.reveal())


def _signature(text: str) -> str:
    """The query of a shared access signature; nothing of its ``sig`` is ever shown."""
    query = text.strip().rpartition("?")[2]
    told = dict(parse_qsl(query))
    if "sig" not in told:
        raise AuthError("the secret in `sas` is no shared access signature: it has no sig=")
    for shown in (told["sig"], quote(told["sig"]), quote(told["sig"], safe="")):
        secrets.remember(shown)
    if _is_past(told.get("se", "")):
        raise AuthError(
            f"the shared access signature in `sas` ended at {told['se']}", hint="make a new one"
        )
    return query


def _is_past(text: str) -> bool:
    """What is no moment is left for the service to judge."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return False
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) < datetime.now(UTC)
