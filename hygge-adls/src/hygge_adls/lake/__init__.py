"""A lake and what is done on it: operations between fault points, ranges, a shelf, its errors."""
