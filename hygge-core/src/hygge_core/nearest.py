"""Did you mean ...?"""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that ``word`` was probably meant to be, or ``None``."""
    import difflib  # only where something went wrong already

    by_fold = {other.casefold(): other for other in sorted(known, reverse=True)}
    close = difflib.get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.6)
    return by_fold[close[0]] if close else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``"; did you mean 'x'?"``, or nothing: the end of a sentence about an unknown ``word``."""
    meant = nearest(word, known)
    return f"; did you mean {meant!r}?" if meant is not None else ""
