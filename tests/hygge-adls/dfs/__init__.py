"""A storage account for tests: Azure's dfs and blob endpoints, or OneLake, over real HTTP.

``README.md`` tells what is faithful, what is a guess, and what is missing.
"""

from .account import Manners
from .certificates import Certificates
from .changes import Change, Changes, Seen
from .faults import Fault, Faults
from .identity import IdentityServer, People
from .log import Log, Request
from .process import DfsProcess
from .server import DfsServer

__all__ = [
    "Certificates",
    "Change",
    "Changes",
    "DfsProcess",
    "DfsServer",
    "Fault",
    "Faults",
    "IdentityServer",
    "Log",
    "Manners",
    "People",
    "Request",
    "Seen",
]
