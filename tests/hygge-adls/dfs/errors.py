"""What the service answers when it refuses, and how either endpoint spells it.

The table's codes, statuses and sentences are the service's own. ``README.md`` says which of them
were seen in recorded traffic, which are only documented, and which are guesses.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from xml.sax.saxutils import escape

from attrs import field, frozen

CODES: dict[str, tuple[int, str]] = {
    "AuthenticationFailed": (
        403,
        "Server failed to authenticate the request. Make sure the value of Authorization header "
        "is formed correctly including the signature.",
    ),
    "AuthorizationPermissionMismatch": (
        403,
        "This request is not authorized to perform this operation using this permission.",
    ),
    "ConditionNotMet": (
        412,
        "The condition specified using HTTP conditional header(s) is not met.",
    ),
    "DirectoryNotEmpty": (
        409,
        "The recursive query parameter value must be true to delete a non-empty directory.",
    ),
    "FilesystemAlreadyExists": (409, "The specified filesystem already exists."),
    "FilesystemNotFound": (404, "The specified filesystem does not exist."),
    "HierarchicalNamespaceNotEnabled": (
        400,
        "This operation is only supported on a hierarchical namespace account.",
    ),
    "InvalidAuthenticationInfo": (
        401,
        "Server failed to authenticate the request. Please refer to the information in the "
        "www-authenticate header.",
    ),
    "InvalidBlockList": (400, "The specified block list is invalid."),
    "InvalidFlushOperation": (
        409,
        "The resource was created or modified by the Blob Service API and cannot be written to by "
        "the Data Lake Storage Service API.",
    ),
    "InvalidFlushPosition": (
        400,
        "The uploaded data is not contiguous or the position query parameter value is not equal to "
        "the length of the file after appending the uploaded data.",
    ),
    "InvalidHeaderValue": (
        400,
        "The value for one of the HTTP headers is not in the correct format.",
    ),
    "InvalidOperation": (409, "The operation is not allowed on this resource."),
    "InvalidQueryParameterValue": (
        400,
        "Value for one of the query parameters specified in the request URI is invalid.",
    ),
    "InvalidRange": (416, "The range specified is invalid for the current size of the resource."),
    "InvalidRenameSourcePath": (
        409,
        "The source directory cannot be the same as the destination directory, nor can the "
        "destination be a subdirectory of the source directory.",
    ),
    "InvalidSourceOrDestinationResourceType": (
        409,
        "The source and destination resource type must be identical.",
    ),
    "LeaseAlreadyPresent": (409, "There is already a lease present."),
    "LeaseIdMismatch": (
        412,
        "The lease ID specified did not match the lease ID for the resource.",
    ),
    "LeaseIdMismatchWithLeaseOperation": (
        409,
        "The lease ID specified did not match the lease ID for the resource with the specified "
        "lease operation.",
    ),
    "LeaseIdMissing": (
        412,
        "There is currently a lease on the resource and no lease ID was specified in the request.",
    ),
    "LeaseIsBreakingAndCannotBeAcquired": (
        409,
        "The lease ID matched, but the lease is currently in breaking state and cannot be acquired "
        "until it is broken.",
    ),
    "LeaseIsBrokenAndCannotBeRenewed": (
        409,
        "The lease ID matched, but the lease has been broken explicitly and cannot be renewed.",
    ),
    "LeaseLost": (
        412,
        "A lease ID was specified, but the lease for the resource has expired.",
    ),
    "LeaseNotPresent": (412, "There is currently no lease on the resource."),
    "LeaseNotPresentWithLeaseOperation": (
        409,
        "The lease ID is not present with the specified lease operation.",
    ),
    "Md5Mismatch": (
        400,
        "The MD5 value specified in the request did not match with the MD5 value calculated by the "
        "server.",
    ),
    "MissingRequiredQueryParameter": (
        400,
        "A query parameter that's mandatory for this request is not specified.",
    ),
    "NoAuthenticationInformation": (
        401,
        "Server failed to authenticate the request. Please refer to the information in the "
        "www-authenticate header.",
    ),
    "NotImplemented": (501, "This server does not do this; its README says what it does."),
    "OperationNotAllowedOnThePath": (400, "This operation is not allowed on the path."),
    "PathAlreadyExists": (409, "The specified path already exists."),
    "PathConflict": (
        409,
        "The specified path, or an element of the path, exists and its resource type is invalid "
        "for this operation.",
    ),
    "PathNotFound": (404, "The specified path does not exist."),
    "RenameDestinationParentPathNotFound": (
        404,
        "The parent directory of the destination path does not exist.",
    ),
    "ServerBusy": (
        503,
        "The server is currently unable to receive requests. Please retry your request.",
    ),
    "SourceConditionNotMet": (
        412,
        "The source condition specified using HTTP conditional header(s) is not met.",
    ),
    "SourcePathNotFound": (404, "The source path for a rename operation does not exist."),
    "UnsupportedHeader": (400, "One of the HTTP headers in the request is not supported."),
    "UnsupportedQueryParameter": (
        400,
        "One of the query parameters specified in the request URI is not supported.",
    ),
}

_BLOB_NAMES = {
    "DirectoryNotEmpty": "DirectoryIsNotEmpty",
    "FilesystemAlreadyExists": "ContainerAlreadyExists",
    "FilesystemNotFound": "ContainerNotFound",
    "LeaseIdMismatch": "LeaseIdMismatchWithBlobOperation",
    "LeaseNotPresent": "LeaseNotPresentWithBlobOperation",
    "PathAlreadyExists": "BlobAlreadyExists",
    "PathNotFound": "BlobNotFound",
}


@frozen
class Refused(Exception):
    """The service says no: ``code``, with the table's status unless another is given."""

    code: str
    _status: int | None = None
    headers: Mapping[str, str] = field(factory=dict)

    @property
    def status(self) -> int:
        return self._status or CODES.get(self.code, (500, ""))[0]

    @property
    def message(self) -> str:
        return CODES.get(self.code, (500, "The server encountered an internal error."))[1]

    def named(self, endpoint: str) -> str:
        """The code as ``endpoint`` ("dfs" or "blob") calls it."""
        return _BLOB_NAMES.get(self.code, self.code) if endpoint == "blob" else self.code

    def body(self, endpoint: str, trace: str) -> tuple[str, bytes]:
        """The content type and the body: JSON from the dfs endpoint, XML from the blob one."""
        code, text = self.named(endpoint), f"{self.message}\n{trace}"
        if endpoint == "dfs":
            error = {"error": {"code": code, "message": text}}
            return "application/json;charset=utf-8", json.dumps(error).encode()
        xml = f"<Error><Code>{code}</Code><Message>{escape(text)}</Message></Error>"
        return "application/xml", b'<?xml version="1.0" encoding="utf-8"?>' + xml.encode()
