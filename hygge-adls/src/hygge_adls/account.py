"""An opened connection: the SDK's client of one account, shared by the threads of a run."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from azure.storage.filedatalake import DataLakeServiceClient

from hygge_adls.auth import credential
from hygge_adls.lake.border import code_of, speaking
from hygge_adls.lake.lake import Lake
from hygge_adls.lake.retries import Again
from hygge_adls.reaching import reached
from hygge_adls.settings.connections import AdlsConnection, OneLakeConnection
from hygge_core.errors import FlowError, StoreError

if TYPE_CHECKING:
    from hygge_adls.settings.connections import InAdls, ToOneLake
    from hygge_core.scene import Scene

_SHARED = ("tenant_id", "client_id", "client_secret", "sas", "token", "authority", "ca_bundle")
_INLINE = (*_SHARED, "connect_seconds", "read_seconds", "account_url", "auth")


class Account:
    """What ``[connections.NAME]`` opens to. ``lake`` may be called from any thread."""

    def __init__(self, config: AdlsConnection | OneLakeConnection, **options: Any) -> None:
        """``options`` go to the SDK's client as they are (``transport``, for tests)."""
        self.config = config
        self.url = config.account_url.rstrip("/")
        verify = {"connection_verify": str(config.ca_bundle)} if config.ca_bundle else {}
        self.service = DataLakeServiceClient(
            self.url,
            credential(config),
            retry_policy=Again(),
            connection_timeout=config.connect_seconds,
            read_timeout=config.read_seconds,
            **(verify | options),
        )
        self._hierarchical: set[str] = set()
        self._lock = threading.Lock()

    def lake(self, container: str, raising: type[FlowError] = StoreError) -> Lake:
        """The operations on one filesystem; what goes wrong there is a ``raising``."""
        return Lake(self.service.get_file_system_client(container), raising)

    def require_hierarchy(self, container: str) -> None:
        """Raise ``StoreError`` for an account whose folders are none: nothing could be swapped.

        Asked once per filesystem. OneLake has no other kind; who may not ask, goes on.
        """
        if isinstance(self.config, OneLakeConnection):
            return
        with self._lock:
            if container not in self._hierarchical:
                self._look(container)
                self._hierarchical.add(container)

    def _look(self, container: str) -> None:
        from azure.core.exceptions import HttpResponseError

        root = self.service.get_file_system_client(container).get_directory_client("/")
        with speaking(StoreError, f"{self.url}/{container}"):
            try:
                root.get_access_control()
            except HttpResponseError as exc:
                if code_of(exc) == "HierarchicalNamespaceNotEnabled":
                    raise StoreError(
                        f"{self.url} has no hierarchical namespace: a rename there is a copy and "
                        "a delete, which readers could see half done",
                        hint="upgrade the account (az storage account hns-migration start), or "
                        "use one with a hierarchical namespace",
                    ) from exc
                if code_of(exc) != "AuthorizationPermissionMismatch":
                    raise

    def check(self) -> Iterator[tuple[str, str, str]]:
        """For ``hygge check``: can this account be reached, and does it know us?"""
        return reached(self.config, self.service.credential)

    def close(self) -> None:
        self.service.close()


@contextmanager
def open_connection(config: AdlsConnection | OneLakeConnection, _: Scene) -> Iterator[Account]:
    """What the kinds ``adls`` and ``onelake`` of connection open to."""
    account = Account(config)
    try:
        yield account
    finally:
        account.close()


@contextmanager
def opened(config: InAdls | ToOneLake, scene: Scene) -> Iterator[Account]:
    """The account of a home or store: its named connection, or one of its own."""
    if config.connection is not None:
        account = scene.connection(config.connection)
        if not isinstance(account, Account):
            raise FlowError(
                f"the connection {config.connection!r} is not of type adls or onelake",
                hint="name another connection, or change its type",
            )
        yield account
        return
    with open_connection(_own(config), scene) as account:
        yield account


def _own(config: InAdls | ToOneLake) -> AdlsConnection | OneLakeConnection:
    told: dict[str, Any] = {key: getattr(config, key) for key in _INLINE}
    if hasattr(config, "key"):
        return AdlsConnection(key=config.key, **told)
    return OneLakeConnection(**told)
