"""``[connections.NAME]`` with ``type = "mssql"``: where the server is, and who we are there."""

from __future__ import annotations

from typing import Any, Literal

from attrs import Attribute, field, frozen
from attrs.validators import and_, ge, le, optional

from hygge_core.fields import Secret, Spelled

#: The server counts milliseconds in an int: 24 days.
LONGEST_SECONDS = 2_000_000

Auth = Literal["password", "integrated", "managed_identity", "service_principal", "cli", "default"]
#: auth → the keys that it needs, and those that it may have.
_KEYS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "password": (("user", "password"), ()),
    "integrated": ((), ()),
    "managed_identity": ((), ("client_id",)),
    "service_principal": (("tenant_id", "client_id", "client_secret"), ()),
    "cli": ((), ("tenant_id",)),
    "default": ((), ("client_id",)),
}


def _has_its_keys(config: Any, _: Attribute[Any], auth: str) -> None:
    needed, allowed = _KEYS[auth]
    every = dict.fromkeys(key for keys in _KEYS.values() for each in keys for key in each)
    for key in every:
        given = getattr(config, key) is not None
        if key in needed and not given:
            raise ValueError(f"auth = {auth!r} needs {key}")
        if given and key not in (*needed, *allowed):
            raise ValueError(f"{key} is not for auth = {auth!r}")


@frozen(kw_only=True)
class MssqlConnectionConfig:
    """``[connections.NAME]`` with ``type = "mssql"``.

    * ``server`` the host, ``host\\instance``, or an address; ``port`` where it is not 1433.
    * ``database`` the database; tables of others are not reached through it.
    * ``user``, ``password`` for ``auth = "password"``, the password as a secret.
    * ``tenant_id``, ``client_id``, ``client_secret`` of a service principal; ``client_id`` alone of
      a user-assigned managed identity, which ``default`` looks for, too; ``tenant_id`` alone, with
      ``cli``, of another tenant than one's own.
    * ``auth`` how to sign in: ``password``, ``integrated`` (Kerberos), or one of Entra's:
      ``managed_identity``, ``service_principal``, ``cli`` (az login), ``default`` (the first of
      them that works).
    * ``encrypt`` ``yes``, ``no``, or ``strict`` (TDS 8, for servers of 2022 and newer).
    * ``trust_server_certificate`` do not verify the certificate: for servers on your own desk.
    * ``hostname_in_certificate`` the name to expect in it, where that is not ``server``.
    * ``max_connections`` so many at once, over all flows; a journal has one more of its own.
    * ``connect_seconds`` how long to wait for the server's answer to a sign-in.
    * ``query_seconds`` how long a statement may take; 0: as long as it needs.
    * ``lock_seconds`` how long a statement waits for somebody else's lock.
    * ``application_name`` what ``sys.dm_exec_sessions.context_info`` shows of our sessions.
    """

    server: str = field(
        validator=Spelled(r"[^;{}\0,]+", "with the host alone (its port is `port`)")
    )
    database: str = field(validator=Spelled(r"[^\0]{1,128}", "of 1 to 128 characters"))
    port: int | None = field(default=None, validator=optional(and_(ge(1), le(65_535))))
    user: str | None = None
    password: Secret | None = None
    tenant_id: str | None = None
    client_id: str | None = None
    client_secret: Secret | None = None
    auth: Auth = field(default="default", validator=_has_its_keys)
    encrypt: Literal["yes", "no", "strict"] = "yes"
    trust_server_certificate: bool = False
    hostname_in_certificate: str | None = None
    max_connections: int = field(default=8, validator=ge(1))
    connect_seconds: int = field(default=15, validator=[ge(1), le(LONGEST_SECONDS)])
    query_seconds: int = field(default=0, validator=[ge(0), le(LONGEST_SECONDS)])
    lock_seconds: float = field(default=60.0, validator=[ge(0), le(LONGEST_SECONDS)])
    application_name: str = field(
        default="hygge", validator=Spelled(r"[^\0]{1,60}", "of 1 to 60 characters")
    )
