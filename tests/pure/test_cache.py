"""The cache: what is there is whole, what is not there is made again, and many processes may use it at once."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from eqsim.codegen.cache import Cache, default_folder, key_of, machine


def stored(cache: Cache, key: str, content: bytes = b"library") -> Path:
    made = cache.workshop() / "library.so"
    made.write_bytes(content)
    return cache.put(key, ".so", made)


def test_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EQSIM_CACHE_DIR", str(tmp_path / "here"))
    assert default_folder() == tmp_path / "here"
    assert Cache().folder == tmp_path / "here"
    monkeypatch.delenv("EQSIM_CACHE_DIR")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert default_folder() == tmp_path / "xdg" / "eqsim"


def test_nothing_is_made_before_something_is_stored(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "new")
    assert cache.find("ab12", ".so") is None
    assert cache.text("ab12") is None
    assert not (tmp_path / "new").exists()


def test_key_tells_sequences_apart() -> None:
    assert key_of(["ab", "c"]) != key_of(["a", "bc"]) != key_of(["abc"])
    assert key_of(["ab", "c"]) == key_of(iter(["ab", "c"]))


def test_key_holds_the_processor() -> None:
    """-march=native makes code that another processor may not understand."""
    assert machine() == machine()
    assert len(machine()) > 3


def test_file_comes_back(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    assert cache.find("ab12", ".so") is None
    path = stored(cache, "ab12")
    assert cache.find("ab12", ".so") == path
    assert path.read_bytes() == b"library"


def test_file_cut_short_is_not_used(tmp_path: Path) -> None:
    """A crash of the machine may leave an empty file where a whole one was promised."""
    cache = Cache(tmp_path)
    path = stored(cache, "ab12")
    path.write_bytes(b"lib")
    assert cache.find("ab12", ".so") is None
    stored(cache, "ab12")
    assert cache.find("ab12", ".so") == path


def test_text_comes_back_or_not_at_all(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    text = "two lines\nof µ text"
    cache.store_text("ab12", text)
    assert cache.text("ab12") == text
    path = cache.path("ab12", ".txt")
    path.write_bytes(path.read_bytes()[:-3])
    assert cache.text("ab12") is None
    path.write_bytes(b"\xff\xfe")
    assert cache.text("ab12") is None


def test_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    Cache(tmp_path / "file" / "below").store_text("ab12", "text")


def test_least_recently_used_goes_first(tmp_path: Path) -> None:
    cache = Cache(tmp_path, limit=250)
    for age, key in enumerate(("aa1", "bb2", "cc3")):
        path = stored(cache, key, b"x" * 100)
        os.utime(path, (1000.0 + age, 1000.0 + age))
    assert cache.find("aa1", ".so")  # used now: the second one is the oldest from here on
    cache.sweep()
    assert [key for key in ("aa1", "bb2", "cc3") if cache.find(key, ".so")] == ["aa1", "cc3"]


def test_sweep_is_rare(tmp_path: Path) -> None:
    """The folder is looked through when something is stored, at most once in an hour."""
    cache = Cache(tmp_path, limit=50)
    stored(cache, "aa1", b"x" * 100)
    stored(cache, "bb2", b"x" * 100)
    assert cache.find("bb2", ".so")
    os.utime(tmp_path / "swept", (1000.0, 1000.0))
    stored(cache, "cc3", b"x" * 100)
    assert not cache.find("bb2", ".so")


def test_sweep_removes_what_was_left_half_done(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    old, new = cache.workshop(), cache.workshop()
    (old / "network.cpp").write_text("half")
    os.utime(old, (time.time() - 7200, time.time() - 7200))
    cache.sweep()
    assert not old.exists() and new.exists()


def test_files_may_vanish_while_sweeping(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(tmp_path, limit=0)
    paths = [stored(cache, key) for key in ("aa1", "bb2")]
    original = Path.unlink

    def vanish(self: Path, missing_ok: bool = False) -> None:
        original(self, missing_ok=True)
        raise FileNotFoundError(self)

    monkeypatch.setattr(Path, "unlink", vanish)
    cache.sweep()
    assert not any(p.exists() for p in paths)


RACE = """
import sys
from pathlib import Path
from eqsim.codegen.cache import Cache
cache = Cache(Path(sys.argv[1]))
for turn in range(60):
    for key in ("aa1", "bb2"):
        made = cache.workshop() / "library.so"
        made.write_bytes(key.encode() * 5000)
        cache.put(key, ".so", made)
        made.parent.rmdir()
        found = cache.find(key, ".so")
        assert found is None or found.read_bytes() == key.encode() * 5000
        cache.store_text(key, key * 100)
        assert cache.text(key) == key * 100
"""


def test_processes_store_the_same_thing_at_once(tmp_path: Path) -> None:
    jobs = [subprocess.Popen([sys.executable, "-c", RACE, str(tmp_path)]) for _ in range(3)]
    assert [job.wait() for job in jobs] == [0, 0, 0]
    cache = Cache(tmp_path)
    found = cache.find("aa1", ".so")
    assert found is not None and found.read_bytes() == b"aa1" * 5000
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith("tmp-")] == []
