"""The specification of a landing zone as small named checks.

:mod:`.facts` looks at a zone once and keeps what a check needs, so that every check is a pure
function from facts to findings: :mod:`.of_zones`, :mod:`.of_tables`, :mod:`.of_names`,
:mod:`.of_files`, :mod:`.of_rows` and :mod:`.of_schemas` hold them by what they look at;
:mod:`.book` is the list of all of them, and :mod:`.auditing` reads from it. What is *wrong* stops
a table or makes it show something else; *advice* is what will hurt one day.
"""

from hygge_openmirroring.rules.auditing import Audit, audited
from hygge_openmirroring.rules.book import RULES, Finding, Rule

__all__ = ["RULES", "Audit", "Finding", "Rule", "audited"]
