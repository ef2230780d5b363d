"""hygge in a real terminal: a pseudo-terminal, real processes, real signals."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hygge_core.cli import main

_SLOW = '''
"""A home that yields one row at a time, and takes its time."""
import time
from contextlib import nullcontext
from attrs import frozen
from hygge_core.hookspecs import Kind, hookimpl


@frozen(kw_only=True)
class SlowConfig:
    rows: int = 3
    seconds: float = 0.1


class Slow:
    def __init__(self, config, scene):
        self.config, self.scene = config, scene

    def schema(self, ask):
        import polars as pl
        return pl.Schema({"n": pl.Int64})

    def estimated_rows(self, ask):
        return self.config.rows

    def read(self, ask):
        import polars as pl
        for n in range(self.config.rows):
            time.sleep(self.config.seconds)
            self.scene.cancel.check()
            yield pl.DataFrame({"n": [n]})


@hookimpl
def hygge_homes():
    return [Kind(name="slow", config=SlowConfig, open=lambda c, s: nullcontext(Slow(c, s)))]
'''

#: Makes the terminal its own first, so that Ctrl-C reaches it.
_IN_ITS_TERMINAL = """
import fcntl, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from hygge_core.cli import main
raise SystemExit(main())
"""

_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Two slow entities; the plugin is found on PYTHONPATH as any installed one would be."""
    site = tmp_path / "site"
    metadata = site / "slow_home-1.0.dist-info"
    metadata.mkdir(parents=True)
    (site / "slow_home.py").write_text(_SLOW)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: slow-home\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[hygge]\nslow = slow_home\n")
    (tmp_path / "hygge.toml").write_text(
        """
        [project]
        name = "slowly"
        [defaults]
        store = { type = "parquet", path = "lake/{entity}" }
        [flows.slowly]
        home = { type = "slow" }
        [flows.slowly.entities.first]
        [flows.slowly.entities.second]
        """
    )
    return tmp_path


class Terminal:
    """One hygge in a pseudo-terminal of a given size."""

    def __init__(self, project: Path, *args: str, columns: int = 100, **environ: str) -> None:
        plain = {k: v for k, v in os.environ.items() if k not in ("CI", "NO_COLOR", "COLUMNS")}
        self._ours, theirs = pty.openpty()
        self.resize(columns)
        self.process = subprocess.Popen(
            [sys.executable, "-c", _IN_ITS_TERMINAL, "-C", str(project), *args],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            env={**plain, "TERM": "xterm-256color", "PYTHONPATH": str(project / "site"), **environ},
        )
        os.close(theirs)
        self.text = ""

    def resize(self, columns: int, lines: int = 24) -> None:
        size = struct.pack("HHHH", lines, columns, 0, 0)
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, size)

    def until(self, wanted: str, seconds: float = 20) -> None:
        """Read until ``wanted`` was written, or the process is over."""
        deadline = time.monotonic() + seconds
        while wanted not in self.text and time.monotonic() < deadline:
            if not self._take():
                break
        assert wanted in self.text

    def type(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def end(self) -> int:
        """Everything up to the end; the exit code."""
        while self._take():
            pass
        os.close(self._ours)
        return self.process.wait(20)

    def _take(self) -> bool:
        ready, _, _ = select.select([self._ours], [], [], 20)
        try:
            taken = os.read(self._ours, 65536) if ready else b""
        except OSError:  # Linux says so when the other side is closed
            return False
        self.text += taken.decode()
        return bool(taken)

    @property
    def lines(self) -> list[str]:
        return [line for line in re.split(r"[\r\n]+", _ESCAPE.sub("", self.text)) if line]


@pytest.fixture
def open_terminal(project: Path) -> Iterator[Callable[..., Terminal]]:
    """Opens terminals; whatever still runs in them at the end of the test is killed."""
    opened = []

    def open_one(*args: str, **how: Any) -> Terminal:
        opened.append(Terminal(project, *args, **how))
        return opened[-1]

    yield open_one
    for terminal in opened:
        terminal.process.kill()
        terminal.process.wait()


def published(project: Path) -> list[Path]:
    return sorted((project / "lake").rglob("*.parquet"))


def test_a_terminal_sees_progress_and_the_last_lines(project, open_terminal):
    terminal = open_terminal("run")
    assert terminal.end() == 0
    assert "\x1b[?25l" in terminal.text
    assert terminal.text.rindex("\x1b[?25h") > terminal.text.rindex("\x1b[?25l")
    assert any(
        re.match(r"slowly\.first +[━╺╸]+ +[123] rows? .*read", line) for line in terminal.lines
    )
    assert "moved 6 rows in 2 entities" in terminal.text
    assert len(published(project)) == 2


def test_a_narrow_window_is_never_overfull_and_may_change_its_size(project, open_terminal):
    terminal = open_terminal("run", "--set", "flows.slowly.home.rows=12", columns=60)
    terminal.until("slowly.first")
    start = len(terminal.lines)
    terminal.resize(24)
    time.sleep(0.5)
    terminal.until("finished")
    terminal.resize(80)
    assert terminal.end() == 0
    drawn = [line for line in terminal.lines[start:] if line.startswith("slowly.first ")]
    assert min(map(len, drawn)) <= 24


@pytest.mark.parametrize(
    ("environ", "escapes"),
    [
        ({"NO_COLOR": "1"}, r"\x1b\[(\d+;)*(3|4|9|10)\d[;m]"),
        ({"TERM": "dumb"}, r"\x1b"),
        ({"CI": "1"}, r"\x1b"),
    ],
)
def test_a_terminal_gets_no_more_than_it_wants(project, open_terminal, environ, escapes):
    terminal = open_terminal("run", **environ)
    assert terminal.end() == 0
    assert not re.search(escapes, terminal.text)
    assert "moved 6 rows" in terminal.text


def test_ctrl_c_once_ends_in_good_order(project, open_terminal):
    terminal = open_terminal("run", "-j", "1", "--set", "flows.slowly.home.rows=1000")
    terminal.until("read")
    terminal.type("\x03")
    assert terminal.end() == 130
    assert "stopping" in terminal.text
    assert "nothing of it was published" in terminal.text
    assert "not started: slowly.second" in terminal.text
    assert published(project) == []
    assert list((project / "lake").rglob("stage/*/*")) == []


def test_ctrl_c_twice_leaves_at_once_and_the_next_run_repairs_it(project, open_terminal):
    terminal = open_terminal(
        "run", "--set", "flows.slowly.home.rows=9", "--set", "flows.slowly.home.seconds=30"
    )
    terminal.until("slowly.first ")
    terminal.type("\x03")
    terminal.until("stopping")
    terminal.type("\x03")
    began = time.monotonic()
    assert terminal.end() == 130
    assert time.monotonic() - began < 15
    assert "left at once" in terminal.text
    assert terminal.text.rstrip().endswith("open")
    again = open_terminal("run")
    assert again.end() == 0
    assert len(published(project)) == 2


def test_sigterm_ends_in_good_order_without_a_terminal_too(project):
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "hygge_core",
            "-C",
            str(project),
            "run",
            "--set",
            "flows.slowly.home.rows=1000",
        ],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(project / "site")},
    )
    for line in process.stderr:
        if "full_drop" in line:
            break
    process.send_signal(signal.SIGTERM)
    rest = process.communicate(timeout=20)[1]
    assert process.returncode == 143
    assert "stopping" in rest
    assert published(project) == []


def test_help_fits_a_terminal_and_says_the_commands_in_the_order_of_use(capsys):
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    order = ["init", "run", "plan", "check", "preview", "retry", "recover"]
    assert sorted(order, key=lambda word: out.index(f"\n  {word} ")) == order
