"""The driver, loaded when the first connection opens, and what it is told to connect to."""

from __future__ import annotations

import threading
from types import ModuleType
from typing import Any

from hygge_core.errors import PluginError
from hygge_mssql.server.auth import signing_in
from hygge_mssql.settings.connections import MssqlConnectionConfig

_lock = threading.Lock()

#: Libraries of the system that the driver needs → the Debian packages that bring them.
_LIBRARIES = {
    "libltdl": "libltdl7",
    "libkrb5": "libkrb5-3",
    "libgssapi": "libgssapi-krb5-2",
    "libssl": "openssl",
    "libcrypto": "openssl",
}


def driver() -> ModuleType:
    """``mssql_python``, its own pooling off. Raises ``PluginError`` naming what the system lacks.

    hygge keeps connections itself: a closed one is closed, and ``max_connections`` is the truth.
    """
    with _lock:
        try:
            import mssql_py_core  # noqa: F401  # bulk loads need it: fail now, not later
            import mssql_python
        except (ImportError, OSError, RuntimeError) as exc:
            raise lacking(exc) from exc
        mssql_python.pooling(enabled=False)
        return mssql_python


def lacking(exc: BaseException) -> PluginError:
    """Which package of the system brings what the driver could not load."""
    found = next((package for name, package in _LIBRARIES.items() if name in str(exc)), None)
    every = "libltdl7 libkrb5-3 libgssapi-krb5-2"
    return PluginError(
        f"the SQL Server driver cannot be loaded: {exc}",
        hint=f"apt-get install {found or every}, or what brings it on this system",
    )


def arguments(config: MssqlConnectionConfig) -> dict[str, Any]:
    """Keyword arguments of ``mssql_python.connect``; each value is escaped by the driver."""
    port = f",{config.port}" if config.port else ""
    told = {
        "Server": f"{config.server}{port}",
        "Database": config.database,
        "Encrypt": config.encrypt,
        "TrustServerCertificate": "yes" if config.trust_server_certificate else "no",
        # A connection that broke has lost its locks and its transaction: never mend it silently.
        "ConnectRetryCount": "0",
    }
    if config.hostname_in_certificate:
        told["HostnameInCertificate"] = config.hostname_in_certificate
    return {**told, **signing_in(config), "autocommit": True, "timeout": config.connect_seconds}
