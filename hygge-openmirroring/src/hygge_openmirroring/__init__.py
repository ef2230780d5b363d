"""Fabric Open Mirroring for hygge.

:mod:`hygge_openmirroring.layout` and :mod:`hygge_openmirroring.documents` say what a landing zone
looks like, from Microsoft's documentation alone, and touch nothing; the store is built on them.
"""
