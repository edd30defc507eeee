"""The models, once for all simulators: ``simulator`` is the package that the command line chose (see `sample.py`)."""
