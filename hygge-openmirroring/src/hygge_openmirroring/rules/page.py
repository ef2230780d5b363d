"""The rules as a page: what the README says of them is written from themselves."""

from __future__ import annotations

import inspect

from hygge_openmirroring.rules.book import RULES


def markdown() -> str:
    """A table of every rule: its name, its source with the grade of the evidence, what it holds."""
    lines = ["| rule | source | what it holds |", "|---|---|---|"]
    for rule in RULES.values():
        sentence = (inspect.getdoc(rule.finds) or "").partition("\n\n")[0].replace("\n", " ")
        advice = " *(advice)*" if rule.level == "advice" else ""
        lines.append(f"| `{rule.name}` | {rule.source} | {sentence}{advice} |")
    return "\n".join(lines) + "\n"
