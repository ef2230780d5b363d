"""SQLite for hygge: the journal that remembers every run, and tables as home and store.

What hygge loads is :mod:`hygge_journal_sqlite.plugin`; everything else waits until it is opened.
"""
