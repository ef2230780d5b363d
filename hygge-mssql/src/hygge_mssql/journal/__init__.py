"""The journal ``mssql``: one for many machines, its leases and epochs kept by the database."""

from __future__ import annotations

from hygge_mssql.journal.journal import open_journal as open_journal
