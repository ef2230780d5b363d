"""The service as it would be if it never slept: it looks at the landing zone after every request.

A ``Poller`` watches a ``DfsServer``. After each storage call it ingests whatever is eligible, moves
what it has read aside, drops tables whose folder is gone, and latches on the first file that it
cannot take, as Fabric was seen to do. What it makes of files is :mod:`hygge_openmirroring.replay`.
``README.md`` tells which of its manners are documented.
"""

from .poller import Ingested, Manners, Poller, Shown

__all__ = ["Ingested", "Manners", "Poller", "Shown"]
