"""The README keeps its word: its example runs, its commands and links point at something."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def test_example_runs(tmp_path: Path) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(example.strip().splitlines()) <= 14
    script = tmp_path / "example.py"
    script.write_text(f"import matplotlib\nmatplotlib.use('agg')\n{example}\nassert M.num_spikes > 1000\n")
    command = [sys.executable, "-W", "error", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)})
    assert done.returncode == 0, done.stderr


def test_two_commands_stand_on_one_line_each() -> None:
    commands = [line.strip() for line in README.splitlines() if line.strip().startswith("python3 -m venv")]
    assert len(commands) == 2
    main, tests = (shlex.split(command) for command in commands)
    assert (ROOT / next(word for word in main if word.endswith(".py"))).is_file()
    assert tests[tests.index("-m", 5) + 1] == "pytest"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
    local = [link for link in links if not link.startswith("http")]
    assert [link for link in local if not (page.parent / link).exists()] == []


def test_error_message_of_the_readme_is_what_users_see() -> None:
    from eqsim import only

    with pytest.raises(only.DimensionMismatchError) as error:
        only.NeuronGroup(
            1, "dv/dt = (I - v)/tau : volt\nI : amp", namespace={"tau": 0.01 * vars(only)["second"]}, name="cells"
        )
    shown = f"DimensionMismatchError: {error.value}"
    assert "\n".join("  " + line for line in shown.splitlines()) in README
