"""The journal ``parquet``: one on the lake itself, safe for several coordinators at once."""
