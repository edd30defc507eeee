"""All points of a network in one compiled run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eqsim.errors import EqsimError
from eqsim.network.devices import get_device
from eqsim.network.network import Network
from eqsim.objects.operations import NetworkOperation
from eqsim.sweeps.networks import NetworkTask
from eqsim.sweeps.tasks import Outcome, Run, attempt


def check(net: Network) -> None:
    """Can the points of a network run together?

    Raises
    ------
    EqsimError
        If it has an operation in Python, or if runs become a project.
    """
    operation = next((o for o in net.objects if isinstance(o, NetworkOperation) and o.active), None)
    if operation is not None:
        raise EqsimError(
            f"a batch cannot run the network operation '{operation.name}': it is a function in Python, for one network; "
            "use run_regularly, or sweep(..., batch=False)"
        )
    if get_device().name != "runtime":
        raise EqsimError(
            f"a batch runs in this process, not on device '{get_device().name}': set_device('runtime') before it"
        )


def run_together(task: NetworkTask, runs: Sequence[Run]) -> Iterator[Outcome]:
    """Run the points of a network together; gives their outcomes."""
    check(task.net)
    for run in runs:
        yield attempt(task, run.point, run.seed, run.repetitions)
