"""SQL functions that the double gives its DuckDB: dates as counts of 100 ns, and their texts.

A conversion that cannot be done calls ``error`` with a T-SQL number before the words; ``failing``
makes a ``SqlError`` of it, and of what DuckDB itself says.
"""

from __future__ import annotations

import re

import duckdb

from ..errors import SqlError

_DAY = 864_000_000_000

_CP1252 = "".join(
    bytes([code]).decode("cp1252")
    for code in range(0x80, 0x100)
    if code not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}
)

MACROS = [
    # 'hh:mm', 'hh:mm:ss', 'hh:mm:ss.f' up to seven digits.
    r"""time_of(x) AS CASE WHEN x IS NULL THEN NULL
        WHEN NOT regexp_full_match(x, '([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,7})?)?')
        THEN error('241:Conversion failed when converting date and/or time from character string.')
        ELSE (CAST(substr(x, 1, 2) AS BIGINT) * 3600 + CAST(substr(x, 4, 2) AS BIGINT) * 60
            + CASE WHEN length(x) > 5 THEN CAST(substr(x, 7, 2) AS BIGINT) ELSE 0 END) * 10000000
            + CASE WHEN length(x) > 9 THEN CAST(rpad(substr(x, 10, 7), 7, '0') AS BIGINT) ELSE 0 END
        END""",
    r"""day_of(x) AS CASE
        WHEN regexp_full_match(x, '[0-9]{4}-[0-9]{2}-[0-9]{2}') THEN TRY_CAST(x AS DATE)
        WHEN regexp_full_match(x, '[0-9]{8}')
        THEN TRY_CAST(substr(x, 1, 4) || '-' || substr(x, 5, 2) || '-' || substr(x, 7, 2) AS DATE)
        END""",
    r"""date_of(x) AS CASE WHEN x IS NULL THEN NULL
        ELSE coalesce(day_of(regexp_extract(x, '^[0-9-]*')), CAST(error(
            '241:Conversion failed when converting date and/or time from character string.'
        ) AS DATE)) END""",
    f"days_of(d) AS CAST(date_diff('day', DATE '0001-01-01', d) AS BIGINT) * {_DAY}",
    f"date_at(t) AS DATE '0001-01-01' + CAST(t // {_DAY} AS INTEGER)",
    r"""moment_of(x) AS days_of(date_of(x))
        + CASE WHEN regexp_extract(x, '[ T](.*)$', 1) = '' THEN 0
          ELSE time_of(regexp_extract(x, '[ T](.*)$', 1)) END""",
    r"""zone_of(x) AS CASE WHEN x = '' OR x = 'Z' THEN 0
        ELSE (CASE WHEN x[1] = '-' THEN -1 ELSE 1 END)
            * (CAST(substr(x, 2, 2) AS INTEGER) * 60 + CAST(substr(x, 5, 2) AS INTEGER)) END""",
    r"""offset_of(x) AS CASE WHEN x IS NULL THEN NULL ELSE {
        't': moment_of(regexp_replace(x, ' ?([+-][0-9]{2}:[0-9]{2}|Z)$', ''))
            - CAST(zone_of(regexp_extract(x, '([+-][0-9]{2}:[0-9]{2}|Z)$', 1)) AS BIGINT)
            * 600000000,
        'o': CAST(zone_of(regexp_extract(x, '([+-][0-9]{2}:[0-9]{2}|Z)$', 1)) AS SMALLINT)} END""",
    "offset_at(t, o) AS CASE WHEN t IS NULL THEN NULL ELSE {'t': t, 'o': o} END",
    "rounded(t, unit) AS (t + unit // 2) // unit * unit",
    # Three-hundredths of a second, as datetime keeps them.
    (
        f"three_hundredths(t) AS t // {_DAY} * {_DAY} + ((t % {_DAY} * 3 + 50000) // "
        "100000 * 100000 + 1) // 3"
    ),
    r"""text_of_time(t, digits) AS printf('%02d:%02d:%02d', t // 36000000000, t // 600000000 % 60,
        t // 10000000 % 60) || CASE WHEN digits = 0 THEN ''
        ELSE '.' || substr(printf('%07d', t % 10000000), 1, digits) END""",
    (
        "text_of_moment(t, digits, gap) AS CAST(date_at(t) AS VARCHAR) || gap || "
        f"text_of_time(t % {_DAY}, digits)"
    ),
    r"""text_of_offset(x, digits, gap) AS
        text_of_moment(x.t + CAST(x.o AS BIGINT) * 600000000, digits, gap)
        || ' ' || CASE WHEN x.o < 0 THEN '-' ELSE '+' END
        || printf('%02d:%02d', abs(x.o) // 60, abs(x.o) % 60)""",
    r"utf16_length(x) AS length(x) + length(regexp_replace(x, '[^\x{10000}-\x{10FFFF}]', '', 'g'))",
    rf"narrowed(x) AS regexp_replace(x, '[^\x00-\x7f{_CP1252}]', '?', 'g')",
    # uniqueidentifier sorts by its last six bytes first.
    r"""guid_order(x) AS substr(x, 25, 12) || substr(x, 20, 4)
        || substr(x, 17, 2) || substr(x, 15, 2)
        || substr(x, 12, 2) || substr(x, 10, 2) || substr(x, 7, 2) || substr(x, 5, 2)
        || substr(x, 3, 2) || substr(x, 1, 2)""",
    r"""guid_of(x) AS CASE WHEN x IS NULL THEN NULL
        WHEN NOT regexp_full_match(
            upper(trim(x)), '\{?[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}?')
        THEN error(
            '8169:Conversion failed when converting from a character string to uniqueidentifier.')
        ELSE replace(replace(upper(trim(x)), '{', ''), '}', '') END""",
]


def install(connection: duckdb.DuckDBPyConnection) -> None:
    for macro in MACROS:
        connection.execute(f"CREATE OR REPLACE MACRO {macro}")


def failing(error: duckdb.Error) -> SqlError:
    """What SQL Server says where DuckDB says this."""
    text = str(error)
    if told := re.search(r"(\d{3,5}):([^\n]+)", text) if "Invalid Input Error" in text else None:
        return SqlError(int(told[1]), told[2].strip())
    first = text.splitlines()[0] if text else type(error).__name__
    if "Division by zero" in text:
        return SqlError(8134, "Divide by zero error encountered.")
    if isinstance(error, duckdb.OutOfRangeException):
        return SqlError(8115, f"Arithmetic overflow error converting expression. ({first})")
    if isinstance(error, duckdb.ConversionException):
        number = 8115 if re.search("(?i)out of range|cast (decimal )?value", text) else 8114
        return SqlError(number, f"Error converting data type. ({first})")
    if isinstance(error, duckdb.TransactionException):
        return SqlError(
            3960, f"Snapshot isolation transaction aborted due to update conflict. ({first})"
        )
    return SqlError(40001, f"The double's engine refused: {text[:400]}")
