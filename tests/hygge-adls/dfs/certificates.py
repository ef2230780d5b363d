"""TLS for a test: a certificate authority that lives as long as the test does."""

from __future__ import annotations

import ssl
from pathlib import Path

import trustme
from attrs import frozen


@frozen
class Certificates:
    """``context`` is the server's side; ``ca`` is the PEM file that clients are to trust.

    The SDK and azure-identity take it as ``connection_verify=str(ca)``, everything that is made
    of requests as ``REQUESTS_CA_BUNDLE``.
    """

    context: ssl.SSLContext
    ca: Path

    @classmethod
    def make(cls, folder: Path) -> Certificates:
        """For ``localhost`` and 127.0.0.1; the authority's PEM is written to ``folder``."""
        authority = trustme.CA()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
        authority.cert_pem.write_to_path(folder / "ca.pem")
        return cls(context, folder / "ca.pem")
