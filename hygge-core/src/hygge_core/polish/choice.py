"""Which source columns go where: everything that can be said before a row is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from hygge_core.errors import ConfigError, Mistake
from hygge_core.markers import ROW_MARKER
from hygge_core.nearest import did_you_mean
from hygge_core.polish.names import final_name
from hygge_core.polish.settings import PolishSettings, is_glob, matching


def kept(settings: PolishSettings, columns: Sequence[str]) -> tuple[str, ...]:
    """The source columns that stay, in the source's order."""
    chosen = settings.columns
    wanted = {*(columns if chosen.select is None else _all(chosen.select, columns)), ROW_MARKER}
    wanted -= set(_all(chosen.drop, columns))
    return tuple(column for column in columns if column in wanted)


def check_names(settings: PolishSettings, columns: Sequence[str], entity: str) -> None:
    """Raise ``ConfigError`` with every name that the source does not have."""
    _raise_all(entity, _unknown(settings, columns))


def final_columns(
    settings: PolishSettings, columns: Sequence[str], entity: str
) -> dict[str, str | None]:
    """Final names in their order, with the source column of those that have one.

    Raises ``ConfigError`` naming both columns where two would have one name, or when none is left.
    """
    places: dict[str, str] = {}
    final: dict[str, str | None] = {}
    mistakes = []
    for name, source, what in _all_final(settings, columns):
        if name in places:
            problem = f"{places[name]} and {what} would both be called {name!r}"
            mistakes.append(Mistake("", "polish", problem))
        places[name], final[name] = what, source
    if not final:
        mistakes.append(Mistake("", "polish.columns", "no column is left"))
    _raise_all(entity, mistakes)
    return final


def lacking_keys(
    settings: PolishSettings, columns: Sequence[str], keys: Mapping[str, str]
) -> Iterator[Mistake]:
    """The ``keys`` (source names to final ones) that no final column has the name of."""
    there = {name for name, _, _ in _all_final(settings, columns)}
    lacking = (source for source, final in keys.items() if final not in there)
    return _missing("store.key_columns", lacking, columns)


def _all_final(
    settings: PolishSettings, columns: Sequence[str]
) -> Iterator[tuple[str, str | None, str]]:
    for each in settings.hash_ids:
        yield each.name, None, f"the hash id {each.name!r}"
    for column in kept(settings, columns):
        yield final_name(column, settings.columns), column, f"the column {column!r}"
    for name in settings.constants:
        yield name, None, f"the constant {name!r}"
    for stamp in settings.timestamps:
        yield stamp.name, None, f"the timestamp {stamp.name!r}"


def _unknown(settings: PolishSettings, columns: Sequence[str]) -> Iterator[Mistake]:
    chosen = settings.columns
    named: Mapping[str, Iterable[str]] = {
        "polish.columns.select": chosen.select or (),
        "polish.columns.drop": chosen.drop,
        "polish.columns.rename": chosen.rename,
        "polish.mask": settings.mask,
    }
    for path, names in named.items():
        yield from _missing(path, (name for name in names if not is_glob(name)), columns)
    for place, each in enumerate(settings.hash_ids):
        yield from _missing(f"polish.hash_ids[{place}].from_columns", each.from_columns, columns)


def _missing(path: str, names: Iterable[str], columns: Sequence[str]) -> Iterator[Mistake]:
    for name in names:
        if name not in columns:
            problem = f"the source has no column {name!r}{did_you_mean(name, columns)}"
            yield Mistake("", path, problem)


def _all(patterns: Iterable[str], columns: Sequence[str]) -> set[str]:
    return {column for pattern in patterns for column in matching(pattern, columns)}


def _raise_all(entity: str, mistakes: Iterable[Mistake]) -> None:
    found = list(mistakes)
    if found:
        raise ConfigError(
            f"{entity}: the polish does not fit the source".lstrip(": "), mistakes=found
        )
