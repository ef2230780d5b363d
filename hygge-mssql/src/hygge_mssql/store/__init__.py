"""The store: a load is staged in a table of its own, and settles by one transaction."""
