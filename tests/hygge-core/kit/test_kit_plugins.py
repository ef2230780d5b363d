"""Our own plugins keep what every plugin promises."""

from types import ModuleType

import pytest

from hygge_core.files import plugin as files
from hygge_core.testing import PluginContract


class TestFilesPlugin(PluginContract):
    @pytest.fixture
    def plugin(self) -> ModuleType:
        return files
