"""``python kill_at.py K ARGS``: ``hygge ARGS``, killed by the kernel at the K-th fault point.

With K = -1 nothing is killed and the number of points is written to the file named by POINTS.
"""

import os
import sys
from pathlib import Path

from hygge_core import faults
from hygge_core.cli import main
from hygge_core.testing.plans import At, Count

k = int(sys.argv[1])
sys.argv = ["hygge", *sys.argv[2:]]
plan = At(k, "kill") if k >= 0 else Count()
with faults.planned(plan):
    try:
        raise SystemExit(main())
    finally:
        if k < 0:
            Path(os.environ["POINTS"]).write_text("\n".join(plan.names()))
