"""A column of texts that becomes a column of values, or says which text does not fit."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl
from attrs import field, frozen

from hygge_core.files.text import moments, numbers

_WORDS = {"true": True, "false": False}
#: Words that mean a boolean only where somebody said that the column is one.
_MORE_WORDS = _WORDS | {
    word: meaning
    for meaning, words in ((True, "1 t y yes"), (False, "0 f n no"))
    for word in words.split()
}


@frozen(kw_only=True)
class Wording:
    """How the texts of a file are written. ``trusted`` columns have a type that the user gave."""

    decimal_comma: bool = False
    date_format: str | None = None
    datetime_format: str | None = None
    trusted: Collection[str] = field(default=())


def readable(dtype: pl.DataType) -> bool:
    """Whether a text can be a value of this type."""
    return (
        dtype.is_integer()
        or dtype.is_float()
        or isinstance(
            dtype,
            pl.Decimal | pl.Boolean | pl.String | pl.Categorical | pl.Enum
            | pl.Date | pl.Datetime | pl.Time,
        )
    )  # fmt: skip


class TextColumn:
    """Reads one column's texts, block after block, as one type; it learns formats on the way."""

    def __init__(self, name: str, dtype: pl.DataType, wording: Wording) -> None:
        self.name = name
        self.dtype = dtype
        self._wording = wording
        self._formats: list[str] = []
        self._thorough = False

    def read(self, texts: pl.DataFrame) -> tuple[pl.Series, int | None]:
        """The values, and the row of the first text that is none (``None``: all fit)."""
        return self.finish(texts, texts.select(self.values).to_series())

    def finish(self, texts: pl.DataFrame, values: pl.Series) -> tuple[pl.Series, int | None]:
        """``values``, as ``self.values`` gave them, looked at again where a text was not read."""
        given = texts.get_column(self.name)
        if self._is_quick and self.dtype.is_float():
            values = numbers.without_vanished(values, given)
        if self._is_quick and values.null_count() > given.null_count():
            values = self._looked_at_again(given, values)
        while values.null_count() > given.null_count():
            row = (values.is_null() & given.is_not_null()).arg_max()
            assert row is not None  # there are more NULLs than before
            if not self._learn(given[row]):
                return values, row
            values = texts.select(self.values).to_series()
        return values, None

    @property
    def _is_quick(self) -> bool:
        """Whether what was not read may still be a value: the quick way takes most, not all."""
        dtype = self.dtype
        return not self._thorough and (
            dtype.is_integer() or dtype.is_float() or isinstance(dtype, pl.Boolean)
        )

    def _looked_at_again(self, given: pl.Series, values: pl.Series) -> pl.Series:
        """The values, with those that the quick way left out, where they are some."""
        odd = values.is_null() & given.is_not_null()
        places = odd.arg_true()
        self._thorough = True
        again = given.gather(places).to_frame().select(self.values).to_series()
        self._thorough = places.len() * 2 > values.len()
        return values.clone().scatter(places, again)

    @property
    def values(self) -> pl.Expr:
        """The column as ``dtype``, NULL where a text is not exactly a value of it."""
        text = pl.col(self.name)
        dtype = self.dtype
        if isinstance(dtype, pl.Boolean):
            made = self._truth(text)
        elif dtype.is_temporal():
            nothing = pl.when(text.is_null()).then(pl.lit(None, dtype))  # as long as the column
            made = pl.coalesce([nothing, *map(self._moment, self._formats)])
        elif dtype.is_numeric():
            made = self._number(numbers.with_point(text) if self._comma else text)
        else:
            made = text.cast(dtype, strict=False)
        return made.alias(self.name)

    def _truth(self, text: pl.Expr) -> pl.Expr:
        if not self._thorough:
            return pl.when(text == "true").then(True).when(text == "false").then(False)
        words = _MORE_WORDS if self._is_trusted else _WORDS
        return text.str.to_lowercase().replace_strict(
            words, default=None, return_dtype=pl.Boolean()
        )

    @property
    def _is_trusted(self) -> bool:
        return self.name in self._wording.trusted

    @property
    def _comma(self) -> bool:
        return self._wording.decimal_comma and not self.dtype.is_integer()

    def _number(self, text: pl.Expr) -> pl.Expr:
        if isinstance(self.dtype, pl.Decimal):
            return numbers.decimal(text, self.dtype)
        if self.dtype.is_integer():
            read = numbers.any_integer if self._thorough else numbers.quick_integer
        else:
            read = numbers.any_float if self._thorough else numbers.quick_float
        return read(text, self.dtype)

    def _moment(self, form: str) -> pl.Expr:
        text = pl.col(self.name)
        if form == self._own_format:
            return moments.read_own(text, self.dtype, form)
        alike = pl.when(text.str.contains(moments.exactly(form, self.dtype))).then(text)
        return moments.read(alike, self.dtype, form)

    @property
    def _own_format(self) -> str | None:
        """The user's format, if it can make a value of this type."""
        if isinstance(self.dtype, pl.Date):
            return self._wording.date_format
        form = self._wording.datetime_format
        if form is None or not isinstance(self.dtype, pl.Datetime):
            return None
        zoned = self.dtype.time_zone is not None
        fits = moments.is_zoned(form) == zoned or (zoned and self._is_trusted)
        return form if fits else None

    def _learn(self, text: str) -> bool:
        """Find another way to read, because of a text that was not read; false: there is none."""
        if not self.dtype.is_temporal():
            return False
        found = moments.format_of(text, self.dtype, naive=self._is_trusted)
        new = [f for f in (self._own_format, found) if f is not None and f not in self._formats]
        self._formats += new[:1]
        return bool(new)
