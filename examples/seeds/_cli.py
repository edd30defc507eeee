"""The command line of the examples, see ``examples/_cli.py``."""

import importlib.util
from pathlib import Path

_spec = importlib.util.spec_from_file_location("examples_cli", Path(__file__).parents[1] / "_cli.py")
assert _spec is not None and _spec.loader is not None
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
options, finish = _module.options, _module.finish
