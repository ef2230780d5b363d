"""Our own plugins keep what every plugin promises."""

from types import ModuleType

import pytest
from attrs import frozen

from hygge_core.files import plugin as files
from hygge_core.hookspecs import Kind, hookimpl
from hygge_core.plugins import Plugins
from hygge_core.testing import PluginContract


class TestFilesPlugin(PluginContract):
    @pytest.fixture
    def plugin(self) -> ModuleType:
        return files


def test_a_default_that_all_configs_share_is_told():
    @frozen(kw_only=True)
    class Config:
        """`store = { type = "shared" }`"""

        tags: list[str] = []  # noqa: RUF008  # which is what is wrong with it

    class Stranger:
        @hookimpl
        def hygge_stores(self):
            yield Kind(name="shared", config=Config, open=Config, capabilities={"append"})

    promise = r"broken promise: Config\.tags has a default of its own"
    with pytest.raises(AssertionError, match=promise):
        PluginContract().test_no_default_can_be_changed(Plugins.of(Stranger()))
