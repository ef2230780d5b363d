"""Values and their types: as Polars has them, and as SQLite keeps them, exactly."""
