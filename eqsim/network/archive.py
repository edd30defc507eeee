"""Files of eqsim: a zip of JSON and npy, which any program can read.

In: trees of dictionaries, lists, arrays, numbers, texts and None.  Out: a file, and the trees again, bit for bit.

::

    format.json                    {"format": "eqsim", "version": 1, "written by": {"eqsim": "0.1.0", ...}}
    <folder>/tree.json             one tree; an array is {"$array": 3}, a float that JSON lacks {"$float": "inf"}
    <folder>/3.npy                 array 3 of that tree

Nothing in a file is ever run, and no pickle is read or written.
"""

from __future__ import annotations

import io
import json
import math
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import numpy as np

if TYPE_CHECKING:
    from zipfile import ZipFile

FORMAT, VERSION, TREE = "format.json", 1, "tree.json"

Folder = tuple[str, ...]


def write(path: str | Path, trees: Mapping[Folder, Any], keep: bool = False) -> None:
    """Write trees by folder.

    Parameters
    ----------
    path : str or Path
        Replaced in one go when all is written; a process that is killed leaves the old file.
    trees : mapping of folder to tree
        A folder is a tuple of any texts.
    keep : bool
        Keep the other folders of a file that is there already.

    Raises
    ------
    ValueError
        If ``keep``, and the file there is none of eqsim.
    """
    import zipfile  # slow to import, and few scripts write files

    path = Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
            new.writestr(FORMAT, json.dumps(_about()))
            if keep and path.exists():
                _copy(path, new, trees)
            for folder, tree in trees.items():
                _write_tree(new, _place(folder), tree)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def read(path: str | Path, folder: Folder) -> Any:
    """The tree of one folder.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is no file of eqsim, or one of a later format.
    KeyError
        If it has no such folder.
    """
    with _opened(path) as file:
        place = _place(folder)
        if f"{place}/{TREE}" not in file.namelist():
            raise KeyError("/".join(folder))
        return _from_json(json.loads(file.read(f"{place}/{TREE}")), lambda n: _array(file.read(f"{place}/{n}.npy")))


def is_ours(path: Any) -> bool:
    """Was a file written by eqsim?"""
    try:
        with _opened(path):
            return True
    except (ValueError, OSError, TypeError):
        return False


def folders(path: str | Path) -> list[Folder]:
    """The folders of a file; ValueError if it is none of eqsim."""
    with _opened(path) as file:
        return [_name(n.removesuffix("/" + TREE)) for n in file.namelist() if n.endswith("/" + TREE)]


def _about() -> dict[str, Any]:
    import platform

    import eqsim

    versions = {"eqsim": eqsim.__version__, "numpy": np.__version__, "python": platform.python_version()}
    return {"format": "eqsim", "version": VERSION, "written by": versions}


def _opened(path: str | Path) -> ZipFile:
    import zipfile

    try:
        file = zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        raise ValueError(f"{path} was not written by eqsim: it is no zip file") from None
    about = json.loads(file.read(FORMAT)) if FORMAT in file.namelist() else {}
    if about.get("format") != "eqsim":
        file.close()
        raise ValueError(f"{path} was not written by eqsim: it has no {FORMAT}")
    if about["version"] > VERSION:
        file.close()
        raise ValueError(
            f"{path} was written by eqsim {about['written by']['eqsim']}, whose format this version does not know"
        )
    return file


def _place(folder: Folder) -> str:
    return "/".join(quote(part, safe="") for part in folder)


def _name(place: str) -> Folder:
    return tuple(unquote(part) for part in place.split("/"))


def _copy(path: Path, new: ZipFile, without: Iterable[Folder]) -> None:
    gone = {_place(folder) for folder in without}
    with _opened(path) as old:
        for entry in old.namelist():
            if entry != FORMAT and entry.rpartition("/")[0] not in gone:
                new.writestr(entry, old.read(entry))


def _write_tree(file: ZipFile, place: str, tree: Any) -> None:
    arrays: list[np.ndarray] = []
    text = json.dumps(_to_json(tree, arrays), allow_nan=False)
    for number, array in enumerate(arrays):
        with file.open(f"{place}/{number}.npy", "w", force_zip64=True) as entry:
            np.lib.format.write_array(entry, array, allow_pickle=False)
    file.writestr(f"{place}/{TREE}", text)


def _to_json(tree: Any, arrays: list[np.ndarray]) -> Any:
    if isinstance(tree, np.ndarray):
        arrays.append(np.asarray(tree))
        return {"$array": len(arrays) - 1}
    if isinstance(tree, np.generic):
        return _to_json(tree.item(), arrays)
    if isinstance(tree, float) and not math.isfinite(tree):
        return {"$float": str(tree)}
    if isinstance(tree, Mapping):
        return {str(key): _to_json(value, arrays) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [_to_json(value, arrays) for value in tree]
    return float(tree) if isinstance(tree, float) else tree


def _from_json(tree: Any, array: Any) -> Any:
    if isinstance(tree, list):
        return [_from_json(value, array) for value in tree]
    if not isinstance(tree, dict):
        return tree
    if "$array" in tree:
        return array(tree["$array"])
    return float(tree["$float"]) if "$float" in tree else {key: _from_json(value, array) for key, value in tree.items()}


def _array(data: bytes) -> np.ndarray:
    found: np.ndarray = np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)
    return found
