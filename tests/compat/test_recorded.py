"""The small models give the numbers that Brian2 2.9 gave (see `record.py`)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from models import MODELS

import eqsim

RECORDED: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("recorded.json").read_text())

# The same formulas in the same order: differences are rounding errors of other libraries' exp and sin (a few ulp), carried
# through at most 300 steps.
CLOSE = 1e-11


@pytest.mark.parametrize("name", sorted(MODELS))
def test_model_gives_the_recorded_numbers(name: str) -> None:
    """Shapes, order and values of everything that the model returns."""
    eqsim.defaultclock.dt = 0.1 * eqsim.ms
    found, wanted = MODELS[name](eqsim), RECORDED[name]
    assert sorted(found) == sorted(wanted)
    for key, value in wanted.items():
        if isinstance(value, str):
            assert found[key] == value, key
        else:
            np.testing.assert_allclose(np.asarray(found[key], float), np.asarray(value, float), CLOSE, CLOSE, err_msg=key)
