"""Which entities a command is about."""

from __future__ import annotations

import pytest
from attrs import frozen

from hygge_core.errors import ConfigError
from hygge_core.operate.selection import Shard, choose


@frozen
class Entity:
    name: str
    tags: tuple[str, ...] = ()

    @property
    def flow(self) -> str:
        return self.name.partition(".")[0]


ERP = [Entity(f"erp.{name}", ("nightly",)) for name in ("orders", "customers", "lines")]
WEB = [Entity("web.clicks", ("hourly", "big")), Entity("web.orders", ("hourly",))]
ALONE = Entity("rates")
ALL = [*ERP, *WEB, ALONE]


def names(*select: str, exclude: tuple[str, ...] = (), **how) -> list[str]:
    return [entity.name for entity in choose(ALL, select, exclude, **how)]


@pytest.mark.parametrize(
    ("select", "chosen"),
    [
        ([], "erp.orders erp.customers erp.lines web.clicks web.orders rates"),
        (["erp"], "erp.orders erp.customers erp.lines"),
        (["web.orders"], "web.orders"),
        (["rates"], "rates"),
        (["*.orders"], "erp.orders web.orders"),
        (["e*"], "erp.orders erp.customers erp.lines"),
        (["tag:hourly"], "web.clicks web.orders"),
        (["tag:*i*"], "erp.orders erp.customers erp.lines web.clicks"),
        (["rates,web.clicks"], "web.clicks rates"),
        (["rates", " web.clicks , erp.lines"], "erp.lines web.clicks rates"),
    ],
)
def test_words_are_joined_and_the_projects_order_is_kept(select, chosen):
    assert names(*select) == chosen.split()


def test_exclusion_takes_away_from_the_selection_and_from_everything():
    assert names("erp", exclude=("*.lines",)) == ["erp.orders", "erp.customers"]
    assert names(exclude=("tag:nightly,web",)) == ["rates"]


def test_status_failed_asks_only_when_it_is_named():
    assert names("status:failed", failed=lambda: {"web.clicks", "gone.away"}) == ["web.clicks"]
    assert names("erp", exclude=("status:failed",), failed=lambda: {"erp.lines"}) == [
        "erp.orders",
        "erp.customers",
    ]
    names("erp", failed=lambda: pytest.fail("nobody asked"))


def test_nothing_failed_is_an_empty_selection_and_no_mistake():
    assert names("status:failed") == []


def test_every_word_that_matches_nothing_is_named_with_what_exists():
    with pytest.raises(ConfigError) as caught:
        names("erp.ordres", "tag:nitely", exclude=("clicks",))
    assert str(caught.value).splitlines() == [
        "no entity matches 'erp.ordres'; did you mean 'erp.orders'?",
        "no entity matches 'tag:nitely'; did you mean 'tag:nightly'?",
        "no entity matches 'clicks'; did you mean 'web.clicks'?",
    ]
    assert caught.value.exit_code == 3
    assert "erp.lines" in caught.value.hint
    assert "tag:big" in caught.value.hint


@pytest.mark.parametrize("word", ["", "status:fialed", "tag:", "ERP", "erp.orders.x", "[", "\0"])
def test_odd_words_match_nothing_and_say_so(word):
    with pytest.raises(ConfigError, match="no entity matches"):
        names(word)


def test_a_name_with_the_signs_of_a_glob_can_still_be_named():
    odd = [Entity("erp.a[1]"), Entity("erp.a1")]
    assert [entity.name for entity in choose(odd, ["erp.a[1]"])] == ["erp.a[1]", "erp.a1"]
    with pytest.raises(ConfigError, match="no entity"):
        choose([Entity("erp.x")], ["erp.a[1]"])


def test_a_project_without_flows_says_so():
    with pytest.raises(ConfigError) as caught:
        choose([], ["erp"])
    assert "no flows" in caught.value.hint


def test_shards_share_everything_out_once_and_by_name_alone():
    many = [Entity(f"flow.table_{n}") for n in range(500)]
    shares = [[e.name for e in choose(many, shard=Shard(i, 4))] for i in (1, 2, 3, 4)]
    assert sorted(name for share in shares for name in share) == sorted(
        entity.name for entity in many
    )
    assert all(90 < len(share) < 160 for share in shares)
    some = many[::7]
    alone = [e.name for e in choose(some, shard=Shard(2, 4))]
    assert alone == [entity.name for entity in some if entity.name in shares[1]]


def test_a_share_is_the_same_in_every_release():
    held = [n for n in ("erp.orders", "erp.customers", "erp.lines") if Shard(1, 2).holds(n)]
    assert held == ["erp.orders"]


@pytest.mark.parametrize(
    "text", ["0/4", "5/4", "1", "1/", "/4", "a/b", "-1/4", "1/0", "1/4/2", "²/4"]
)
def test_a_shard_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match="I/N"):
        Shard.parse(text)


def test_a_shard_is_read():
    assert Shard.parse("2/4") == Shard(2, 4)
