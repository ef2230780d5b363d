"""``SELECT @v = COALESCE(@v + ', ', '') + x FROM ...``: the one running concatenation known.

The driver's bulk loads ask for a table's columns so. A variable that feeds on itself in any other
way is refused: what it does is not documented.
"""

from __future__ import annotations

from attrs import frozen

from .errors import unknown
from .tsql import tree


@frozen
class Parts:
    variable: str
    separator: tree.Expression
    first: tree.Expression
    each: tree.Expression


def concatenates(items: tuple[tree.Item, ...]) -> bool:
    """Whether one of the variables feeds on itself."""
    return any(item.variable and f"name='{item.variable}'" in repr(item.value) for item in items)


def parts(item: tree.Item) -> Parts:
    """Raises the double's "does not know" for another shape."""
    match item.value:
        case tree.Binary(
            "+",
            tree.Call("COALESCE", (tree.Binary("+", tree.Variable(name), separator), first)),
            each,
        ) if name == item.variable:
            return Parts(name, separator, first, each)
    raise unknown(f"this use of {item.variable} in its own SELECT")
