"""The part of the packaging that is not data: all folders of eqsim, and `templates/` as ``eqsim.templates``.

In a clone and in an editable install the templates stay beside the package; `eqsim.codegen.templates` looks in both.
"""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["eqsim", "eqsim.*"]), "eqsim.templates"],
    package_dir={"eqsim": "eqsim", "eqsim.templates": "templates"},
)
