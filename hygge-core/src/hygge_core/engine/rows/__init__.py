"""Rows on their way from home to store: of one schema, marked, told as gone, or as whole files."""
