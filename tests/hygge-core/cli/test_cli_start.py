"""What starting hygge costs, and how it answers what it does not understand."""

from __future__ import annotations

import json
import os
import pkgutil
import subprocess
import sys

import pytest

from hygge_core.cli import commands, main

HEAVY = {"polars", "pyarrow", "rich", "sqlite3", "cattrs", "hygge_journal_sqlite", "tenacity"}

_SPY = """
import json, sys
from hygge_core.cli import main
code = main({args!r})
sys.stdout.flush()
sys.stderr.write(json.dumps([code, sorted(name for name in sys.modules if "." not in name)]))
"""


def imported_by(*args: str, **environ: str) -> tuple[int, set[str], str]:
    """(exit code, top-level modules, stdout) of one command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", _SPY.format(args=list(args))],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **environ},
    )
    code, modules = json.loads(done.stderr.splitlines()[-1])
    return code, set(modules), done.stdout


@pytest.mark.parametrize(
    "args", [["--version"], ["--help"], ["run", "--help"], ["journal", "watermarks", "-h"]]
)
def test_asking_for_help_imports_nothing_heavy(args):
    code, modules, out = imported_by(*args)
    assert code == 0
    assert out.startswith(("hygge ", "Usage: hygge"))
    assert not modules & HEAVY


_COMMANDS = """
import sys
from hygge_core.cli import commands, main
main({args!r})
here = commands.__name__ + "."
print(*sorted(name.removeprefix(here) for name in sys.modules if name.startswith(here)))
"""


@pytest.mark.parametrize(
    ("args", "made"),
    [
        (["--version"], []),
        (["rnu"], []),
        (["new-plugin", "-h"], ["new_plugin"]),
        (["journal", "runs", "-h"], ["journal"]),
        (["run", "-h"], ["plan", "run"]),  # run --dry-run is plan
    ],
    ids=str,
)
def test_no_command_is_made_but_the_one_that_is_asked_for(args, made):
    done = subprocess.run(
        [sys.executable, "-c", _COMMANDS.format(args=args)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1].split() == made


def test_every_module_of_commands_is_in_the_help_with_a_sentence(capsys):
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out.partition("Commands:\n")[2].partition("\n\n")[0]
    told = {line.split()[0]: line.split()[1:] for line in shown.splitlines()}
    modules = {each.name.replace("_", "-") for each in pkgutil.iter_modules(commands.__path__)}
    assert set(told) == modules
    assert all(told.values())


_END = """
import atexit, gc
looks = []
atexit.register(lambda: print(len(looks), len(gc.get_objects())))
from hygge_core.cli import main
gc.callbacks.append(lambda phase, told: looks.append(phase))
main(["--version"])
"""


def test_neither_a_start_nor_the_end_of_a_process_looks_for_what_could_go():
    done = subprocess.run([sys.executable, "-c", _END], capture_output=True, text=True, check=True)
    looks, left = map(int, done.stdout.split()[-2:])
    assert looks == 0
    assert left < 100  # all else is out of sight of the looks that Python takes at its end


#: What a command may import that is neither Python's, nor hygge's, nor a private module of these.
BUDGET = {"annotated_doc", "attr", "attrs", "cattrs", "click", "packaging", "pluggy", "shellingham"}
BUDGET |= {"tomli", "typer", "typing_extensions"}
MOVING = {"cython_runtime", "polars", "portalocker", "pyarrow", "tenacity"}
MOVING |= {"numpy"}  # pyarrow's, where it is installed

PROJECT = """
[flows.shop]
home = { type = "csv", path = "in" }
store = { type = "parquet", path = "lake" }
"""


@pytest.mark.parametrize(
    ("command", "budget"), [("plan", BUDGET), ("run", BUDGET | MOVING)], ids=["plan", "run"]
)
def test_a_command_imports_no_more_than_it_needs(command, budget, tmp_path):
    (tmp_path / "hygge.toml").write_text(PROJECT)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "one.csv").write_text("id\n1\n")
    offline = ["--offline"] if command == "plan" else []
    code, modules, _ = imported_by(
        "-C", str(tmp_path), "-q", command, *offline, "-s", "shop", HYGGE_ONLY_PLUGINS="hygge-core"
    )
    assert code == 0
    others = {
        name
        for name in modules - sys.stdlib_module_names - {"hygge_core"}
        if not name.startswith("_") and not name.endswith("__mypyc")
    }
    assert others <= budget
    assert not modules & {"asyncio", "multiprocessing", "unittest", "xml"}


def completed(line: str) -> tuple[list[str], set[str]]:
    """(what the shell is offered for the last word of ``line``, the modules that it took)."""
    spy = "import json, sys, atexit\n"
    spy += "atexit.register(lambda: sys.stderr.write(json.dumps(sorted(sys.modules))))\n"
    words = str(len(line.split()) - 1)
    done = subprocess.run(
        [sys.executable, "-c", spy + "from hygge_core.cli import main; main([])"],
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "_HYGGE_COMPLETE": "complete_bash",
            "COMP_WORDS": line,
            "COMP_CWORD": words,
        },
    )
    return done.stdout.split(), {name.partition(".")[0] for name in json.loads(done.stderr)}


def test_completing_a_command_imports_nothing_heavy():
    offered, modules = completed("hygge re")
    assert offered == ["retry", "recover"]
    assert not modules & HEAVY


def test_completing_a_name_reads_the_configuration_and_no_rows(tmp_path):
    assert main(["-q", "init", str(tmp_path)]) == 0
    offered, modules = completed(f"hygge -C {tmp_path} run -s shop")
    assert offered == ["shop", "shop.customers", "shop.orders"]
    assert completed(f"hygge -C {tmp_path} plan -x tag:")[0] == ["tag:example"]
    assert not modules & {"polars", "pyarrow", "rich", "sqlite3"}
    (tmp_path / "hygge.toml").write_text("broken")
    assert completed(f"hygge -C {tmp_path} run -s shop")[0] == []


def test_the_version_is_the_distributions():
    from importlib.metadata import version

    _, _, out = imported_by("--version")
    assert out == f"hygge {version('hygge-core')}\n"


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["runn"], "run"),
        (["run", "--limti", "3"], "--limit"),
        (["run", "-j", "0"], "-j"),
        (["run", "-j", "four"], "-j"),
        (["run", "--shard", "5/4"], "I/N"),
        (["run", "--full-drop", "--incremental"], "exclude each other"),
        (["run", "--run-id", "a b"], "letters"),
        (["preview", "-n", "0"], "-n"),
        (["recover", "--forward", "a", "--undo", "b"], "exclude each other"),
        (["journal", "prune", "--keep", "180"], "duration"),
        (["journal", "watermarks", "set", "x"], "VALUE"),
    ],
)
def test_a_command_line_that_means_nothing_is_usage(args, told, capsys):
    assert main(args) == 2
    out, err = capsys.readouterr()
    assert told in err
    assert out == ""


def test_without_a_project_the_message_names_the_directory_and_the_way_out(tmp_path, capsys):
    assert main(["plan", "-C", str(tmp_path)]) == 3
    err = capsys.readouterr().err
    assert str(tmp_path) in err
    assert "hygge init" in err
    assert "Traceback" not in err


def test_a_traceback_is_shown_only_when_asked_for_twice(tmp_path, capsys):
    assert main(["-v", "plan", "-C", str(tmp_path)]) == 3
    assert "Traceback" not in capsys.readouterr().err
    assert main(["-v", "plan", "-C", str(tmp_path), "-v"]) == 3
    assert "Traceback" in capsys.readouterr().err


def test_a_defect_is_one_message_that_asks_for_a_report(capsys, monkeypatch):
    import hygge_core.plugins

    def broken():
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(hygge_core.plugins, "load", broken)
    assert main(["plugins"]) == 1
    err = capsys.readouterr().err
    assert "ZeroDivisionError: oh" in err
    assert "-vv" in err
    assert "Traceback" not in err


def test_a_reader_that_leaves_early_is_no_error(tmp_path):
    done = subprocess.run(
        f"{sys.executable} -m hygge_core plugins --json | head -c 1",
        shell=True,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "{"
    assert done.stderr == ""


@pytest.mark.parametrize("locale", ["C", "POSIX"])
def test_a_pipe_that_knows_only_ascii_stops_nothing(locale, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "hygge_core", "plan", "-C", str(tmp_path / "blåbær")],
        capture_output=True,
        check=False,
        env={**os.environ, "LC_ALL": locale, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    )
    assert done.returncode == 3
    assert b"Traceback" not in done.stderr
