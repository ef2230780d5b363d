"""What the repository promises about itself."""

from __future__ import annotations

import re
from pathlib import Path

from shares import share

ROOT = Path(__file__).resolve().parents[2]


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def test_ci_runs_the_two_commands_of_the_readme_exactly_as_they_stand_there() -> None:
    commands = re.findall(r"^```console\n(.+)\n```$", read("README.md"), re.MULTILINE)[:2]
    steps = re.findall(r"^step '(.+)'$", read(".ci/run"), re.MULTILINE)
    assert "hygge -C demo run" in commands[0]
    assert "tox" in commands[1]
    assert set(commands) <= set(steps)


def test_shares_are_all_of_a_walk_and_no_step_twice(monkeypatch) -> None:
    taken = []
    for number in range(1, 8):
        monkeypatch.setenv("HYGGE_TEST_SHARE", f"{number}/7")
        taken += share(range(100))
    assert sorted(taken) == list(range(100))


def test_one_name_per_thing() -> None:
    folders = sorted(path.parent.name for path in ROOT.glob("*/pyproject.toml"))
    environments = set(re.findall(r"^\[testenv:(.+)\]$", read("tox.ini"), re.MULTILINE))
    for folder in folders:
        assert f'name = "{folder}"' in read(f"{folder}/pyproject.toml")
        assert (ROOT / folder / "src" / folder.replace("-", "_") / "py.typed").exists()
        assert (ROOT / "tests" / folder).is_dir()
        assert folder.removeprefix("hygge-") in environments
        assert read(f"{folder}/LICENSE") == read("LICENSE")


def test_every_word_that_we_offer_signs_the_kit() -> None:
    for plugin in ROOT.glob("hygge-*/src/**/plugin.py"):
        offered = re.findall(r'name="(\w+)"', plugin.read_text(encoding="utf-8"))
        tests = (ROOT / "tests" / plugin.relative_to(ROOT).parts[0]).rglob("*.py")
        texts = (path.read_text(encoding="utf-8") for path in tests)
        signed = "".join(text for text in texts if "Subject(" in text)
        assert [word for word in offered if f'"{word}"' not in signed] == [], plugin


def test_every_folder_with_walks_of_minutes_is_walked_by_an_environment() -> None:
    ini = read("tox.ini")
    by_default = re.findall(r"^    (tests/\S+)$", ini, re.MULTILINE)  # what `tox -e slow` collects
    walking = re.findall(r"^\[testenv:slow\S*\]$.+?(?=^\[)", ini, re.MULTILINE | re.DOTALL)
    asked = set(
        re.findall(r"tests/[a-z-]+", " ".join(s.partition("commands =")[2] for s in walking))
    )
    slow = {
        str(path.relative_to(ROOT).parent)
        for path in (ROOT / "tests").glob("*/test_*.py")
        if "@pytest.mark.slow\n" in path.read_text(encoding="utf-8")
    }
    assert "tests/hygge-openmirroring" in slow
    assert slow <= {*by_default, *asked}


def test_a_walk_that_takes_a_share_of_its_steps_is_taken_in_every_share() -> None:
    """Dealt out by its name as well, it would leave most of its steps to nobody."""
    for path in (ROOT / "tests").glob("*/test_*.py"):
        for piece in path.read_text(encoding="utf-8").split("\n\n\n"):
            if (
                "share(" in piece
                and "\ndef test_" in f"\n{piece}"
                and path.name != Path(__file__).name
            ):
                assert "@pytest.mark.shared" in piece, f"{path.name}: {piece.splitlines()[0]}"


def test_the_page_of_settings_tells_of_every_setting_of_today(monkeypatch):
    from hygge_core import plugins
    from hygge_core.config.shown.reference import markdown

    # The others tell of theirs in their own READMEs.
    monkeypatch.setenv("HYGGE_ONLY_PLUGINS", "hygge-core,hygge-journal-sqlite")
    page = (ROOT / "hygge-core" / "SETTINGS.md").read_text(encoding="utf-8")
    assert page == markdown(plugins.load()), "hygge schema --markdown --out hygge-core/SETTINGS.md"


def test_every_link_of_the_readme_leads_somewhere():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert len(links) > 5
    assert [link for link in links if not (ROOT / link).exists()] == []
