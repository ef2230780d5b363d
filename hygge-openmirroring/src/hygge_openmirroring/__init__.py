"""Fabric Open Mirroring for hygge.

:mod:`hygge_openmirroring.zone.layout` and :mod:`hygge_openmirroring.zone.documents` say what a
landing zone looks like, from Microsoft's documentation alone, and touch nothing; the store is
built on them.
"""
