"""How far an entity got, and where the values of its watermark lie."""

from __future__ import annotations

from attrs import field, frozen


@frozen
class Mark:
    """One watermark value as typed, exact text: ``Mark("datetime[us]", "2013-01-01T05:00:00")``.

    ``type`` is a spelled type (:mod:`hygge_core.types`) or a word of the home's own
    (``rowversion``); only the home that produced a mark interprets its ``value``.
    """

    type: str
    value: str


@frozen(kw_only=True)
class Range:
    """Which rows an incremental read wants: ``low < column <= high``.

    ``low`` is ``None`` on the first read; ``include_low`` makes it ``low <= column`` (the flow asks
    so when it knows which of the rows at ``low`` it has moved already, and drops those itself).
    ``high`` is ``None`` where nobody could fix the upper bound before reading.
    """

    column: str
    low: Mark | None = None
    high: Mark | None = None
    include_low: bool = False


@frozen(kw_only=True)
class Changes:
    """What a reading wants of a home that knows by itself what changed (``Follows``).

    ``kind`` is the home's own word for how it knows. ``since`` is how far earlier runs got;
    ``None`` asks for all the rows that there are. ``until`` is what the home said that it had
    reached, and ``None`` while it is not asked yet.
    """

    kind: str
    since: Mark | None = None
    until: Mark | None = None


@frozen(kw_only=True)
class Ties:
    """Which rows were seen exactly at the watermark: they are read again, and dropped.

    ``digests`` counts each row's digest (the primary key's, or the whole row's where there is
    none): 16 hexadecimal digits to a count. When there are too many, ``digests`` is empty and
    ``rows`` with ``total`` (their sum modulo 2**64) still tells whether anything was added.
    """

    rows: int
    total: str
    digests: dict[str, int] = field(factory=dict)


@frozen(kw_only=True)
class Watermark:
    """How far an entity got, as the journal keeps it.

    ``column`` and ``primary_key`` are source names; ``nulls`` counts rows without a usable value
    (NULL or NaN) that the source held at the last read. Where the home knows by itself what
    changed there is no column, and ``kind`` is its word for that. ``destination`` is where the rows
    up to here have settled, as ``World.place`` tells it; empty where nobody said: then it is taken
    for wherever the entity settles now.
    """

    column: str = ""
    mark: Mark | None = None
    primary_key: tuple[str, ...] = ()
    ties: Ties | None = None
    nulls: int = 0
    kind: str = ""
    destination: str = ""

    @property
    def name(self) -> str:
        """What it is of, for people: its column, or the home's own word."""
        return self.kind or self.column


@frozen(kw_only=True)
class Span:
    """Where the values of a watermark lie in a file: exact, or not told at all.

    ``lowest`` and ``highest`` are ``None`` where no row has a usable value; ``unusable`` counts
    the rows whose value is NULL or NaN.
    """

    lowest: Mark | None
    highest: Mark | None
    unusable: int = 0
