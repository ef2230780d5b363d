"""Homes that are wrong on purpose: the home in memory, with one promise broken in each."""

from contextlib import contextmanager

from hygge_core.files.memory import MemoryHome
from hygge_core.files.settings.stores import MemoryConfig
from hygge_core.hookspecs import Kind, hookimpl
from hygge_core.scene import Cancel


class Honest(MemoryHome):
    """Right as it stands."""

    def tables(self):
        yield self.config.table, ("id",)


class NeverStops(Honest):
    """It reads to the end, whoever asks it to stop."""

    def __init__(self, config, _):
        super().__init__(config, Cancel())


class NamesBackwards(Honest):
    """Its tables are told by names that it does not know."""

    def tables(self):
        for name, keys in super().tables():
            yield name[::-1], keys


class MakesKeysUp(Honest):
    """Its tables have keys that are no columns."""

    def tables(self):
        for name, _ in super().tables():
            yield name, ("number",)


def offered(home):
    """A stranger's plugin that offers ``home``."""

    @contextmanager
    def opened(config, scene):
        yield home(config, scene.cancel)

    class Stranger:
        @hookimpl
        def hygge_homes(self):
            yield Kind(name="wrong", config=MemoryConfig, open=opened, capabilities={"discover"})

    return Stranger()
