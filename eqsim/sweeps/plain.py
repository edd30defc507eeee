"""Values as JSON and back, arrays and units included: what the file of a sweep holds.

==============================  ===============================================================
value                           JSON
==============================  ===============================================================
None, a bool, a number, a text  as it is; a float that JSON lacks ``{"$float": "nan"}``
a complex number                ``{"$complex": [real, imaginary]}``
an array                        ``{"$npy": base64 of the bytes of an npy file}``
a quantity                      ``{"$quantity": value, "dim": seven exponents as texts}``
a list                          a list
a tuple, a set, a range ...     as in a saved model: see `eqsim.network.plain`
a dictionary                    ``{"$dict": [[key, value], ...]}``
==============================  ===============================================================

Nothing in a file is ever run, and no pickle is read or written.
"""

from __future__ import annotations

import base64
import io
import math
from typing import Any

import numpy as np

from eqsim.network.plain import Decoder, Encoder


def _other(value: Any) -> Any:
    if isinstance(value, complex):
        return {"$complex": [value.real, value.imag]}
    if isinstance(value, np.ndarray) and value.dtype.kind in "cUS":
        return np.asarray(value)
    if isinstance(value, np.ndarray) and value.dtype.kind == "O":
        return _encoder(value.tolist())
    if hasattr(type(value), "get_item") and hasattr(value, "dim"):  # a variable of a group: its values
        return _encoder(value.get_item(slice(None)))
    raise TypeError(
        f"a value of type {type(value).__name__} cannot be written to a file; return numbers, arrays, quantities, texts, "
        "or lists and dictionaries of these"
    )


_encoder = Encoder(_other)


def plain(value: Any) -> Any:
    """A value as JSON knows it.

    Raises
    ------
    TypeError
        For a value that the table above does not name.
    """
    return _to_json(_encoder(value))


def _to_json(tree: Any) -> Any:
    if isinstance(tree, np.ndarray):
        file = io.BytesIO()
        np.lib.format.write_array(file, np.ascontiguousarray(tree), allow_pickle=False)
        return {"$npy": base64.b64encode(file.getvalue()).decode("ascii")}
    if isinstance(tree, np.generic):
        return _to_json(tree.item())
    if isinstance(tree, float) and not math.isfinite(tree):
        return {"$float": str(tree)}
    if isinstance(tree, dict):
        return {key: _to_json(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_to_json(value) for value in tree]
    return float(tree) if isinstance(tree, float) else tree


def _from_json(tree: Any) -> Any:
    if isinstance(tree, list):
        return [_from_json(value) for value in tree]
    if not isinstance(tree, dict):
        return tree
    if "$npy" in tree:
        return np.lib.format.read_array(io.BytesIO(base64.b64decode(tree["$npy"])), allow_pickle=False)
    return float(tree["$float"]) if "$float" in tree else {key: _from_json(value) for key, value in tree.items()}


def _unknown(marker: str, content: Any) -> Any:
    if marker == "$complex":
        return complex(*content)
    raise ValueError(f"'{marker}' is nothing that eqsim writes")


_decoder = Decoder(_unknown)


def valued(tree: Any) -> Any:
    """The value of what `plain` gave."""
    return _decoder(_from_json(tree))
