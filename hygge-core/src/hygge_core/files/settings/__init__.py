"""The TOML tables of the file homes and stores. Nothing is imported here that moves rows."""
