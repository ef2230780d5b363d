"""The tables that belong to hygge itself and not to a kind, one attrs class each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

from attrs import field, frozen
from attrs.validators import deep_iterable, ge, gt, le, min_len, optional

from hygge_core.fields import one_or_many
from hygge_core.records import DriftPolicy, RunType
from hygge_core.task import Deletes, OnEmpty, Retry, WatermarkSetting

_NONE = timedelta(0)
_named: Any = min_len(1)


def _printable(settings: Any, attribute: Any, name: str | None) -> None:
    if name is not None and not name.isprintable():
        raise ValueError("expected a name without control characters")


def seconds(length: timedelta | None) -> float | None:
    """``length`` in seconds, as records keep it."""
    return None if length is None else length.total_seconds()


@frozen(kw_only=True)
class ProjectSettings:
    """``[project]``.

    * ``name`` the coordinator's name in the journal; the directory's where there is none.
    * ``requires`` the distributions that this project needs, as ``"hygge-mssql>=0.1"``.
    """

    name: str | None = field(default=None, validator=[optional(_named), _printable])
    requires: tuple[str, ...] = ()


@frozen(kw_only=True)
class RunSettings:
    """``[run]``.

    * ``concurrency`` entities in flight at once.
    * ``on_error`` whether the other entities go on after a failure; the exit code tells the truth.
    * ``timeout`` how long one entity's extraction may take; a flow or entity may have its own.
    """

    concurrency: int = field(default=8, validator=ge(1))
    on_error: Literal["continue", "stop"] = "continue"
    timeout: timedelta | None = field(default=None, validator=optional(gt(_NONE)))


@frozen(kw_only=True)
class RetrySettings:
    """``[retry]``.

    * ``attempts`` attempts of an extraction in all, for errors that may pass.
    * ``max_wait`` the longest wait between two of them.
    """

    attempts: int = field(default=3, validator=ge(1))
    max_wait: timedelta = field(default=timedelta(seconds=60), validator=ge(_NONE))

    def retry(self) -> Retry:
        """The same as a task carries it."""
        return Retry(attempts=self.attempts, max_wait_seconds=self.max_wait.total_seconds())


@frozen(kw_only=True)
class JournalSettings:
    """``[journal]``, beside the keys of the journal's own kind.

    * ``location`` beside the flow's ``store`` or ``home``, or ``custom`` with its own ``type``.
    * ``retention`` how long ``hygge journal prune`` keeps finished runs.
    """

    location: Literal["store", "home", "custom"] | None = None
    retention: timedelta | None = field(default=None, validator=optional(gt(_NONE)))


def _column_or_kind(settings: Any, attribute: Any, kind: str | None) -> None:
    if not kind and not settings.column:
        raise ValueError("expected a column, or a kind of the home's own, found neither")
    others = (settings.column, settings.primary_key, settings.lookback, settings.allow_duplicates)
    if kind and any(others):
        raise ValueError(f"{kind!r} stands alone: leave out column and all that belongs to it")


@frozen(kw_only=True)
class WatermarkSettings:
    """``watermark``: which rows are new.

    * ``column`` the source's column that only grows.
    * ``primary_key`` one column or several that tell rows at the same watermark apart.
    * ``lookback`` how far below the watermark to read again.
    * ``allow_duplicates`` a lookback may append rows that are there already.
    * ``kind`` instead of all these: how the home knows by itself what changed, and what is gone;
      its own page says which words it takes.
    """

    column: str | None = field(default=None, validator=optional(_named))
    primary_key: tuple[str, ...] = field(
        default=(), converter=one_or_many, validator=deep_iterable(_named)
    )
    lookback: timedelta = field(default=_NONE, validator=ge(_NONE))
    allow_duplicates: bool = False
    kind: str | None = field(default=None, validator=_column_or_kind)

    def setting(self) -> WatermarkSetting:
        """The same as a task carries it."""
        return WatermarkSetting(
            kind=self.kind or "",
            column=self.column or "",
            primary_key=self.primary_key,
            lookback_seconds=self.lookback.total_seconds(),
            allow_duplicates=self.allow_duplicates,
        )


def _tells(settings: Any, attribute: Any, column: str) -> None:
    if settings.detect == "column" and settings.apply == "soft":
        raise ValueError("a column that tells of deletes is soft already: leave out `deletes`")
    if bool(column) != (settings.detect == "column" or settings.apply == "soft"):
        what = "which column tells" if not column else "a column with detect = 'column' or soft"
        raise ValueError(f"expected {what}, found {column!r}")


@frozen(kw_only=True)
class DeletesSettings:
    """``deletes``: rows that are no more in the source, for stores that apply row markers.

    * ``detect`` by comparing all ``keys`` of an incremental run with those that the destination
      has, or by a ``column`` of the rows that says so: true, or a number that is not 0.
    * ``apply`` ``delete`` them, or ``soft``: set ``column``, which is added where there is none.
    * ``column`` its final name.
    * ``max_share`` more of the known rows than this may not vanish at once: the run fails.
    """

    detect: Literal["keys", "column"]
    apply: Literal["delete", "soft"] = "delete"
    column: str = field(default="", validator=_tells)
    max_share: float = field(default=0.2, validator=[ge(0), le(1)])

    def setting(self) -> Deletes:
        """The same as a task carries it."""
        return Deletes(
            detect=self.detect, apply=self.apply, column=self.column, max_share=self.max_share
        )


@frozen(kw_only=True)
class DiscoverSettings:
    """``discover``: entities found in the source.

    * ``include`` globs of the tables to move.
    * ``exclude`` globs of the tables among them to leave alone.
    * ``keys`` whether a table's primary key becomes the store's ``key_columns``.
    * ``names`` what an entity is called: ``table`` is the last part of its name (``Orders``),
      ``whole`` is all of it (``dbo_Orders``).
    * ``min_tables`` fewer than so many, and nothing is moved: most likely a permission is gone.
    * ``on_new_table`` a table that was never moved before, beside others that were: ``add`` it,
      ``ignore`` it with a warning, or ``fail``. The flow's journal is what remembers.
    """

    include: tuple[str, ...] = field(default=("*",), validator=deep_iterable(_named))
    exclude: tuple[str, ...] = field(default=(), validator=deep_iterable(_named))
    keys: Literal["primary_key", "none"] = "primary_key"
    names: Literal["table", "whole"] = "table"
    min_tables: int = field(default=1, validator=ge(0))
    on_new_table: Literal["add", "ignore", "fail"] = "add"


@frozen(kw_only=True)
class EntitySettings:
    """One entity: what a flow and each of its entities may say.

    * ``home`` where the rows are read.
    * ``store`` where the rows settle.
    * ``run_type`` replace the destination's content, or append what is newer than the watermark.
    * ``watermark`` which rows are new.
    * ``deletes`` how rows that are no more in the source leave the destination.
    * ``polish`` what happens to columns and values on the way.
    * ``on_empty`` what a full_drop of an empty source does; it fails by default, once rows were
      seen.
    * ``tags`` words to select by, as ``tag:nightly``.
    * ``schema`` which changes of the source's columns are accepted.
    * ``lane`` ``rows`` turns off handing over whole files.
    * ``timeout`` how long the extraction may take.
    """

    home: dict[str, Any] = field(factory=dict)
    store: dict[str, Any] = field(factory=dict)
    run_type: RunType = "full_drop"
    watermark: WatermarkSettings | None = None
    deletes: DeletesSettings | None = None
    polish: dict[str, Any] = field(factory=dict)
    on_empty: OnEmpty | None = None
    tags: tuple[str, ...] = field(default=(), validator=deep_iterable(_named))
    schema: DriftPolicy = field(factory=DriftPolicy)
    lane: Literal["auto", "rows"] = "auto"
    timeout: timedelta | None = field(default=None, validator=optional(gt(_NONE)))


@frozen(kw_only=True)
class FlowSettings(EntitySettings):
    """One flow: what each of its entities inherits, and what belongs to the flow alone.

    * ``journal`` what remembers the runs and watermarks of the flow's entities.
    * ``discover`` entities found in the source.
    """

    journal: dict[str, Any] = field(factory=dict)
    discover: DiscoverSettings | None = None


#: The tables of a flow that are not structured with it: their classes are a kind's, or polish's.
PARTS = ("home", "store", "journal", "polish")
#: What a flow may say and an entity may not.
FLOW_ONLY = ("journal", "discover")


def polish_settings() -> type:
    """The class of ``polish``, imported when somebody has polish."""
    from hygge_core.polish.settings import PolishSettings

    return PolishSettings
