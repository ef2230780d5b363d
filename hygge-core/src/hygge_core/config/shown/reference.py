"""``hygge schema --markdown``: every setting of core and the installed plugins, to read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import attrs

from hygge_core.config.saying.wording import expected
from hygge_core.config.settings import (
    DeletesSettings,
    DiscoverSettings,
    FlowSettings,
    JournalSettings,
    ProjectSettings,
    RetrySettings,
    RunSettings,
    WatermarkSettings,
    polish_settings,
)
from hygge_core.config.structuring.settings_of import Setting, settings_of, told_of
from hygge_core.plugins import Offer
from hygge_core.records import DriftPolicy

if TYPE_CHECKING:
    from hygge_core.plugins import Plugins

_CORE: tuple[tuple[str, type], ...] = (
    ("`[project]`", ProjectSettings),
    ("`[run]`", RunSettings),
    ("`[retry]`", RetrySettings),
    ("`[journal]`", JournalSettings),
    ("`[flows.NAME]`, its entities, and `[defaults]`", FlowSettings),
    ("`watermark`", WatermarkSettings),
    ("`deletes`", DeletesSettings),
    ("`schema`", DriftPolicy),
    ("`discover`", DiscoverSettings),
)


def markdown(plugins: Plugins) -> str:
    """One table for each part of ``hygge.toml``: key, what it takes, default, meaning."""
    lines = ["# Settings", "", "Written by `hygge schema --markdown`."]
    for heading, cls in (*_CORE, ("`polish`", polish_settings())):
        lines += _section(f"## {heading}", cls)
    for offer in get_args(Offer):
        for word, offered in plugins.kinds(offer).items():
            heading = f'## {offer} `type = "{word}"` ({offered.plugin.distribution})'
            lines += _section(heading, offered.kind.config)
    return "\n".join(lines) + "\n"


def _section(heading: str, cls: type) -> Iterator[str]:
    about, told = told_of(cls)
    yield from ("", heading, "")
    if about:
        yield from (about.replace("``", "`"), "")
    yield from ("| key | takes | default | |", "|---|---|---|---|")
    inner: list[tuple[str, type]] = []
    for key, setting in settings_of(cls).items():
        meaning = told.get(key, "").replace("``", "`")
        cells = (f"`{key}`", expected(setting.kind), _default(setting), meaning)
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
        inner += [(key, part) for part in _parts(setting.kind)]
    for key, part in inner:
        yield from _section(f"{heading.replace('## ', '### ', 1)}: `{key}`", part)


def _parts(kind: Any) -> Iterator[type]:
    """The config classes inside of a setting that no other section tells of."""
    for arm in (kind, *get_args(kind)):
        if isinstance(arm, type) and attrs.has(arm) and arm.__module__.endswith("polish.settings"):
            yield arm


def _default(setting: Setting) -> str:
    if setting.required:
        return "required"
    value = setting.default
    if value is None or value in ((), {}) or attrs.has(type(value)):
        return ""
    if isinstance(value, timedelta):
        return f'`"{value.total_seconds():g}s"`'
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f'`"{value}"`' if isinstance(value, str | Path) else f"`{value}`"
