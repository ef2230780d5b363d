"""Every statement that hygge sends to SQL Server, each with the page that documents it.

Names are put in quoted, values are parameters. A test lists all of them.
"""

from __future__ import annotations

from hygge_mssql.statements import catalogue as catalogue
from hygge_mssql.statements import journal as journal
from hygge_mssql.statements import loading as loading
from hygge_mssql.statements import publishing as publishing
from hygge_mssql.statements import reading as reading
from hygge_mssql.statements import session as session
from hygge_mssql.statements.statement import Statement as Statement
from hygge_mssql.statements.statement import every as every
