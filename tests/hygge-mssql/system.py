"""The libraries of the system that the driver needs: ``python system.py`` brings what is missing.

mssql-python brings Microsoft's ODBC driver, which wants these; no wheel has them. As root on Debian
or Ubuntu they are installed; elsewhere the line to type is said, and the exit code is 1.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys

LIBRARIES = {
    "libltdl.so.7": "libltdl7",
    "libkrb5.so.3": "libkrb5-3",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
}


def missing() -> list[str]:
    """The Debian packages of what cannot be loaded."""
    return [package for library, package in LIBRARIES.items() if not _loads(library)]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def main() -> int:
    packages = missing()
    if not packages:
        return 0
    line = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("apt-get") is None:
        sys.stderr.write(f"the SQL Server driver needs libraries of the system: {' '.join(line)}\n")
        return 1
    if subprocess.run(line, check=False).returncode:
        # A fresh image has no list of packages yet.
        subprocess.run(["apt-get", "update"], check=True)
        subprocess.run(line, check=True)
    return 1 if missing() else 0


if __name__ == "__main__":
    sys.exit(main())
