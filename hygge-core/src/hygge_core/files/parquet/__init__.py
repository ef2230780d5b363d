"""Parquet that is read: by its footers, by row groups or pages, or handed over as it is."""
