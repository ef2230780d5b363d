"""The TOML tables of the connections, and how a home or store names one. No driver in here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from attrs import Attribute, field, fields, frozen
from attrs.validators import ge, gt, optional

from hygge_core.fields import ConnectionName, Secret, Spelled

ONELAKE_URL = "https://onelake.dfs.fabric.microsoft.com"

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_KEYS_OF = {
    "service_principal": ("tenant_id", "client_id", "client_secret"),
    "key": ("key",),
    "sas": ("sas",),
    "token": ("token",),
}
#: What a way to sign in takes beside what it needs.
_ALSO = {
    "default": ("client_id",),
    "managed_identity": ("client_id",),
    "cli": ("tenant_id",),
}


def has_what_it_needs(config: Any, _: Attribute[Any], auth: str) -> None:
    """The keys that this way to sign in needs are there, and those of others are not."""
    wanted = _KEYS_OF.get(auth, ())
    for key in wanted:
        if getattr(config, key, None) is None:
            raise ValueError(f"auth = {auth!r} needs {key}")
    for other, keys in _KEYS_OF.items():
        for key in sorted(set(keys) - {*wanted, *_ALSO.get(auth, ())}):
            if getattr(config, key, None) is not None:
                raise ValueError(f"{key} is for auth = {other!r}, found {auth!r}")


def _endpoint(_: Any, __: Attribute[Any], url: str | None) -> None:
    """An account's own host tells by its name what is asked there, and of whom.

    (An address without such a name is an emulator's: that has the account's in its path.)
    """
    parts = urlsplit(url or "")
    if ".blob." in parts.netloc:
        dfs = f"{parts.scheme}://{parts.netloc.replace('.blob.', '.dfs.', 1)}"
        raise ValueError(f"expected the account's endpoint {dfs!r}, found that for blobs: {url!r}")
    if ".dfs." in parts.netloc and parts.path.strip("/"):
        raise ValueError(
            f"expected '{parts.scheme}://{parts.netloc}', for the container (OneLake: the "
            f"workspace) has a key of its own; found {url!r}"
        )


_url: Any = [
    optional(
        Spelled(r"https?://[^/\s]+(/[^/\s]+)?/?", "such as 'https://NAME.dfs.core.windows.net'")
    ),
    _endpoint,
]
#: Of a container, a workspace, an item; the names of the latter two may have spaces.
name = Spelled(r"[^/]+", "without '/'")


@frozen(kw_only=True, slots=False)  # a mixin: two parents with slots have no common child
class SignIn:
    """How to sign in; the same keys in a ``[connections.NAME]`` and inline in a home or store.

    * ``tenant_id`` of a service principal; with ``cli``, of another tenant than one's own.
    * ``client_id`` of a service principal, or of a user-assigned managed identity, which
      ``default`` looks for, too.
    * ``token`` a callable as ``"module:name"``; it takes nothing and returns a token, or a token
      and when it ends in seconds since 1970. In a notebook: ``token = "__main__:storage_token"``.
    * ``authority`` where to sign in in a sovereign cloud, e.g. ``https://login.chinacloudapi.cn``.
    * ``ca_bundle`` a PEM file of authorities to trust, for gateways and proxies with their own.
    * ``connect_seconds``, ``read_seconds`` how long to wait for a connection, and for an answer.
    """

    tenant_id: str | None = None
    client_id: str | None = None
    client_secret: Secret | None = None
    sas: Secret | None = None
    token: str | None = field(
        default=None, validator=optional(Spelled(r"[\w.]+:[\w.]+", "such as 'module:name'"))
    )
    authority: str | None = field(
        default=None, validator=optional(Spelled(r"https://\S+", "that begins with 'https://'"))
    )
    ca_bundle: Path | None = None
    connect_seconds: float = field(default=10.0, validator=gt(0))
    read_seconds: float = field(default=60.0, validator=gt(0))


AdlsAuth = Literal["managed_identity", "service_principal", "cli", "default", "key", "sas", "token"]
OneLakeAuth = Literal["managed_identity", "service_principal", "cli", "default", "sas", "token"]


@frozen(kw_only=True)
class AdlsConnection(SignIn):
    """``[connections.NAME]`` with ``type = "adls"``.

    * ``account_url`` ``https://ACCOUNT.dfs.core.windows.net``, or that of another cloud.
    * ``key`` an account key, for ``auth = "key"``.
    * ``max_connections`` how many entities may use it at once.
    """

    account_url: str = field(validator=_url)
    auth: AdlsAuth = field(default="default", validator=has_what_it_needs)
    key: Secret | None = None
    max_connections: int | None = field(default=None, validator=optional(ge(1)))


@frozen(kw_only=True)
class OneLakeConnection(SignIn):
    """``[connections.NAME]`` with ``type = "onelake"``.

    * ``account_url`` OneLake's own unless a region's or a private one is wanted.
    """

    account_url: str = field(default=ONELAKE_URL, validator=_url)
    auth: OneLakeAuth = field(default="default", validator=has_what_it_needs)
    max_connections: int | None = field(default=None, validator=optional(ge(1)))


def _connection_or_own(config: Any, _: Attribute[Any], connection: str | None) -> None:
    keys: list[Attribute[Any]] = [*fields(SignIn), *_inline(config)]
    own = [each.name for each in keys if getattr(config, each.name, each.default) != each.default]
    if connection is not None and own:
        raise ValueError(f"the connection {connection!r} says {own[0]} already; leave one out")
    if connection is None and getattr(config, "account_url", None) is None:
        raise ValueError("expected a connection, or an account_url here")


def _inline(config: Any) -> list[Attribute[Any]]:
    return [each for each in fields(type(config)) if each.name in ("account_url", "auth", "key")]


@frozen(kw_only=True, slots=False)
class InAdls(SignIn):
    """Where a home or store is in an ADLS Gen2 account.

    * ``connection`` a ``[connections.NAME]`` of type ``adls``; or its keys right here.
    * ``filesystem`` the container.
    """

    filesystem: str = field(validator=Spelled(r"[^/\s]+", "without '/' and spaces"))
    account_url: str | None = field(default=None, validator=_url)
    auth: AdlsAuth = field(default="default", validator=has_what_it_needs)
    key: Secret | None = None
    connection: ConnectionName | None = field(default=None, validator=_connection_or_own)

    @property
    def container(self) -> str:
        return self.filesystem


@frozen(kw_only=True, slots=False)
class ToOneLake(SignIn):
    """How to reach OneLake, whatever it is there.

    * ``connection`` a ``[connections.NAME]`` of type ``onelake``; or its keys right here.
    """

    account_url: str = field(default=ONELAKE_URL, validator=_url)
    auth: OneLakeAuth = field(default="default", validator=has_what_it_needs)
    connection: ConnectionName | None = field(default=None, validator=_connection_or_own)

    @staticmethod
    def require_one_style(workspace: str, item: str) -> None:
        """Raise ``ValueError`` unless both are ids, or both are names.

        Microsoft's page on accessing OneLake: the two styles are not mixed.
        """
        by_id = _ID.fullmatch(workspace) is not None
        if by_id != (_ID.fullmatch(item) is not None):
            raise ValueError(
                f"expected {'an id' if by_id else 'a name'}, for the workspace is {workspace!r}: "
                f"OneLake takes ids for both, or names for both; found {item!r}"
            )


def _styled(config: Any, _: Attribute[Any], item: str) -> None:
    config.require_one_style(config.workspace, item)


_item: Any = [name, _styled]


@frozen(kw_only=True, slots=False)
class InOneLake(ToOneLake):
    """Where a home or store is in OneLake.

    * ``workspace`` its name or its id.
    * ``item`` as OneLake calls it: ``Sales.Lakehouse``; its id where ``workspace`` is one.
    * ``schema`` a folder ``SCHEMA.schema`` between ``Files`` and what comes below.
    """

    workspace: str = field(validator=name)
    item: str = field(validator=_item)
    schema: str | None = field(default=None, validator=optional(name))

    @property
    def container(self) -> str:
        return self.workspace
