"""What files of text have in common: bytes to UTF-8, blocks of whole records, texts to values."""
