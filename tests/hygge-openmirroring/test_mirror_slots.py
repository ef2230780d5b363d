"""While the service drops a table, the slot of whoever waits for it is another entity's."""

from __future__ import annotations

import polars as pl
from mirrors import PLUGINS

from hygge_core import config
from hygge_core.engine.coordinator import Coordinator

STORE = "folder_deletion_wait_seconds = 3.0"
MORE = """
[run]
concurrency = 1
[flows.shop.entities.orders]
[flows.shop.entities.lines]
"""
ROWS = pl.DataFrame({"id": [1, 2]})


def run(mirror) -> list[tuple[str, str]]:
    """(entity, what) of each event that is an entity's, in the order in which they happened."""
    here = config.load(start=mirror.root, plugins=PLUGINS)
    told = []
    outcome = Coordinator(here, PLUGINS, told.append).run(here.entities)
    assert [result.outcome for result in outcome.results] == ["complete", "complete"]
    return [
        (event.entity, getattr(event, "step", event.kind))
        for event in told
        if hasattr(event, "entity")
    ]


def test_with_one_slot_another_entity_goes_on_while_the_first_waits(mirror):
    with mirror.project(store=STORE, more=MORE, orders=ROWS, lines=ROWS):
        began = run(mirror)
        story = run(mirror)
    first, second = began[0][0], next(name for name, _ in began if name != began[0][0])
    whole = began.index((first, "entity_finished"))
    assert whole < began.index((second, "entity_started"))  # a new table waits for nobody

    first, second = story[0][0], next(name for name, _ in story if name != story[0][0])
    waits = story.index((first, "wait"))
    goes_on = story.index((second, "commit"))
    assert waits < goes_on < story.index((first, "entity_finished"))
