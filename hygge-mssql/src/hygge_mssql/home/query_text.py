"""The text of a user's query: where it begins and ends, and whether it can stand in another one."""

from __future__ import annotations

import re

#: Where something begins that is not read as T-SQL: a comment, a text, a name in quotes.
_ASIDE = re.compile(
    r"""--[^\n]*|/\*|'(?:[^']|'')*'?|"(?:[^"]|"")*"?|\[(?:[^\]]|\]\])*\]?""",
)
_COMMENT_EDGE = re.compile(r"/\*|\*/")
_BEGINS_ALONE = re.compile(r"(?i)[\s;\ufeff]*(with|declare)\b")
_OUTERMOST = re.compile(r"(?i)[()]|\border\s+by\b|\boption\b(?=\s*\()")


def trimmed(text: str) -> str:
    """The query without the semicolons, comments and blanks before and behind it."""
    bare = _bare(text)
    start = len(bare) - len(bare.lstrip("; \t\r\n\f\v\ufeff"))
    return text[start : len(bare.rstrip("; \t\r\n\f\v"))]


def alone(text: str) -> bool:
    """Whether it cannot stand in a FROM: it begins with WITH, or has an ORDER BY or an OPTION that
    is of all of it, and of no window and no query in it."""
    bare = _bare(text)
    if _BEGINS_ALONE.match(bare):
        return True
    depth = 0
    for found in _OUTERMOST.finditer(bare):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if not depth and found[0] not in "()":
            return True
    return False


def _bare(text: str) -> str:
    """As long as ``text``: comments are blanks, and every character of what is quoted an ``x``."""
    made, at = "", 0
    while found := _ASIDE.search(text, at):
        comment = found[0].startswith(("--", "/*"))
        end = _comment_end(text, found.start()) if found[0] == "/*" else found.end()
        made += text[at : found.start()] + (" " if comment else "x") * (end - found.start())
        at = end
    return made + text[at:]


def _comment_end(text: str, start: int) -> int:
    """Comments of T-SQL stand in each other; one that is not closed goes on to the end."""
    depth = 0
    for edge in _COMMENT_EDGE.finditer(text, start):
        depth += 1 if edge[0] == "/*" else -1
        if not depth:
            return edge.end()
    return len(text)
