"""Homes that are wrong on purpose: the home in memory, with one promise broken in each."""

from contextlib import contextmanager

from hygge_core.files.memory import MemoryHome
from hygge_core.files.store_settings import MemoryConfig
from hygge_core.hookspecs import Kind, hookimpl
from hygge_core.scene import Cancel


class Honest(MemoryHome):
    """Right as it stands."""


class NeverStops(Honest):
    """It reads to the end, whoever asks it to stop."""

    def __init__(self, config, _):
        super().__init__(config, Cancel())


def offered(home):
    """A stranger's plugin that offers ``home``."""

    @contextmanager
    def opened(config, scene):
        yield home(config, scene.cancel)

    class Stranger:
        @hookimpl
        def hygge_homes(self):
            yield Kind(name="wrong", config=MemoryConfig, open=opened)

    return Stranger()
