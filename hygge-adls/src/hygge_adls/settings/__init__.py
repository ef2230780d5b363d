"""What stands in TOML: connections, tables of homes, stores and a journal. No driver here."""
