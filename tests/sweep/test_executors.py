"""Executors of other packages: loky, dask, MPI.  Each runs a script of its own, as a user does, and gives the same bits."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import eqsim

SCRIPT = """
from eqsim import *

def simulate(tau, drive):
    G = NeuronGroup(3, 'dv/dt = (drive - v)/tau + 0.2*xi/tau**.5 : 1', threshold='v > 1', reset='v = 0', method='euler')
    spikes = SpikeMonitor(G)
    run(10*ms)
    return {'rate': spikes.num_spikes/(10*ms), 'v': G.v}

def picky(a):
    if a == 2:
        raise ValueError('two is too much')
    return a

def told(executor):
    BrianLogger.log_level_error()
    found = sweep(simulate, tau=[5, 10]*ms, drive=[1.5, 2.0], seed=5, executor=executor)
    print(asarray(found['rate']).tolist(), asarray(found['v']).tobytes().hex())
    found = sweep(picky, a=[1, 2, 3], executor=executor)
    print(found.values.tolist(), found.failures[0], 'in picky' in found.failures[0].traceback)
    G = NeuronGroup(2, 'dv/dt = -v/tau + xi/tau**.5 : 1', method='euler', name='G')
    found = sweep(Network(G), {'tau': [5, 10]*ms, 'G.v': [1, 2]}, duration=2*ms, results='G.v', seed=5, executor=executor)
    print(found.values.tobytes().hex())

if __name__ == '__main__':
"""

WAYS = {
    "serial": "told('serial')",
    "loky": """
        from loky import get_reusable_executor
        told(get_reusable_executor(2))
        """,
    "distributed": """
        from distributed import Client
        with Client(n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None) as client:
            told(client)
        """,
    "mpi4py": """
        from mpi4py.futures import MPICommExecutor
        with MPICommExecutor() as executor:
            if executor is not None:
                told(executor)
        """,
}


def spoken(way: str, folder: Path, before: tuple[str, ...] = (), module: tuple[str, ...] = ()) -> str:
    """What the script says with one of the ways."""
    path = folder / "script.py"
    path.write_text(SCRIPT + textwrap.indent(textwrap.dedent(WAYS[way]).strip(), "    ") + "\n")
    environment = {**os.environ, "PYTHONPATH": str(Path(eqsim.__file__).parents[1]), "PYTHONWARNINGS": "ignore"}
    environment |= {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    command = [*before, sys.executable, *module, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the script says without any executor."""
    said = spoken("serial", tmp_path_factory.mktemp("serial"))
    assert "[1.0, nan, 3.0] a=2: ValueError: two is too much True" in said
    return said


@pytest.mark.parametrize("package", ["loky", "distributed"])
def test_an_executor_gives_the_same_bits(package: str, expected: str, tmp_path: Path) -> None:
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed")
    assert spoken(package, tmp_path) == expected


def test_mpi_gives_the_same_bits(expected: str, tmp_path: Path) -> None:
    mpiexec = shutil.which("mpiexec", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if importlib.util.find_spec("mpi4py") is None or mpiexec is None:
        pytest.skip("mpi4py, or mpiexec, is not installed")
    assert spoken("mpi4py", tmp_path, (mpiexec, "--oversubscribe", "-n", "2"), ("-m", "mpi4py.futures")) == expected
