"""The configuration to look at: where each value came from, its JSON Schema, its reference."""
