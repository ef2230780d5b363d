"""``hygge journal``: looking back, and editing what is remembered."""

from __future__ import annotations

from typing import Annotated

import typer

from hygge_core.cli.invocation import Invocation
from hygge_core.cli.options import Select, a_duration, command, group, with_globals
from hygge_core.cli.sparing import SparingGroup

app = group("Look back at runs, events and watermarks.")
watermarks = typer.Typer(cls=SparingGroup)
app.add_typer(watermarks, name="watermarks")

Limit = Annotated[int, typer.Option("--limit", metavar="N", min=1, help="At most so many.")]
Entity = Annotated[str, typer.Argument(metavar="ENTITY", help="flow.entity")]


@command(app)
def runs(said: Invocation, select: Select = None, limit: Limit = 20) -> None:
    """List runs of entities, newest first."""
    from hygge_core.cli.shown.history import give_runs

    with said.history(select) as history:
        give_runs(said, history.runs(limit=limit))


@command(app)
def show(
    said: Invocation, run: Annotated[str, typer.Argument(metavar="RUN", help="Its id.")]
) -> None:
    """Show everything that is remembered of RUN, the entity's or the coordinator's."""
    from hygge_core.cli.shown.history import give_run

    with said.history() as history:
        give_run(said, history, run)


@command(app)
def events(said: Invocation, select: Select = None, limit: Limit = 20) -> None:
    """List events, newest first."""
    from hygge_core.cli.shown.history import give_events

    with said.history(select) as history:
        give_events(said, history.events(limit=limit))


@command(app)
def prune(
    said: Invocation,
    keep: Annotated[
        str | None,
        typer.Option(
            "--keep",
            metavar="DURATION",
            callback=a_duration,
            help="e.g. 90d; by default the journal's retention, or 180d",
        ),
    ] = None,
) -> None:
    """Forget finished runs and events that are older; never a watermark or an unfinished run."""
    from hygge_core.cli.shown.history import tell_pruned
    from hygge_core.fields import duration

    with said.history() as history:
        age = None if keep is None else duration(keep)
        tell_pruned(history.prune(age, project=said.project.name))


def _watermarks(said: Invocation) -> None:
    """Show how far each entity got, or change it."""
    if said.subcommand is None:
        get(said)


watermarks.callback(invoke_without_command=True)(with_globals(_watermarks))


@command(watermarks)
def get(
    said: Invocation,
    entity: Annotated[
        list[str] | None, typer.Argument(metavar="ENTITY", help="flow.entity; all by default")
    ] = None,
    select: Select = None,
) -> None:
    """List the watermarks."""
    from hygge_core.cli.shown.history import give_watermarks

    with said.history([*(entity or ()), *(select or ())]) as history:
        give_watermarks(said, history.watermarks())


@command(watermarks, "set")
def set_(
    said: Invocation,
    entity: Entity,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="The next run begins after it.")],
    type_: Annotated[
        str | None, typer.Option("--type", help="e.g. int64, datetime[us]; as stored by default.")
    ] = None,
) -> None:
    """Let the next incremental run of ENTITY begin after VALUE."""
    from hygge_core.cli.shown.history import tell_edit
    from hygge_core.operate.amend import set_watermark

    with said.editing(entity) as (chosen, journal):
        tell_edit(set_watermark(journal, chosen, value, type_=type_))


@command(watermarks)
def reset(said: Invocation, entity: Entity) -> None:
    """Forget how far ENTITY got; its next run must be a full one."""
    from hygge_core.cli.shown.history import tell_edit
    from hygge_core.operate.amend import reset_watermark

    with said.editing(entity) as (chosen, journal):
        tell_edit(reset_watermark(journal, chosen))
