"""NDJSON that is read: by pyarrow in blocks, and slowly where it must be told what is wrong."""
