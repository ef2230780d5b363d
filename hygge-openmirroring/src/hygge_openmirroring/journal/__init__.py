"""The mirrored journal: runs as rows, and the table that shows them."""
