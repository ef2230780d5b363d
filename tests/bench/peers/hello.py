"""The smallest Typer program that says hello, its help as plain as hygge's."""

from __future__ import annotations

import typer

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def hello() -> None:
    """Say hello."""
    typer.echo("hello")


app()
