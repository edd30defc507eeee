"""The part of the packaging that is not data: all folders of eqsim, and `templates/` as ``eqsim.templates``.

In a clone and in an editable install the templates stay beside the package; `eqsim.codegen.templates` looks in both.
Where there is a C++ compiler, installing also compiles what all networks share, into the cache of the user (6 s).
"""

import subprocess
import sys
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py


class Prepared(build_py):
    """Without a compiler, networks start on numpy: no reason to stop."""

    def run(self) -> None:
        super().run()
        subprocess.run([sys.executable, "-m", "eqsim", "prepare"], cwd=Path(__file__).parent, check=False)


setup(
    cmdclass={"build_py": Prepared},
    packages=[*find_packages(include=["eqsim", "eqsim.*"]), "eqsim.templates"],
    package_dir={"eqsim": "eqsim", "eqsim.templates": "templates"},
)
