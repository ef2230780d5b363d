"""CSV that is read: records, one file as texts, and the home that gives the texts their types."""
