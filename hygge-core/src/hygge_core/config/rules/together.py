"""What must hold between the entities of a project: all of it is looked at in one place."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from hygge_core.config.drafts.draft import Draft
from hygge_core.config.drafts.flows import Flow
from hygge_core.config.drafts.part import Part
from hygge_core.config.rules.caps import caps
from hygge_core.config.rules.overlaps import overlaps
from hygge_core.config.rules.refusals import discovery, refusals
from hygge_core.config.saying.mistakes import Mistakes


def held_together(
    flows: Sequence[Flow], connections: Mapping[str, Part], mistakes: Mistakes
) -> dict[str, int]:
    """See that parts and entities go together; returns the caps of the connections."""
    drafts = [draft for flow in flows for draft in flow.entities]
    for flow in flows:
        mistakes.extend(discovery(flow.own))
        for draft in flow.entities:
            run_type = draft.settings.run_type
            mistakes.extend(refusals(draft, run_type, journal=flow.journal is not None))
    overlaps(drafts, connections, mistakes)
    _copies(_journalled(flows), mistakes)
    _check_twins(drafts, mistakes)
    return caps(drafts, connections, mistakes)


def _journalled(flows: Sequence[Flow]) -> Iterator[tuple[str, Draft]]:
    """Each draft whose flow has a journal, with what tells that journal from others."""
    for flow in flows:
        part = flow.journal.part if flow.journal else None
        if part is not None:
            journal = json.dumps({"type": part.word, **part.recorded}, sort_keys=True)
            yield from ((journal, draft) for draft in flow.entities or (flow.own,))


def _check_twins(drafts: Sequence[Draft], mistakes: Mistakes) -> None:
    """``a.b`` may be a flow, or the entity ``b`` of the flow ``a``, but not both."""
    seen: dict[str, Draft] = {}
    for draft in drafts:
        other = seen.setdefault(draft.name.casefold(), draft)
        if other is not draft and other.flow != draft.flow:
            problem = f"expected names that differ, found another entity called {other.name!r}"
            mistakes.add(draft.origin.mistake(problem))


def _copies(drafts: Iterable[tuple[str, Draft]], mistakes: Mistakes) -> None:
    """A journal counts what it has sent to its copy, so it has one; each draft with its journal."""
    first: dict[str, tuple[str, Draft]] = {}
    for journal, draft in drafts:
        place = _shown(draft)
        if not place:
            continue
        other, by = first.setdefault(journal, (place, draft))
        if other != place:
            problem = (
                f"{draft.name} shows its journal in {place}, and {by.name} the same journal in "
                f"{other}; expected one place: give one of them a journal of its own, or let one "
                "store show none"
            )
            mistakes.add(draft.at("store").mistake(problem))


def _shown(draft: Draft) -> str:
    if draft.store is None:
        return ""
    return draft.store.ask("journal_shown", "")
