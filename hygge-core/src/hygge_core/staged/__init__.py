"""Stores that settle files: ``StagedWriter`` over a :class:`~hygge_core.shelf.Shelf`."""

from hygge_core.staged.carrying import Copied, Digesting
from hygge_core.staged.convoy import Convoy
from hygge_core.staged.gathering import Cut
from hygge_core.staged.places import Places
from hygge_core.staged.staging import StagedLoad
from hygge_core.staged.writer import StagedWriter

__all__ = ["Convoy", "Copied", "Cut", "Digesting", "Places", "StagedLoad", "StagedWriter"]
