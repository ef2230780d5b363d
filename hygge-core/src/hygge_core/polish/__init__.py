"""Polish: what happens to columns and values between home and store.

Every column is computed from its own row of one batch, so where a batch ends changes nothing.
"""
