"""What OneLake refuses of an account's dfs endpoint, and which headers it does not hear."""

from __future__ import annotations

from .account import Account
from .calls import Call
from .errors import Refused

_MANAGED_LEVELS = 2  # <item> and <item>/Files: Fabric's own
_ON_WORKSPACES = {"create_filesystem", "delete_filesystem", "list_filesystems"}
_ON_RIGHTS = {"set_access_control", "set_access_control_recursive"}
_ON_PATHS = {"create", "delete", "rename", "put_blob", "put_block_list"}
_UNHEARD = (
    "x-ms-owner",
    "x-ms-group",
    "x-ms-permissions",
    "x-ms-acl",
    "x-ms-acls",
    "x-ms-encryption-key",
    "x-ms-encryption-key-sha256",
    "x-ms-encryption-algorithm",
    "x-ms-encryption-scope",
    "x-ms-access-tier",
)


def unheard(call: Call) -> str:
    """The headers that OneLake ignores, as ``x-ms-rejected-headers`` names them."""
    return ",".join(name for name in _UNHEARD if name in call.headers)


def check(account: Account, call: Call) -> None:
    """Refuse what only Fabric may do: workspaces, items, their first folders, and rights."""
    if call.operation in _ON_RIGHTS:
        raise Refused("UnsupportedQueryParameter")
    if call.operation in _ON_WORKSPACES:
        raise Refused("OperationNotAllowedOnThePath")
    if call.operation not in _ON_PATHS:
        return
    source = [call.source] if call.operation == "rename" else []
    for workspace, path in [(call.filesystem, call.path), *source]:
        names = path.split("/")
        if len(names) <= _MANAGED_LEVELS:
            raise Refused("OperationNotAllowedOnThePath")
        account.filesystem(workspace).get("/".join(names[:_MANAGED_LEVELS]))
