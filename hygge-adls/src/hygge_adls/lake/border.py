"""Where foreign errors become hygge's: what the service, the network and identities say, by table.

The service's code says more than the status, so it is looked up first; what has no code is told by
its class. The first line of the cause's own text stays visible, its request id as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from attrs import frozen
from azure.core import exceptions as azure

from hygge_adls import identities
from hygge_adls.lake.retries import is_distrust
from hygge_core.errors import AuthError, FlowError, HyggeError

_ROLE = (
    "give this identity the role Storage Blob Data Contributor on the account or the container "
    "(OneLake: Contributor in the workspace); a new role takes some minutes"
)
_SIGN_IN = "look at `auth`, tenant_id and the secret; `hygge check` tries them one by one"
_STALE = (
    "the token has ended, is of another tenant or for another service: sign in again (`auth`), and "
    "look at tenant_id"
)
_WRONG = (
    "the key or the signature is not the account's, or has ended; look at `auth` and its secret"
)
_WAIT = "the service is busy or down; run again in a moment"
_NETWORK = "look at account_url, the proxy, the firewall and private endpoints"


@frozen
class Meaning:
    """What a code means for the reader. ``auth``: exit 4, sign in or ask for a role."""

    hint: str | None = None
    transient: bool = False
    auth: bool = False


_AUTH = Meaning(_SIGN_IN, auth=True)
_FORBIDDEN = Meaning(_ROLE, auth=True)
_NO_FILESYSTEM = Meaning("create it, or correct `filesystem` (OneLake: `workspace`)")
#: Fabric's own were seen in the field (bc2adls#139, vscode-fabric#111, fabric-dw-mcp-cli#421; of a
#: capacity in several tools, with whatever status).
_NO_ITEM = Meaning(
    "look at the workspace and the item (of a mirror: `mirror_name`): two ids, or two names, the "
    "item's with its type, as in Sales.Lakehouse"
)
_PAUSED = Meaning("resume the Fabric capacity of the workspace, or give the workspace another one")
_IDS_ONLY = Meaning("this tenant takes no names: write the ids of the workspace and of the item")
_MEANINGS = {
    "AuthenticationFailed": Meaning(_WRONG, auth=True),
    "InvalidAuthenticationInfo": Meaning(_STALE, auth=True),
    "NoAuthenticationInformation": _AUTH,
    "AuthorizationPermissionMismatch": _FORBIDDEN,
    "AuthorizationFailure": Meaning(
        "the account's firewall refuses this network, or the signature lacks a permission",
        auth=True,
    ),
    "FilesystemNotFound": _NO_FILESYSTEM,
    "ContainerNotFound": _NO_FILESYSTEM,
    "ArtifactNotFound": _NO_ITEM,
    "CapacityNotActive": _PAUSED,
    "FriendlyNameSupportDisabled": _IDS_ONLY,
    "HierarchicalNamespaceNotEnabled": Meaning("enable the account's hierarchical namespace"),
    "OperationNotAllowedOnThePath": Meaning(
        "only Fabric makes workspaces, items and their first folders; write below Files/"
    ),
    "LeaseIdMissing": Meaning("somebody holds a lease on it; it goes with its holder", True),
    "ConditionNotMet": Meaning("somebody changed it meanwhile; run again", True),
    "ServerBusy": Meaning(_WAIT, True),
}
_BY_STATUS = {401: _AUTH, 403: _FORBIDDEN, 408: Meaning(_WAIT, True), 429: Meaning(_WAIT, True)}
_TLS = Meaning("is it https, and is its authority trusted? set `ca_bundle`")
_LOST = Meaning(_NETWORK, True)


@contextmanager
def speaking(raising: type[FlowError], place: str) -> Iterator[None]:
    """What Azure says no to inside becomes ``raising``, or ``AuthError``, and names ``place``."""
    try:
        yield
    except azure.AzureError as exc:
        raise told(exc, raising, place) from exc


def told(exc: azure.AzureError, raising: type[FlowError], place: str) -> HyggeError:
    """``exc`` as one of hygge's."""
    meaning = _meaning(exc)
    text = f"{place}: {words(exc)}"
    if meaning.auth:
        return AuthError(text, hint=meaning.hint)
    return raising(text, hint=meaning.hint, transient=meaning.transient)


def code_of(exc: azure.AzureError) -> str:
    """The service's code, such as ``PathNotFound``; empty where the service did not speak."""
    code = getattr(exc, "error_code", None)
    return str(getattr(code, "value", code) or "")


def words(exc: azure.AzureError) -> str:
    """What the service said, on one line; of a chain of identities, what each of them said."""
    told = identities.in_plain_words(str(exc.message or exc))
    if told is not None:
        return told
    lines = [line.strip() for line in str(exc.message or exc).splitlines() if line.strip()]
    said = lines[0] if lines else type(exc).__name__
    request = next((line for line in lines if line.startswith("RequestId:")), "")
    code = code_of(exc)
    more = ", ".join(each for each in (code if code not in said else "", request) if each)
    return f"{said} ({more})" if more else said


def _meaning(exc: azure.AzureError) -> Meaning:
    code, status = code_of(exc), getattr(exc, "status_code", None)
    if code in _MEANINGS:
        return _MEANINGS[code]
    if isinstance(exc, azure.HttpResponseError) and status is not None:
        known = _BY_STATUS.get(status)
        return known or (Meaning(_WAIT, True) if status >= 500 else Meaning())
    if isinstance(exc, azure.ClientAuthenticationError):
        return Meaning(identities.hint(str(exc)) or _SIGN_IN, auth=True)
    if is_distrust(exc) or "SSL" in str(exc):
        return _TLS
    return _LOST
