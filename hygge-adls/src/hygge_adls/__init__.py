"""ADLS Gen2 and OneLake for hygge.

Other distributions build on :class:`hygge_adls.lake.Lake` (the operations on a filesystem),
:class:`hygge_adls.shelf.LakeShelf` (the shelf of ``StagedWriter``) and
:mod:`hygge_adls.settings` with :func:`hygge_adls.account.opened` (connections).
"""
