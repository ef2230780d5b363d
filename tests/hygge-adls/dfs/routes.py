"""Which operation a request is: a table, read from the top; the first row that fits wins."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from .calls import Endpoint

# Operation, endpoint, method, how deep the URL goes ("*": any), and what must be there: "name" or
# "name=value" in the query, "-name" not in the query, "+name" among the headers.
_TABLE = """
account                       blob  GET     *           restype=account comp=properties
account                       blob  HEAD    *           restype=account comp=properties
list_filesystems              dfs   GET     account     resource=account
list_filesystems              blob  GET     account     comp=list
create_filesystem             dfs   PUT     filesystem  resource=filesystem
create_filesystem             blob  PUT     filesystem  restype=container -comp
delete_filesystem             dfs   DELETE  filesystem  resource=filesystem
delete_filesystem             blob  DELETE  filesystem  restype=container -comp
filesystem_properties         dfs   HEAD    filesystem  resource=filesystem
filesystem_properties         blob  HEAD    filesystem  restype=container -comp
filesystem_properties         blob  GET     filesystem  restype=container -comp
list                          dfs   GET     filesystem  resource=filesystem
list_blobs                    blob  GET     filesystem  restype=container comp=list
lease                         blob  PUT     *           comp=lease
access_control                dfs   HEAD    *           action=getAccessControl
status                        dfs   HEAD    *           action=getStatus
set_access_control            dfs   PATCH   *           action=setAccessControl
set_access_control_recursive  dfs   PATCH   *           action=setAccessControlRecursive
rename                        dfs   PUT     path        +x-ms-rename-source
create                        dfs   PUT     path        resource
append                        dfs   PATCH   path        action=append
flush                         dfs   PATCH   path        action=flush
delete                        dfs   DELETE  path        recursive
set_metadata                  blob  PUT     path        comp=metadata
set_properties                blob  PUT     path        comp=properties
put_block                     blob  PUT     path        comp=block
put_block_list                blob  PUT     path        comp=blocklist
put_blob                      blob  PUT     path        +x-ms-blob-type -comp
properties                    blob  HEAD    path        -comp
read                          blob  GET     path        -comp
delete                        blob  DELETE  path        -comp
"""
_ON_BOTH = ("properties", "read", "delete")


@frozen
class Route:
    """One row of the table."""

    operation: str
    endpoint: Endpoint
    method: str
    level: str
    demands: tuple[str, ...]

    def fits(
        self, method: str, level: str, query: Mapping[str, str], headers: Mapping[str, str]
    ) -> bool:
        return (
            method == self.method
            and self.level in ("*", level)
            and all(_met(demand, query, headers) for demand in self.demands)
        )


def _met(demand: str, query: Mapping[str, str], headers: Mapping[str, str]) -> bool:
    if demand[0] == "+":
        return demand[1:] in headers
    if demand[0] == "-":
        return demand[1:] not in query
    name, wants, value = demand.partition("=")
    return name in query and (not wants or query[name] == value)


def _rows() -> tuple[Route, ...]:
    lines = (line.split() for line in _TABLE.strip().splitlines())
    return tuple(
        Route(operation, "dfs" if endpoint == "dfs" else "blob", method, level, tuple(demands))
        for operation, endpoint, method, level, *demands in lines
    )


ROUTES = _rows()
WORDS = {row.operation for row in ROUTES}


def known(word: str | None) -> None:
    """``ValueError`` for a word that no request will ever have: a test that waits for nothing."""
    if word is not None and word not in WORDS:
        raise ValueError(f"{word!r} is no operation; there are {', '.join(sorted(WORDS))}")


def route(
    method: str, level: str, query: Mapping[str, str], headers: Mapping[str, str]
) -> tuple[str, Endpoint]:
    """The operation and the endpoint that is spoken to.

    A host of ``*.dfs.*`` or ``*.blob.*`` decides the endpoint; any other host serves both, and the
    row does, or for what both know, whether the client asks for JSON. "misdirected" is something
    for the other endpoint, "unknown" is in no row.
    """
    host, accept = headers.get("host", ""), headers.get("accept", "")
    spoken: Endpoint | None = "dfs" if ".dfs." in host else "blob" if ".blob." in host else None
    for row in ROUTES:
        if row.fits(method, level, query, headers):
            if row.operation in _ON_BOTH:
                asked: Endpoint = "dfs" if accept == "application/json" else row.endpoint
                return row.operation, spoken or asked
            wrong = spoken not in (None, row.endpoint)
            return "misdirected" if wrong else row.operation, spoken or row.endpoint
    return "unknown", spoken or "dfs"
