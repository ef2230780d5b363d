"""The built-in file backends: parquet, csv and ndjson on a local disk, and memory."""

__all__ = ["plugin"]
