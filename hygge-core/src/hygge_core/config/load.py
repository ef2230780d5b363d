"""``load``: the whole way from the files of a project to a :class:`Project`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from hygge_core.config import requires, rules
from hygge_core.config.entities import Ground, entity_of
from hygge_core.config.flows import Flow, resolve, survey, survey_layer
from hygge_core.config.layers import Layer, Stack, cut, strays
from hygge_core.config.mistakes import Mistakes
from hygge_core.config.names import check as check_names
from hygge_core.config.names import objection
from hygge_core.config.nodes import Table
from hygge_core.config.overrides import overrides
from hygge_core.config.part import Part, lacking
from hygge_core.config.project import Discovery, Project, Section
from hygge_core.config.reading import Reading
from hygge_core.config.settings import ProjectSettings, RetrySettings, RunSettings
from hygge_core.config.sources import Sources, find, read
from hygge_core.errors import ConfigError, Mistake
from hygge_core.nearest import did_you_mean

if TYPE_CHECKING:
    from hygge_core.plugins import Plugins
