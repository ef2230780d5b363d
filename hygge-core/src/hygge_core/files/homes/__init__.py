"""What every home of files has: places that list them, batches, columns in folder names."""
