"""One plugin may be as wrong as it likes: it is named with its cause, and all others work."""

from __future__ import annotations

import textwrap
import time
from typing import Any

import pytest

from hygge_core import PluginError
from hygge_core.plugins import Broken, Plugins, load


def broken(plugins: Plugins, distribution: str) -> Broken:
    """The one broken plugin of ``distribution``."""
    (found,) = [each for each in plugins.broken if each.plugin.distribution == distribution]
    return found


@pytest.fixture
def hale(site: Any) -> Any:
    """A site where one plugin is well; each test adds one that is not."""
    site.install("hale", site.offering("well"))
    return site


def set_apart(site: Any, code: str, **environ: str) -> str:
    """The cause for which a plugin with ``code`` is set apart, while the hale one works."""
    site.install("ailing", code, version="2.3")
    plugins = load(environ)
    assert str(plugins.kind("store", "well").plugin) == "hale 1.0"
    found = broken(plugins, "ailing")
    assert str(found) == f"ailing 2.3 is set apart: {found.cause}"
    assert "ailing" not in [plugin.distribution for plugin in plugins.plugins]
    with pytest.raises(PluginError) as raised:
        plugins.kind("store", "ailing")
    assert str(found) in str(raised.value), "the cause is told when the word is asked for"
    return found.cause


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("import not_there_at_all", "ModuleNotFoundError: No module named 'not_there_at_all'"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("def (", "SyntaxError: "),
        ("import sys; sys.exit('no licence')", "SystemExit: no licence"),
        ("class Panic(BaseException): pass\nraise Panic('in Rust')", "Panic: in Rust"),
        ("raise RuntimeError", "RuntimeError"),
    ],
)
def test_a_plugin_that_does_not_import_is_set_apart(hale: Any, code: str, cause: str) -> None:
    assert set_apart(hale, code).startswith(f"it cannot be imported: {cause}")


def test_a_plugin_that_hangs_at_import_is_reported_with_the_line_where_it_hangs(hale: Any) -> None:
    started = time.monotonic()
    cause = set_apart(
        hale, "import time\nwhile True:\n    time.sleep(0.01)", HYGGE_PLUGIN_TIMEOUT="0.3"
    )
    assert cause.startswith("it cannot be imported: TimeoutError: still at it after 0.3 s, in ")
    assert ".py, line 3" in cause or ".py, line 2" in cause
    assert time.monotonic() - started < 60  # and not for ever


def test_a_plugin_that_hangs_in_a_hook_is_reported(hale: Any) -> None:
    code = "import time\nfrom hygge_core import hookimpl\n@hookimpl\ndef hygge_homes():\n"
    cause = set_apart(hale, code + "    time.sleep(600)\n", HYGGE_PLUGIN_TIMEOUT="0.3")
    assert cause.startswith("its offers cannot be used: TimeoutError: still at it after 0.3 s")


def test_ctrl_c_during_an_import_is_not_swallowed(hale: Any) -> None:
    hale.install("ailing", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        load({})


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("raise OSError('no disk')", "OSError: no disk"),
        ("return [object]", "<class 'object'>, which is not a Kind"),
        ("return Kind(name='a', config=Config, open=opened)", "is not iterable"),
        ("return [Kind(name='a', config=dict, open=opened)]", "is not an attrs class"),
        ("return [Kind(name='a', config=Config(), open=opened)]", "is not an attrs class"),
        ("return [Kind(name='a/b', config=Config, open=opened)]", "'a/b', which is not a word"),
        ("return [Kind(name='a', config=Odd, open=opened)]", "config Odd has types that cannot be"),
        ("return [Kind(name='a', config=Config, open=opened, capabilities='append')]", "'append'"),
        ("Kind(name='a', config=Config, open=opened)", "hygge_stores gave None, and no kinds"),
        ("return [Kind(name=7, config=Config, open=opened)]", "7, which is not a word"),
        ("return [Kind(name='a', config=Config, open=None)]", "open None cannot be called"),
        ("return 2 * [Kind(name='a', config=Config, open=opened)]", "offered 'a' twice"),
        ("yield Kind(name='a', config=Config, open=opened); 1 / 0", "ZeroDivisionError"),
    ],
)
def test_a_hook_that_raises_or_offers_nonsense_sets_its_plugin_apart(
    hale: Any, body: str, cause: str
) -> None:
    code = hale.offering("ailing_home", hook="hygge_homes")
    code += "\n@frozen\nclass Odd:\n    path: 'NotThere' = 1\n"
    code += f"\n@hookimpl\ndef hygge_stores():\n    {body}\n"
    told = set_apart(hale, code)
    assert told.startswith("its offers cannot be used: ")
    assert cause in told
    assert "ailing_home" not in load({}).kinds("home"), "half a plugin would be a riddle"


def test_a_hook_may_be_a_generator(site: Any) -> None:
    body = "yield Kind(name='one', config=Config, open=opened)"
    code = site.offering("home", hook="hygge_homes")
    site.install("lazy", f"{code}\n@hookimpl\ndef hygge_stores():\n    {body}\n")
    assert load({}).kind("store", "one").plugin.distribution == "lazy"


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("@hookimpl\ndef hygge_store(): return []", "no hook 'hygge_store'; did you mean 'hygge_s"),
        ("@hookimpl\ndef hygge_on_events(event): ...", "did you mean 'hygge_on_event'?"),
        ("@hookimpl\ndef hygge_stores(config): return []", "PluginValidationError"),
        ("def hygge_stores(): return []", "implements no hook: are its functions marked"),
        ("", "implements no hook"),
    ],
)
def test_a_misspelt_hook_is_told_and_not_silently_ignored(hale: Any, code: str, cause: str) -> None:
    told = set_apart(hale, f"from hygge_core import hookimpl\n{code}\n")
    assert told.startswith("it cannot be registered: ")
    assert cause in told


def test_a_hook_of_a_newer_core_may_be_marked_optional(site: Any) -> None:
    code = site.offering("fine") + "\n@hookimpl(optionalhook=True)\ndef hygge_tomorrow(): ...\n"
    site.install("forward", code)
    assert load({}).kind("store", "fine").plugin.distribution == "forward"


IMPORTED = "raise AssertionError('it was imported')"


@pytest.mark.parametrize(
    ("requires", "needed"),
    [
        (("hygge-core>=99",), ">=99"),
        (("Hygge_Core[testing] <0.0.1",), "<0.0.1"),
        (("attrs", "hygge-core>=98,<99; python_version > '3'"), "<99,>=98"),
    ],
)
def test_a_plugin_for_another_core_is_refused_before_it_is_imported(
    hale: Any, requires: tuple[str, ...], needed: str
) -> None:
    hale.install("far-away", IMPORTED, requires=requires)
    plugins = load({})
    found = broken(plugins, "far-away")
    assert found.cause.startswith(f"it needs hygge-core {needed}, and ")
    assert found.hint == "pip install --upgrade hygge-core far-away"
    with pytest.raises(PluginError) as raised:
        plugins.kind("store", "zzzzzzzz")
    assert raised.value.hint == found.hint
    assert plugins.kind("store", "well")


@pytest.mark.parametrize(
    "requires",
    [
        (),
        ("hygge-core-extras>=99",),
        ("hygge-core>=99; python_version < '3'",),
        ("hygge-core>=99; extra == 'new'",),
    ],
)
def test_a_requirement_that_does_not_count_here_refuses_nothing(
    site: Any, requires: tuple[str, ...]
) -> None:
    site.install("near", site.offering("close"), requires=requires)
    assert load({}).kind("store", "close")


def test_metadata_that_cannot_be_read_breaks_only_its_own_plugin(hale: Any) -> None:
    metadata = "Name: scrawl\nVersion: 1\nRequires-Dist: hygge-core ?? 7\n"
    hale.unpack("scrawl-1", {}, metadata=metadata, entry_points="[hygge]\nmain = scrawl\n")
    metadata = "Name: smudge\nVersion: 1\n"
    hale.unpack("smudge-1", {}, metadata=metadata, entry_points="[hygge]\nthis is no entry\n")
    hale.unpack("nameless-1", {}, metadata="", entry_points="[hygge]\nmain = nameless\n")
    binary = hale.path / "blot-1.dist-info"
    binary.mkdir()
    (binary / "entry_points.txt").write_bytes(b"[hygge]\n\xff\xfe = x\n")
    plugins = load({})
    assert plugins.kind("store", "well")
    assert broken(plugins, "scrawl").cause.startswith("its metadata cannot be read: ")
    assert broken(plugins, "smudge").cause.startswith("its entry points cannot be read: ")


def test_what_a_plugin_raised_is_kept_for_its_author(site: Any) -> None:
    site.install(
        "ailing",
        textwrap.dedent("""
        def deep():
            raise RuntimeError("found me")
        deep()
    """),
    )
    error = broken(load({}), "ailing").error
    assert error is not None
    frames = []
    trace = error.__traceback__
    while trace:
        frames.append(trace.tb_frame.f_code.co_name)
        trace = trace.tb_next
    assert frames[-1] == "deep"
