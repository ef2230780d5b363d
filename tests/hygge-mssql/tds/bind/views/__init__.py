"""The system views that hygge reads. A column that is not here is refused as unknown (207)."""

from . import besides as besides
from . import databases as databases
from . import information as information
from . import objects as objects
from .indexes import index_type as index_type
from .view import find as find
