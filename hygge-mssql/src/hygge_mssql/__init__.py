"""SQL Server for hygge: tables as home and store, and a journal that many machines share.

What hygge loads is :mod:`hygge_mssql.plugin`; the driver and everything else wait until a
connection is opened.
"""
