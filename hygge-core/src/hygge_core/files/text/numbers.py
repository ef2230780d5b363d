"""Texts as numbers: each function gives the value, or NULL where the text is not exactly that."""

from __future__ import annotations

import polars as pl

#: Floats that are words. Only with ordinary numbers beside them do they make a column of floats.
FLOAT_WORDS = tuple(
    sign + word
    for word in ("nan", "NaN", "NAN", "inf", "Inf", "INF", "infinity", "Infinity")
    for sign in ("", "-")
)
_FLOAT = r"^-?(?:0|[1-9][0-9]*)?(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?$"
_WHOLE = r"^-?[0-9]+$"
#: How many digits tell each value of a float type from its neighbours, below what it has every
#: whole number, and how long the shortest text is that is nearer to zero than any of them (1e-324).
_KEPT: dict[type[pl.DataType], tuple[int, float, int]] = {
    pl.Float16: (5, 2.0**11, 4),
    pl.Float32: (9, 2.0**24, 5),
    pl.Float64: (17, 2.0**53, 6),
}


def quick_integer(text: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """The integers that need no second look: those that begin with 1 to 9, and zero."""
    return pl.when((text >= "1") | (text == "0")).then(text.cast(dtype, strict=False))


def any_integer(text: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Whole numbers without leading zeros or a plus sign, within the type's range."""
    odd = (
        (text.str.starts_with("0") & (text.str.len_bytes() > 1))
        | text.str.starts_with("-0")
        | text.str.starts_with("+")
    )
    return pl.when(~odd).then(text.cast(dtype, strict=False))


def quick_float(text: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """The floats that need no second look: few digits, and none of them a leading zero."""
    most, exact, _ = _KEPT[type(dtype)]
    value = text.cast(dtype, strict=False)
    size = text.str.len_bytes()
    short = (size <= most) | ((size == most + 1) & text.str.contains(".", literal=True))
    # Comparisons of first characters, since an expression would cost more than the cast.
    begun = (
        ((text >= "1") & (text < ":"))
        | ((text >= "0.") & (text < "0/"))
        | ((text >= "-1") & (text < "-:"))
        | ((text >= "-0.") & (text < "-0/"))
        | (text == "0")
    )
    return pl.when(short & begun & (value.abs() < exact)).then(value)


def without_vanished(values: pl.Series, texts: pl.Series) -> pl.Series:
    """Floats of the quick way, NULL where a zero may be a number that is nearer to it than any."""
    *_, tiny = _KEPT[type(values.dtype)]
    odd = (values == 0) & (texts.str.len_bytes() >= tiny)
    return values.set(odd, None) if odd.any() else values


def any_float(text: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Floats of as many digits as the type keeps; whole numbers that it has; NaN, infinities."""
    most, whole, _ = _KEPT[type(dtype)]
    value = text.cast(dtype, strict=False)
    mantissa = text.str.replace(r"[eE].*$", "").str.strip_chars_start("-")
    digits = mantissa.str.replace(".", "", literal=True).str.strip_chars_start("0")
    pointed = mantissa.str.contains(".", literal=True)
    counting = pl.when(pointed).then(digits.str.strip_chars_end("0")).otherwise(digits)
    exact = (
        text.str.contains(_FLOAT)
        & text.str.contains("[0-9]")
        & (counting.str.len_bytes() <= most)
        & ~(text.str.contains(_WHOLE) & (value.abs() >= whole))
        & value.is_finite()
        & ((value != 0) | (counting == ""))  # or it is nearer to zero than any is
    )
    word = text.is_in(FLOAT_WORDS)
    return pl.when(exact).then(value).when(word).then(text.str.to_lowercase().cast(dtype))


def decimal(text: pl.Expr, dtype: pl.Decimal) -> pl.Expr:
    """Numbers with no digit beyond the scale but zeros, within the precision."""
    shape = rf"^-?(?:0|[1-9][0-9]*)?(?:\.[0-9]{{0,{dtype.scale}}}0*)?$"
    fits = text.str.contains(shape) & text.str.contains("[0-9]")
    return pl.when(fits).then(text.cast(dtype, strict=False))


def with_point(text: pl.Expr) -> pl.Expr:
    """A decimal comma as a point; a number with a point in it is none then."""
    return pl.when(~text.str.contains(".", literal=True)).then(
        text.str.replace(",", ".", literal=True)
    )
