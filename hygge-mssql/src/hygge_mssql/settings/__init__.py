"""What stands in TOML: connections, tables of home, store and journal. No driver in here."""
