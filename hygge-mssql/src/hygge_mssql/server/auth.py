"""Signing in: what the driver is told, and one Entra credential per process and identity.

azure-identity caches tokens in the credential object, so sharing it means one request for a token
per hour, not one per connection.
"""

from __future__ import annotations

import logging
import threading
from typing import Any

from hygge_mssql.settings.connections import MssqlConnectionConfig

_made: dict[tuple[object, ...], Any] = {}
_lock = threading.Lock()


def signing_in(config: MssqlConnectionConfig) -> dict[str, Any]:
    """The driver's arguments for this way to sign in. Raises ``AuthError`` for a missing secret."""
    if config.auth == "password":
        assert config.password is not None  # the configuration saw to it
        return {"UID": config.user, "PWD": config.password.reveal()}
    if config.auth == "integrated":
        return {"Trusted_Connection": "yes"}
    return {"token_provider": _credential(config)}


def _credential(config: MssqlConnectionConfig) -> Any:
    secret = config.client_secret.reveal() if config.client_secret else None
    key = (config.auth, config.tenant_id, config.client_id, secret)
    with _lock:
        if key not in _made:
            _made[key] = _identity(config, secret)
        return _made[key]


def _identity(config: MssqlConnectionConfig, secret: str | None) -> Any:
    from azure import identity  # a third of a second: only who needs it waits

    # It logs what it raises as well, on many lines: told once, by us, unless somebody listens.
    logging.getLogger("azure.identity").addHandler(logging.NullHandler())
    if config.auth == "managed_identity":
        return identity.ManagedIdentityCredential(client_id=config.client_id)
    if config.auth == "cli":
        return identity.AzureCliCredential(tenant_id=config.tenant_id or "")
    if config.auth == "service_principal":
        return identity.ClientSecretCredential(
            config.tenant_id or "", config.client_id or "", secret or ""
        )
    return identity.DefaultAzureCredential(managed_identity_client_id=config.client_id)
