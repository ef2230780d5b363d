"""A secret in a string is kept as a reference, and nothing else becomes one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygge_core.config.tree.nodes import Leaf
from hygge_core.config.tree.references import filled, recorded
from hygge_core.errors import AuthError

NAMES = st.sampled_from(["SAS", "TOKEN", "A_1"])
TEXTS = st.text(alphabet="ab${}SASTOKEN_1", max_size=12)


def leaf(text: str, known: dict[str, str]) -> Leaf:
    return Leaf(text, None, secrets=known)  # type: ignore[arg-type]  # where it stands is nothing here


@given(pieces=st.lists(TEXTS | NAMES.map(lambda name: [name])), known=st.dictionaries(NAMES, TEXTS))
def test_what_was_recorded_is_filled_in_as_it_was(pieces, known):
    text = "".join(known.get(p[0], "") if isinstance(p, list) else p for p in pieces)
    assert filled(recorded(text, leaf(text, known)), known) == text


@given(text=TEXTS)
def test_a_text_without_secrets_is_filled_in_as_it_was(text):
    assert filled(recorded({"a": [text]}, None), {}) == {"a": [text]}


def test_a_secret_is_looked_up_when_it_is_used():
    kept = recorded("https://h/?old$", leaf("https://h/?old$", {"SAS": "old"}))
    assert kept == "https://h/?${SAS}$$"
    assert filled(kept, {"SAS": "new"}) == "https://h/?new$"
    with pytest.raises(AuthError, match="SAS is not set"):
        filled(kept, {})


PROJECT = """
[journal]
location = "store"
[flows.a]
home = { type = "parquet", path = "in" }
store = { type = "parquet", path = "/x/${LAKE_TOKEN}/lake/{entity}" }
[flows.a.entities.orders]
"""


def test_what_lies_beside_a_place_with_a_secret_has_none_either(desk):
    desk.environ["LAKE_TOKEN"] = "hunter2"
    [entity] = desk.load(PROJECT).entities
    assert entity.store.table["path"] == "/x/${LAKE_TOKEN}/lake/orders"
    assert "hunter2" not in repr(entity)
