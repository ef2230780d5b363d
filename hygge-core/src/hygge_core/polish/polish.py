"""One entity's polish: its effect on schemas without a row, and on batches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl
from attrs import frozen

from hygge_core.config import structure
from hygge_core.errors import ConfigError, Mistake
from hygge_core.polish import choice, values
from hygge_core.polish.names import final_name
from hygge_core.polish.settings import PolishSettings, masks
from hygge_core.types.spelling import instance


@frozen
class _Plan:
    """What becomes of batches of one schema."""

    before: pl.Schema
    after: pl.Schema
    makes: Mapping[str, values.Make]


class Polish:
    """What ``polish`` in the TOML does to an entity.

    ``needed`` comes first, with all the columns of the source; then ``schema`` and ``apply`` take
    any schema that has the needed ones. ``entity`` is for the words of errors; ``now`` is the
    moment of the load, with a zone, the same for every batch.
    """

    def __init__(
        self, settings: PolishSettings, *, entity: str = "", now: datetime | None = None
    ) -> None:
        self._settings = settings
        self._entity = entity
        self._now = (now or datetime.now(UTC)).astimezone(UTC)
        self._source: tuple[str, ...] | None = None
        self._planned: _Plan | None = None
        self._key: bytes | None = None

    @classmethod
    def of(
        cls, table: Mapping[str, Any], *, entity: str = "", now: datetime | None = None
    ) -> Polish:
        """The polish of a TOML table. Raises ``ConfigError`` with every mistake in it."""
        settings = structure(PolishSettings, table, place=f"polish of {entity}" if entity else "")
        return cls(settings, entity=entity, now=now)

    @property
    def changes_nothing(self) -> bool:
        """Whether rows come out as they went in, so that whole files may be handed over."""
        return self._settings == PolishSettings()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What protects less than it seems to, in sentences."""
        settings = self._settings
        found = [
            f"polish.hash_ids: {each.name!r} is made of a masked column: salt it with salted = true"
            for each in settings.hash_ids
            if not each.salted and masks(settings.mask, each.from_columns)
        ]
        if settings.salt is None and "sha256" in settings.mask.values():
            found.append("polish.mask: sha256 without polish.salt is undone by guessing values")
        return tuple(found)

    def hides(self, column: str) -> bool:
        """Whether a source column's values stay in the source: masked, or left out."""
        return self._leaves_out(column) or bool(masks(self._settings.mask, (column,)))

    def needed(self, columns: Sequence[str]) -> tuple[str, ...] | None:
        """The source columns that polish looks at, ``None`` where it is all of them.

        Raises ``ConfigError`` with every name in the polish that the source does not have.
        """
        choice.check_names(self._settings, columns, self._entity)
        self._source = tuple(columns)
        wanted = {*choice.kept(self._settings, columns)}
        wanted.update(*(each.from_columns for each in self._settings.hash_ids))
        return None if wanted >= set(columns) else tuple(c for c in columns if c in wanted)

    def schema(self, schema: Mapping[str, pl.DataType]) -> pl.Schema:
        """The final columns of a source with this schema. Raises ``ConfigError``; reads no row."""
        return self._plan(pl.Schema(schema)).after

    def apply(self, batch: pl.DataFrame) -> pl.DataFrame:
        """The batch with its final columns. Raises ``AuthError`` when the salt cannot be had."""
        if self.changes_nothing:
            return batch
        plan = self._plan(batch.schema)
        made = [_named(make(batch), name) for name, make in plan.makes.items()]
        return batch.with_columns(made).select(plan.after.names())

    def final(self, names: Sequence[str]) -> tuple[str, ...]:
        """Final names of source columns (keys, say); names that polish itself makes stay.

        Raises ``ConfigError`` for a column that polish leaves out, or that the source lacks.
        """
        settings = self._settings
        made = {*settings.constants, *(each.name for each in settings.hash_ids)}
        gone = [name for name in names if name not in made and self._leaves_out(name)]
        self._refuse(
            "the polish leaves out what is needed",
            [
                Mistake("", "polish.columns", f"the key column {name!r} is left out")
                for name in gone
            ],
        )
        final = tuple(n if n in made else final_name(n, settings.columns) for n in names)
        if self._source is not None:
            self._refuse(
                "the store's keys do not fit the source",
                choice.lacking_keys(settings, self._source, dict(zip(names, final, strict=True))),
            )
        return final

    def _refuse(self, problem: str, mistakes: Iterable[Mistake]) -> None:
        if found := tuple(mistakes):
            raise ConfigError(f"{self._entity}: {problem}".lstrip(": "), mistakes=found)

    def _leaves_out(self, name: str) -> bool:
        return name not in choice.kept(self._settings, (name,))

    def _plan(self, schema: pl.Schema) -> _Plan:
        if self._planned is None or self._planned.before != schema:
            if self._source is None:
                choice.check_names(self._settings, schema.names(), self._entity)
            self._planned = self._planned_for(schema)
        return self._planned

    def _planned_for(self, schema: pl.Schema) -> _Plan:
        columns = schema.names()
        final = choice.final_columns(self._settings, columns, self._entity)
        masked = masks(self._settings.mask, columns)
        made = {
            each.name: values.hash_id(each, schema, self._salt) for each in self._settings.hash_ids
        }
        made |= {name: values.constant(each) for name, each in self._settings.constants.items()}
        made |= {each.name: values.timestamp(each, self._now) for each in self._settings.timestamps}
        for name, source in final.items():
            if source is not None:
                made[name] = self._column(source, instance(schema[source]), masked.get(source))
        after = pl.Schema({name: made[name][0] for name in final})
        return _Plan(schema, after, {name: made[name][1] for name in final})

    def _column(
        self, source: str, dtype: pl.DataType, mask: str | None
    ) -> tuple[pl.DataType, values.Make]:
        if mask is None:
            return dtype, lambda _: pl.col(source)
        try:
            return values.masked(source, mask, dtype, self._salt)
        except ValueError as exc:
            mistake = Mistake("", f"polish.mask.{source}", str(exc))
            raise ConfigError(
                f"{self._entity}: this mask does not fit", mistakes=[mistake]
            ) from exc

    def _salt(self) -> bytes | None:
        if self._key is None and self._settings.salt is not None:
            self._key = self._settings.salt.reveal().encode()
        return self._key


def _named(values: pl.Expr | pl.Series, name: str) -> pl.Expr | pl.Series:
    return values.alias(name)
