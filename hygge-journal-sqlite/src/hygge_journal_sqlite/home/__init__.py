"""The home: what is read, in which range, page by page."""
