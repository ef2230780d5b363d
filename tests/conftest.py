"""No property may fail because the machine was busy: hypothesis measures no time anywhere."""

from contextlib import suppress

with suppress(ImportError):  # the environments that only build or check do without it
    from hypothesis import settings

    settings.register_profile("hygge", deadline=None)
    settings.load_profile("hygge")
