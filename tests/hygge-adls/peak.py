"""``python peak.py URL MIB FILES``: upload FILES files of MIB at once; prints what that took.

A process of its own, so that its peak of resident memory is the upload's: two numbers in bytes, the
memory that was resident before the upload, and the most that was during it.
"""

import sys
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.append(str(Path(__file__).parents[1] / "doubles"))

from lakes import KEY_VARIABLE  # after the path is set

from hygge_adls.account import Account
from hygge_adls.settings.connections import AdlsConnection
from hygge_core.config import structure


def resident(word: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(word))


def main(url: str, mib: int, files: int) -> None:
    told = {"account_url": url, "auth": "key", "key": {"env": KEY_VARIABLE}}
    lake = Account(structure(AdlsConnection, told)).lake("lake")
    lake.upload("small", b"what every upload needs is loaded by now")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "large"
        with path.open("wb") as file:
            file.truncate(mib << 20)
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forget the peak so far
        before = resident("VmRSS")
        jobs = [
            threading.Thread(target=lake.upload, args=(f"large-{at}", path)) for at in range(files)
        ]
        for job in jobs:
            job.start()
        for job in jobs:
            job.join()
        assert all(lake.entry(f"large-{at}").bytes == mib << 20 for at in range(files))
    print(before, resident("VmHWM"))  # noqa: T201  # this is what it is for


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
