"""A table's folder in a landing zone: names, documents, columns, numbers, and our record of it."""
