"""T-SQL, as much of it as hygge emits: text to records. What is not here is refused by name."""

from .declaring import declarations
from .statements import parse

__all__ = ["declarations", "parse"]
