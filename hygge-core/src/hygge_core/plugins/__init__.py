"""Finding plugins, and what the words after ``type =`` mean."""

from hygge_core.plugins.discovery import Broken, Plugin
from hygge_core.plugins.loader import Plugins, SwitchedOff, load
from hygge_core.plugins.offers import Offer, Offered

__all__ = ["Broken", "Offer", "Offered", "Plugin", "Plugins", "SwitchedOff", "load"]
