"""``[flows.NAME.polish]``: what happens to columns and values between home and store."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Literal, TypeAlias

from attrs import field, frozen
from attrs.validators import min_len

from hygge_core.fields import Secret

Case: TypeAlias = Literal["snake", "camel", "pascal", "kebab", "lower", "upper"]
Algorithm: TypeAlias = Literal["sha256", "sha512", "sha1", "md5"]
Scalar: TypeAlias = bool | int | float | str

_MASK = re.compile(r"sha256|null|redact|(?:first|last):[1-9][0-9]{0,8}")


@frozen(kw_only=True)
class ColumnSettings:
    """``columns = { drop = ["*_enc"], rename = { Qty = "quantity" }, case = "snake" }``.

    * ``select`` the only source columns to keep, by name or glob; their order stays the source's.
    * ``drop`` source columns to leave out, by name or glob.
    * ``rename`` source names to final names, taken as they are.
    * ``case`` how the words of all other names are joined.
    * ``remove_special`` leave out all but letters, digits, space, ``_`` and ``-``; words in
      parentheses move to the end.
    * ``remove_spaces`` leave out spaces.
    * ``replace_spaces`` what stands in their place.
    """

    select: tuple[str, ...] | None = field(default=None)
    drop: tuple[str, ...] = ()
    rename: dict[str, str] = field(factory=dict)
    case: Case | None = None
    remove_special: bool = False
    remove_spaces: bool = False
    replace_spaces: str | None = field(default=None)

    @select.validator
    def _keep_something(self, _: Any, select: tuple[str, ...] | None) -> None:
        if select is not None and not select:
            raise ValueError("an empty select keeps no column; leave it out to keep all")

    @replace_spaces.validator
    def _one_fate(self, _: Any, replacement: str | None) -> None:
        if replacement is not None and self.remove_spaces:
            raise ValueError("spaces are either removed or replaced, not both")


@frozen(kw_only=True)
class HashId:
    """``{ name = "OrderKey", from_columns = ["Company", "OrderNo"] }``: a key made of others.

    Made of the values before they are masked. NULL is a value of its own: it is not ``""``.

    * ``name`` its final name; it becomes the first column.
    * ``from_columns`` source names; they may be dropped all the same.
    * ``algorithm`` what digests them.
    * ``hex`` text in hexadecimal digits, or else the bytes.
    * ``salted`` mix ``salt`` into it, so that ids cannot be found by guessing values.
    """

    name: str = field(validator=min_len(1))
    from_columns: tuple[str, ...] = field(validator=min_len(1))
    algorithm: Algorithm = "sha256"
    hex: bool = True
    salted: bool = False


def _text_only(stamp: Timestamp, _: Any, wanted: str | None) -> None:
    if wanted is not None and stamp.type != "string":
        raise ValueError('only a timestamp with type = "string" has a format')


@frozen(kw_only=True)
class Timestamp:
    """``{ name = "loaded_at" }``: when the load began, the same in all of its rows.

    * ``name`` its final name.
    * ``source`` UTC, or the wall clock of the machine that runs hygge.
    * ``type`` a datetime (``now_local``: without a zone), or text.
    * ``format`` of the text, as in strftime; ISO 8601 by default.
    """

    name: str = field(validator=min_len(1))
    source: Literal["now_utc", "now_local"] = "now_utc"
    type: Literal["datetime", "string"] = "datetime"
    format: str | None = field(default=None, validator=_text_only)


@frozen(kw_only=True)
class PolishSettings:
    """``polish = { columns = { case = "snake" }, mask = { Email = "sha256" } }``.

    * ``columns`` which columns, and their names.
    * ``hash_ids`` keys made of other columns.
    * ``constants`` final names to values that are the same in every row.
    * ``timestamps`` columns with the moment of the load.
    * ``mask`` source columns (names or globs) to ``sha256`` (hexadecimal text), ``null``,
      ``redact`` (``***``), ``first:N`` or ``last:N`` (so many characters and ``***``).
      NULL stays NULL. Never the watermark's column: its highest value is kept in the journal.
    * ``salt`` the secret mixed into ``sha256`` masks: without one, who guesses a value finds it.
    """

    columns: ColumnSettings = field(factory=ColumnSettings)
    hash_ids: tuple[HashId, ...] = field(default=())
    constants: dict[str, Scalar] = field(factory=dict)
    timestamps: tuple[Timestamp, ...] = ()
    mask: dict[str, str] = field(factory=dict)
    salt: Secret | None = None

    @hash_ids.validator
    def _salt_there(self, _: Any, hash_ids: tuple[HashId, ...]) -> None:
        for each in hash_ids:
            if each.salted and self.salt is None:
                raise ValueError(f"{each.name!r} is salted, but polish has no salt")

    @mask.validator
    def _known_masks(self, _: Any, mask: dict[str, str]) -> None:
        for column, how in mask.items():
            if not _MASK.fullmatch(how):
                raise ValueError(
                    f"{column}: expected 'sha256', 'null', 'redact', 'first:N' or 'last:N', "
                    f"found {how!r}"
                )


def masks(mask: Mapping[str, str], columns: Sequence[str]) -> dict[str, str]:
    """How each masked column is masked: a name outranks a glob, an earlier glob a later one."""
    found: dict[str, str] = {}
    for pattern in sorted(mask, key=is_glob):
        for column in matching(pattern, columns):
            found.setdefault(column, mask[pattern])
    return found


def matching(pattern: str, columns: Iterable[str]) -> tuple[str, ...]:
    """The columns that a name or glob means; a column of just that name is the only one."""
    known = tuple(columns)
    if pattern in known:
        return (pattern,)
    return tuple(column for column in known if fnmatchcase(column, pattern))


def is_glob(pattern: str) -> bool:
    """Whether the pattern may rightly match nothing."""
    return any(sign in pattern for sign in "*?[")
