"""The engine: who starts when, one entity's story, and what becomes of it after a crash."""
