"""Who may do what with a folder: one that takes another's place takes its rights over.

Those are its owner and group as far as this user may give them, its mode and, on Linux, its ACLs.
What lies in a folder is as private as the folder: the files in it have the rights of any new file.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from hygge_core.faults import around
from hygge_core.files.disk.durable import sync_folder

_ACLS = ("system.posix_acl_access", "system.posix_acl_default")
_OWNERS_OWN = stat.S_IRWXU


def take_over(folder: str, model: str, *, mine: bool = False) -> None:
    """Give ``folder`` the rights of ``model``, durably; ``mine``: its owner has all of them.

    A group that cannot be given is not let in by rights that were another's: it gets what all have.
    """
    if os.name != "posix":
        return
    wanted, found = Path(model).stat(), Path(folder).stat()
    acls = _acls(model)
    mode = stat.S_IMODE(wanted.st_mode) | (_OWNERS_OWN if mine else 0)
    now = stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid, _acls(folder)
    if now == (mode, wanted.st_uid, wanted.st_gid, acls):
        return
    with around("local.rights", folder):
        with suppress(OSError):
            os.chown(folder, -1, wanted.st_gid)
        with suppress(OSError):
            os.chown(folder, wanted.st_uid, -1)
        if Path(folder).stat().st_gid != wanted.st_gid:
            mode = mode & ~stat.S_IRWXG & ~stat.S_ISGID | (mode & stat.S_IRWXO) << 3
        for name in _ACLS:
            _set_acl(folder, name, acls.get(name))
        Path(folder).chmod(mode)
    sync_folder(folder)


def _acls(folder: str) -> dict[str, bytes]:
    found = {}
    for name in _ACLS if hasattr(os, "getxattr") else ():
        with suppress(OSError):  # it has none, or the file system knows none
            found[name] = os.getxattr(folder, name)
    return found


def _set_acl(folder: str, name: str, acl: bytes | None) -> None:
    if hasattr(os, "setxattr"):
        with suppress(OSError):
            if acl is None:
                os.removexattr(folder, name)
            else:
                os.setxattr(folder, name, acl)
