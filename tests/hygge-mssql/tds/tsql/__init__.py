"""T-SQL, as much of it as hygge emits: text to records. What is not here is refused by name."""

from .statements import parse

__all__ = ["parse"]
