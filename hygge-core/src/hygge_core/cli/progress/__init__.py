"""Renderers: observers of the event stream, and the last lines of a run."""
