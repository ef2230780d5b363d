"""All that is said about a project: in its files, in every ``[env.NAME]``, and in ``--set``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from attrs import evolve, frozen

from hygge_core.config.layers.discovered import Found, with_found
from hygge_core.config.layers.layer import Layer, cut, tables_in
from hygge_core.config.layers.overrides import overrides
from hygge_core.config.layers.stack import Stack
from hygge_core.config.saying.mistakes import Mistakes
from hygge_core.config.tree.nodes import Origin, Table
from hygge_core.config.tree.sources import Sources
from hygge_core.nearest import did_you_mean


@frozen(kw_only=True)
class Overlays:
    """The layers. ``env`` names the chosen one of ``envs``, if any."""

    files: Layer
    envs: Mapping[str, Layer]
    sets: Layer
    env: str | None

    @property
    def chosen(self) -> Stack:
        """What counts."""
        over = (self.envs[self.env],) if self.env is not None and self.env in self.envs else ()
        return Stack((self.files, *over, self.sets))

    def every(self) -> tuple[Layer, ...]:
        """All layers, those that do not count too."""
        return (self.files, *self.envs.values(), self.sets)

    def partial(self) -> Iterator[tuple[Stack, tuple[Layer, ...]]]:
        """Every other stack that may show what ``chosen`` does not, and the layers that matter.

        Those are the layers that cover something up, or that do not count at all.
        """
        layers = self.chosen.layers
        for depth in range(1, len(layers)):
            yield Stack(layers[:depth]), layers[depth:]
        for name, layer in self.envs.items():
            if name != self.env:
                yield Stack((self.files, layer)), (layer,)


def overlays(
    sources: Sources,
    env: str | None,
    sets: Sequence[str],
    environ: Mapping[str, str],
    mistakes: Mistakes,
    *,
    found: Mapping[str, Sequence[Found]],
) -> Overlays:
    """Cut everything at its levels, and see that overlays change only what is there."""
    files = with_found(cut(sources.tree, mistakes, more=("env",)), found)
    envs = {
        name: cut(tree, mistakes) for name, tree in tables_in(sources.tree, "env", mistakes).items()
    }
    if env is not None and env not in envs:
        near = did_you_mean(env[:60], envs) or f"; there is {', '.join(envs) or 'none'}"
        mistakes.add(Origin("--env", (env,), sources.root).mistake(f"no such [env.NAME]{near}"))
    sets_layer = cut(overrides(sets, Path.cwd(), environ, mistakes), mistakes)
    envs = {name: _over(layer, (files,), mistakes) for name, layer in envs.items()}
    chosen = (files, envs[env]) if env is not None and env in envs else (files,)
    sets_layer = _over(sets_layer, chosen, mistakes)
    return Overlays(files=files, envs=envs, sets=sets_layer, env=env)


def _over(layer: Layer, below: Sequence[Layer], mistakes: Mistakes) -> Layer:
    """``layer`` without the names that are not in ``below``, each of which is a mistake.

    A connection with a ``type`` of its own is a whole one, and may be new.
    """
    known = [name for each in below for name in each.connections]
    connections = {
        name: table
        for name, table in layer.connections.items()
        if table.scalar("type") is not None or _known("connection", name, table, known, mistakes)
    }
    flows, entities = below[0].flows, below[0].entities
    for flow, table in layer.flows.items():
        if _known("flow", flow, table, tuple(flows), mistakes):
            if "discover" in flows[flow].entries:
                continue  # its entities are known when it runs
            for entity, inner in layer.entities[flow].items():
                _known(f"entity of {flow}", entity, inner, tuple(entities[flow]), mistakes)
    return evolve(layer, connections=connections)


def _known(what: str, name: str, table: Table, known: Sequence[str], mistakes: Mistakes) -> bool:
    if name not in known:
        near = did_you_mean(name[:60], known) or f"; there is {', '.join(known[:40]) or 'none'}"
        mistakes.add(table.origin.mistake(f"no such {what}{near}"))
    return name in known
