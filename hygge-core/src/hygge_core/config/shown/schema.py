"""``hygge schema``: JSON Schema (draft-07) of hygge.toml, for editors and TOML language servers.

It knows core and the installed plugins. What only merging shows, such as a key that is required
but may stand at another level, is left to ``hygge config check``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal, get_args

from attrs import define, field

from hygge_core.config.settings import (
    DeletesSettings,
    DiscoverSettings,
    EntitySettings,
    FlowSettings,
    JournalSettings,
    ProjectSettings,
    RetrySettings,
    RunSettings,
    WatermarkSettings,
    polish_settings,
)
from hygge_core.config.shown.shapes import VARIABLE, Schema, Shapes
from hygge_core.plugins import Offer

if TYPE_CHECKING:
    from hygge_core.plugins import Offered, Plugins

DRAFT = "http://json-schema.org/draft-07/schema#"
FileOf = Literal["project", "flow", "entity"]


def json_schema(plugins: Plugins, *, file: FileOf = "project") -> dict[str, Any]:
    """The schema of ``hygge.toml``, or of ``flows/NAME.toml`` or ``flows/NAME/ENTITY.toml``."""
    return _Schemas(plugins).whole(file)


def _ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


def _each(schema: Schema, description: str) -> Schema:
    return {"type": "object", "description": description, "additionalProperties": schema}


@define
class _Schemas:
    plugins: Plugins
    _shapes: Shapes = field(factory=Shapes)

    def whole(self, file: FileOf) -> dict[str, Any]:
        """All of it: what stands at the top of ``file``, and the definitions of the rest."""
        self._define()
        if file == "project":
            overlays = _each(_ref("overlay"), "What differs with --env NAME.")
            root = _object(self._tables() | {"env": overlays})
        else:
            root = {"allOf": [_ref(file)]}
        title = {"$schema": DRAFT, "title": f"hygge: a {file}"}
        return {**title, **root, "definitions": self._shapes.definitions}

    def _define(self) -> None:
        definitions, table = self._shapes.definitions, self._shapes.table
        for offer in get_args(Offer):
            definitions[offer] = self._part(offer)
        definitions["polish"] = table(polish_settings())
        # Facts are replaced whole, so what they need must be there wherever they stand.
        either: dict[str, Any] = {"anyOf": [{"required": ["column"]}, {"required": ["kind"]}]}
        definitions["watermark"] = table(WatermarkSettings, whole=True) | either
        definitions["deletes"] = table(DeletesSettings, whole=True)
        definitions["discover"] = table(DiscoverSettings, whole=True)
        own = {key: _ref(key) for key in ("home", "store", "polish", "watermark", "deletes")}
        flow = own | {key: _ref(key) for key in ("journal", "discover")}
        entities = {"entities": _each(_ref("entity"), "The tables of this flow.")}
        definitions["entity"] = table(EntitySettings, more=own)
        definitions["defaults"] = table(FlowSettings, more=flow)
        definitions["flow"] = table(FlowSettings, more=flow | entities)
        definitions["overlay"] = _object(self._tables())

    def _tables(self) -> dict[str, Schema]:
        """What stands at the top of a file, and of an overlay."""
        return {
            "project": self._shapes.table(ProjectSettings),
            "run": self._shapes.table(RunSettings),
            "retry": self._shapes.table(RetrySettings),
            "journal": _ref("journal"),
            "connections": _each(_ref("connection"), "Named, shared and capped."),
            "defaults": _ref("defaults"),
            "flows": _each(_ref("flow"), "Each joins one home to one store."),
        }

    def _part(self, offer: Offer) -> Schema:
        """A table whose other keys hang on its ``type``; without one, any kind's keys will do."""
        kinds = self.plugins.kinds(offer)
        core = self._shapes.table(JournalSettings)["properties"] if offer == "journal" else {}
        tables = {
            word: self._shapes.table(offered.kind.config, more={"type": {}, **core})
            for word, offered in kinds.items()
        }
        spellings = {word: _spellings(word, offered) for word, offered in kinds.items()}
        cases = []
        for word, table in tables.items():
            name = f"{offer}.{word.replace('/', '.')}"
            self._shapes.definitions[name] = table
            said = {"properties": {"type": {"enum": spellings[word]}}, "required": ["type"]}
            cases.append({"if": said, "then": _ref(name)})
        kind: Schema = {
            "description": f"The kind of {offer}: which plugin it is opened with.",
            "anyOf": [{"enum": list(chain.from_iterable(spellings.values()))}, VARIABLE],
        }
        every = _union(table["properties"] for table in tables.values()) | core | {"type": kind}
        untyped = _object({key: {} for key in every})
        cases.append({"if": {"not": {"required": ["type"]}}, "then": untyped})
        return {"type": "object", "properties": every, "allOf": cases}


def _object(properties: Mapping[str, Schema]) -> Schema:
    return {"type": "object", "properties": dict(properties), "additionalProperties": False}


def _spellings(word: str, offered: Offered) -> list[str]:
    return list(dict.fromkeys((word, offered.word)))


def _union(tables: Iterable[Mapping[str, Schema]]) -> dict[str, Schema]:
    """Every key of every table; where they disagree, any of their schemas will do."""
    options: dict[str, list[Schema]] = {}
    for table in tables:
        for key, schema in table.items():
            known = options.setdefault(key, [])
            if schema not in known:
                known.append(schema)
    return {
        key: known[0] if len(known) == 1 else {"anyOf": known} for key, known in options.items()
    }
