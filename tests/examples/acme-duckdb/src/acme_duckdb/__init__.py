"""A store for hygge over DuckDB."""
