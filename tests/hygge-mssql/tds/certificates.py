"""A certificate authority of the tests' own, and TLS by its certificates."""

from __future__ import annotations

import ssl
from pathlib import Path

import trustme


class Certificates:
    """``context`` is the server's TLS; ``authority`` a file that a client may trust."""

    def __init__(self, folder: Path, name: str = "localhost") -> None:
        made = trustme.CA()
        self.authority = folder / "authority.pem"
        made.cert_pem.write_to_path(str(self.authority))
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # Before TDS 8.0 the handshake is carried in packets, which TLS 1.3 does not fit
        # ([MS-TDS] 3.2.5.2: its tickets come after the handshake).
        self.context.maximum_version = ssl.TLSVersion.TLSv1_2
        self.context.set_alpn_protocols(["tds/8.0"])
        made.issue_cert(name, "127.0.0.1").configure_cert(self.context)
