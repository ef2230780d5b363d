"""What the word after ``type =`` means, whoever else is installed."""

from __future__ import annotations

import types
from typing import Any

import pytest

from hygge_core import PluginError
from hygge_core.plugins import Plugins, load


def refused(plugins: Plugins, word: str, offer: Any = "store") -> PluginError:
    with pytest.raises(PluginError) as raised:
        plugins.kind(offer, word)
    return raised.value


def test_a_strangers_word_leads_to_its_kind_and_its_plugin(site: Any) -> None:
    site.install("acme-s3", site.offering("s3"), version="0.4.1", entries=("s3",))
    offered = load({}).kind("store", "s3")
    assert offered.kind.name == "s3"
    assert offered.kind.config().path == "somewhere"
    assert (offered.plugin.version, offered.plugin.entry) == ("0.4.1", "s3")
    assert str(offered.plugin) == "acme-s3 0.4.1"


@pytest.mark.parametrize("offer", ["home", "store", "journal", "connection"])
def test_every_offer_has_its_hook(site: Any, offer: Any) -> None:
    site.install("acme", site.offering("thing", hook=f"hygge_{offer}s"))
    plugins = load({})
    assert "thing" in plugins.kinds(offer)
    assert [each for each in plugins.offers if "thing" in plugins.kinds(each)] == [offer]


@pytest.fixture
def clashing(site: Any) -> Plugins:
    site.install("acme-lake", site.offering("lake", "pond"), version="1.0")
    site.install("Zenith_Lake", site.offering("lake"), version="2.0")
    return load({})


def test_a_word_offered_twice_is_refused_naming_both_and_the_lines_to_choose(
    clashing: Plugins,
) -> None:
    error = refused(clashing, "lake")
    assert str(error) == "the store 'lake' is offered by acme-lake 1.0 and Zenith_Lake 2.0"
    assert error.hint == 'choose with type = "Zenith_Lake/lake" or type = "acme-lake/lake"'


def test_the_qualified_word_chooses(clashing: Plugins) -> None:
    assert clashing.kind("store", "acme-lake/lake").plugin.version == "1.0"
    assert clashing.kind("store", "Zenith_Lake/lake").plugin.version == "2.0"
    assert clashing.kind("store", "zenith-lake/lake").plugin.version == "2.0", "as pip compares"


def test_a_clash_stops_nobody_who_does_not_use_the_word(clashing: Plugins) -> None:
    assert clashing.kind("store", "pond").plugin.distribution == "acme-lake"
    assert {"acme-lake", "Zenith_Lake"} <= {each.distribution for each in clashing.plugins}


def test_the_qualified_word_works_where_nothing_clashes(clashing: Plugins) -> None:
    offered = clashing.kind("store", "acme-lake/pond")
    assert offered == clashing.kind("store", "pond")
    assert offered.word == "acme-lake/pond"


def test_clashing_words_are_listed_qualified_and_every_listed_word_works(
    clashing: Plugins,
) -> None:
    words = clashing.kinds("store")
    assert {"pond", "acme-lake/lake", "Zenith_Lake/lake"} <= set(words)
    assert "lake" not in words
    assert list(words) == sorted(words)
    assert all(clashing.kind("store", word) is offered for word, offered in words.items())


def test_one_word_from_two_entry_points_of_one_distribution_names_the_switch(site: Any) -> None:
    site.install("twofold", site.offering("lake"), entries=("left",))
    module = site.offering("lake")
    metadata = "Name: twofold\nVersion: 1.0\n"
    points = "[hygge]\nleft = twofold_left\nright = twofold_right\n"
    modules = {"twofold_left.py": module, "twofold_right.py": module}
    site.unpack("twofold-1.0", modules, metadata=metadata, entry_points=points)
    hint = refused(load({}), "lake").hint
    assert hint == "switch one entry point off: HYGGE_DISABLE_PLUGINS=left or right"
    assert load({"HYGGE_DISABLE_PLUGINS": "right"}).kind("store", "lake").plugin.entry == "left"


def test_an_unknown_word_is_answered_with_what_was_meant(site: Any) -> None:
    site.install("acme", site.offering("glacier"))
    assert refused(load({}), "glaceir").hint == "did you mean 'glacier'?"
    assert refused(load({}), "acme/glacierr").hint == "did you mean 'acme/glacier'?"
    assert refused(load({}), "acne/glacier").hint == "did you mean 'acme/glacier'?"


@pytest.mark.parametrize(
    ("word", "distribution"),
    [
        ("adls", "hygge-adls"),
        ("onelake", "hygge-adls"),
        ("open_mirroring", "hygge-openmirroring"),
        ("open-mirroring", "hygge-openmirroring"),
        ("mssql", "hygge-mssql"),
        ("sqlite", "hygge-journal-sqlite"),
    ],
)
def test_a_word_of_a_first_party_distribution_is_answered_with_its_install_line(
    word: str, distribution: str
) -> None:
    assert (refused(Plugins.of(), word).hint or "").endswith(f"pip install {distribution}")


@pytest.mark.parametrize("word", ["evil-typo", "requests", "hygge-evil/adls", "; rm -rf /", ""])
def test_no_name_to_install_is_ever_made_from_what_was_typed(word: str) -> None:
    hint = refused(Plugins.of(), word).hint or ""
    assert "pip install" not in hint or hint.endswith("pip install hygge-adls")


def test_what_is_installed_already_is_not_to_be_installed(site: Any) -> None:
    site.install("hygge-adls", "1 / 0")
    error = refused(load({}), "adls")
    assert "hygge-adls 1.0 is set apart: it cannot be imported: ZeroDivisionError" in str(error)
    assert "pip install" not in (error.hint or "")


def test_a_word_of_another_offer_says_so(site: Any) -> None:
    site.install("acme", site.offering("ledger", hook="hygge_journals"))
    assert "no plugin offers a store 'ledger'; it is a journal" in str(refused(load({}), "ledger"))


def test_nothing_alike_lists_what_there_is() -> None:
    code = types.ModuleType("acme_things")
    exec(SOURCE, code.__dict__)
    plugins = Plugins.of(code)
    assert refused(plugins, "zzz").hint == "a store may be 'birch', 'oak'"
    assert refused(plugins, "zzz", "journal").hint == "no journal is installed"


SOURCE = """
from attrs import frozen
from hygge_core import Kind, hookimpl

@hookimpl
def hygge_stores():
    config = frozen(type("Config", (), {}))
    return [Kind(name=name, config=config, open=print) for name in ("oak", "birch")]
"""


def test_modules_given_by_a_test_go_through_the_same_door() -> None:
    good, bad = types.ModuleType("acme_things.plugin"), types.ModuleType("acme_bad")
    exec(SOURCE, good.__dict__)
    plugins = Plugins.of(good, bad)
    assert str(plugins.kind("store", "acme-things/oak").plugin) == "acme-things 0"
    (broken,) = plugins.broken
    assert "implements no hook" in broken.cause


def test_of_two_metadata_of_one_distribution_the_first_on_the_path_counts(
    site: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.install("acme", site.offering("lake"), version="1.0")
    shadow = type(site)(tmp_path / "shadow", site.wheels)
    shadow.path.mkdir()
    monkeypatch.syspath_prepend(shadow.path)
    shadow.install("acme", site.offering("lake"), version="2.0")
    assert load({}).kind("store", "lake").plugin.version == "2.0"
    shadow.unpack("acme-2.0", {}, metadata="Name: acme\nVersion: 2.0\n", entry_points="")
    assert "lake" not in load({}).kinds("store"), "2.0 is what an import finds, and offers nothing"


def test_one_module_under_two_names_is_taken_once(site: Any) -> None:
    site.install("acme", site.offering("lake"), entries=("first", "second"))
    plugins = load({})
    assert plugins.kind("store", "lake").plugin.entry == "first"
    (broken,) = [each for each in plugins.broken if each.plugin.distribution == "acme"]
    assert broken.plugin.entry == "second"
    assert "its module is the one of acme 1.0 (first)" in broken.cause


def test_plugins_stand_in_the_order_of_their_names(site: Any) -> None:
    beside = {each.distribution for each in load({}).plugins}
    for name in ("moss", "Alder", "zinnia", "birch"):
        site.install(name, site.offering(name))
    names = [each.distribution for each in load({}).plugins]
    assert [n for n in names if n not in beside] == ["Alder", "birch", "moss", "zinnia"]
