"""A user's own code around hygge, as the type checker sees it. Never run; see ``stranger``."""

from __future__ import annotations

from typing import assert_type

from hygge_core import API_LEVEL, ConfigError, HyggeError, Kind, PluginError, Scene
from hygge_core.events import Event
from hygge_core.plugins import Broken, Offered, Plugin, Plugins, load

from . import stranger


def kinds() -> dict[str, Kind]:
    plugins = load({"HYGGE_NO_PLUGINS": "1"})
    assert_type(plugins, Plugins)
    assert_type(plugins.plugins, tuple[Plugin, ...])
    assert_type(plugins.broken, list[Broken])
    try:
        offered = plugins.kind("store", "parquet")
    except PluginError as error:
        assert_type(error.hint, str | None)
        raise
    assert_type(offered, Offered)
    return {word: each.kind for word, each in plugins.kinds("home").items()}


def own() -> None:
    plugins = Plugins.of(stranger)
    shelf = plugins.kind("store", "shelf").kind
    with shelf.open(stranger.ShelfConfig(path="."), Scene(flow="f", entity="e")) as store:
        store.status(None)


def emit(events: list[Event], told: list[str]) -> None:
    send = load().observers(told.append)
    for event in events:
        send(event)


def explain(error: HyggeError) -> tuple[int, str | None]:
    if isinstance(error, ConfigError):
        assert_type(error.mistakes[0].path, str)
    assert_type(API_LEVEL, int)
    return error.exit_code, error.hint
