"""A TDS server for tests: see README.md."""
