"""What an exception is to whoever has to do something about it: its own words, without secrets."""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING

from hygge_core.errors import FlowError, HyggeError
from hygge_core.plugins.watchdog import told
from hygge_core.secrets import scrub
from hygge_core.task import Failure

if TYPE_CHECKING:
    from hygge_core.plugins import Plugins


def failure_of(exc: BaseException, plugins: Plugins | None = None) -> Failure:
    """``exc`` as a result, a plan or an exit code takes it: its own text, hint and notes.

    ``plugins`` are those of whose code it may tell the line.
    """
    return Failure(
        kind=type(exc).__name__,
        text=said(exc),
        hint=scrub(exc.hint) if isinstance(exc, HyggeError) and exc.hint else None,
        transient=isinstance(exc, FlowError) and exc.transient,
        exit_code=exc.exit_code if isinstance(exc, HyggeError) else 1,
        notes=tuple(map(scrub, (*getattr(exc, "__notes__", ()), *_where(exc, plugins)))),
    )


def ends() -> tuple[type[BaseException], ...]:
    """What ends one entity and nothing else; a plugin's ``sys.exit`` and a panic in Rust are among
    it. Of a Polars that nobody has imported there is none."""
    polars = sys.modules.get("polars")
    panic = (polars.exceptions.PanicException,) if polars is not None else ()
    return (Exception, SystemExit, *panic)


def said(exc: BaseException) -> str:
    """The cause's own text without secrets; of a stranger's exception the class says half of it."""
    return scrub((str(exc) if isinstance(exc, HyggeError) else told(exc)) or type(exc).__name__)


def _where(exc: BaseException, plugins: Plugins | None) -> tuple[str, ...]:
    """Where an exception was raised that nobody has translated: for whoever has to mend it.

    That is the last line of a stranger's plugin that led there, where one did.
    """
    frames = list(traceback.walk_tb(exc.__traceback__))
    if isinstance(exc, HyggeError) or not frames:
        return ()
    for frame, line in reversed(frames):
        plugin = plugins.whose(frame.f_globals.get("__name__", "")) if plugins else None
        if plugin is not None and not plugin.own:
            return (f"raised in {frame.f_code.co_filename}, line {line}, of {plugin}",)
    frame, line = frames[-1]
    return (f"raised in {frame.f_code.co_filename}, line {line}",)


__all__ = ["ends", "failure_of", "said"]
