"""The home: a table, a view, a query or its changes, read in a range and in parts."""
