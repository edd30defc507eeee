"""A folder of results that are costly to make again: compiled modules and small texts, found by a hash of their cause.

In: a key, or the bytes that decide a result.  Out: the path of a file, or a text.  No locks: a file appears whole, by being
renamed to its place; who comes second replaces it by the same content.  Files may vanish at any time.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

MEGABYTE = 2**20
SWEEP_S = 3600.0  # seconds between two looks at the size of the whole folder


def default_folder() -> Path:
    """``EQSIM_CACHE_DIR``, or where this platform keeps caches."""
    chosen = os.environ.get("EQSIM_CACHE_DIR")
    if chosen:
        return Path(chosen)
    home = Path.home()
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "eqsim"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", home / "AppData" / "Local")) / "eqsim" / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME", home / ".cache")) / "eqsim"


def key_of(parts: Iterable[str]) -> str:
    """A hash of a sequence of texts (of the sequence, not of their concatenation)."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode()
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.hexdigest()[:40]


@functools.cache
def machine() -> str:
    """What ``-march=native`` depends on: the processor's name and abilities."""
    import platform

    wanted = ("model name", "flags", "Features", "cpu model")
    with contextlib.suppress(OSError), open("/proc/cpuinfo", encoding="utf-8", errors="replace") as f:
        head = f.read(16384).splitlines()
        return "\n".join(dict.fromkeys(line for line in head if line.startswith(wanted)))
    return f"{platform.machine()} {platform.processor()}"


class Cache:
    """A bounded folder of files by key.

    Parameters
    ----------
    folder : Path or None
        Where; `default_folder` if None.
    limit : int
        Size in bytes above which the files that were not used for longest are removed.
    """

    def __init__(self, folder: Path | None = None, limit: int = 1000 * MEGABYTE) -> None:
        self.folder = default_folder() if folder is None else folder
        self.limit = limit

    def path(self, key: str, suffix: str) -> Path:
        """Where the file of a key is or would be."""
        return self.folder / key[:2] / f"{key}{suffix}"

    def find(self, key: str, suffix: str) -> Path | None:
        """The file of a key, marked as used now; None if there is none or it is not whole."""
        path = self.path(key, suffix)
        try:
            if path.stat().st_size != int(_size_note(path).read_text()):
                return None
            os.utime(path)
        except (OSError, ValueError):
            return None
        return path

    def put(self, key: str, suffix: str, made: Path) -> Path:
        """Move a finished file, made in a folder from `workshop`, to the place of its key."""
        path = self.path(key, suffix)
        path.parent.mkdir(parents=True, exist_ok=True)
        note = made.with_name(f"{made.name}.size")
        note.write_text(str(made.stat().st_size))
        os.replace(made, path)
        os.replace(note, _size_note(path))
        self._sweep_now_and_then()
        return path

    def workshop(self) -> Path:
        """A new empty folder on the same file system; whoever asks for it removes it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix="tmp-", dir=self.folder))

    def text(self, key: str) -> str | None:
        """The text stored under a key; None if there is none or it cannot be read."""
        path = self.path(key, ".txt")
        try:
            os.utime(path)
            head, _, text = path.read_text(encoding="utf-8").partition("\n")
            return text if head == key_of([text]) else None
        except (OSError, UnicodeDecodeError):
            return None

    def store_text(self, key: str, text: str) -> None:
        """Store a text under a key; a folder that cannot be written is no error."""
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix="tmp-", dir=self.folder)
            with os.fdopen(handle, "w", encoding="utf-8") as f:
                f.write(f"{key_of([text])}\n{text}")
            path = self.path(key, ".txt")
            path.parent.mkdir(exist_ok=True)
            os.replace(name, path)

    def drop(self, key: str, suffix: str) -> None:
        """Forget the file of a key, e.g. because it turned out to be damaged."""
        _remove(self.path(key, suffix))

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(p.stat().st_size for p in self.folder.rglob("*") if p.is_file()) if self.folder.is_dir() else 0

    def clear(self) -> None:
        """Remove everything."""
        for path in [*self.folder.glob("??"), *self.folder.glob("tmp-*"), self.folder / "swept"]:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)

    def _sweep_now_and_then(self) -> None:
        stamp = self.folder / "swept"
        with contextlib.suppress(OSError):
            if time.time() - stamp.stat().st_mtime < SWEEP_S:
                return
        with contextlib.suppress(OSError):
            stamp.touch()
            self.sweep()

    def sweep(self) -> None:
        """Remove what was not used for longest until the folder is within its limit, and what was left half done."""
        files, total = [], 0
        for path in self.folder.rglob("*"):
            with contextlib.suppress(OSError):
                info = path.stat()
                if path.name.startswith("tmp-") and path.parent == self.folder:
                    if time.time() - info.st_mtime > SWEEP_S:
                        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink()
                elif path.suffix in (".so", ".txt"):
                    files.append((info.st_mtime, info.st_size, path))
                    total += info.st_size
        for _, size, path in sorted(files):
            if total <= self.limit:
                return
            _remove(path)
            total -= size


def _size_note(path: Path) -> Path:
    """The file beside it that holds its size: what a crash cut short is not used."""
    return path.with_name(f"{path.name}.size")


def _remove(path: Path) -> None:
    for p in (path, _size_note(path)):
        with contextlib.suppress(OSError):
            p.unlink()
