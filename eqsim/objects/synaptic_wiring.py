"""Which neurons are connected: synapses are made, removed, and seen as a matrix.

In: what the user says about pairs.  Out: rows of the table of synapses, and room for their variables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from eqsim.errors import EqsimError, did_you_mean
from eqsim.ir.aligned import aligned, zeros
from eqsim.objects.connect import OPTIONS, Connection
from eqsim.objects.connect_matrix import to_matrix
from eqsim.objects.synaptic_access import SynapticAccess
from eqsim.objects.synaptic_index import SynapticIndexing, numbers_of_pairs
from eqsim.objects.table import SynapseTable

if TYPE_CHECKING:
    import weakref

    from eqsim.objects.pathway import SynapticPathway


class SynapticWiring(SynapticAccess):
    """Base of `Synapses`: what makes and removes them."""

    pathways: dict[str, SynapticPathway]
    followers: weakref.WeakSet[Any]
    multisynaptic_index: str | None
    connected: bool

    def connect(
        self,
        condition: Any = None,
        i: Any = None,
        j: Any = None,
        p: Any = 1.0,
        n: Any = 1,
        skip_if_invalid: bool = False,
        namespace: Mapping[str, Any] | None = None,
        level: int = 0,
        **options: Any,
    ) -> SynapticIndexing:
        """Make synapses; with no arguments, between all pairs.  Several calls add up.

        Parameters
        ----------
        condition : str, bool or topology, optional
            Which pairs: over i, j, variables with _pre and _post, and names of the script; or one of `eqsim.topology`.
        i, j : array of int, int, or str, optional
            Arrays of sources and targets; or an expression for one end in terms of the other, such as ``j='i+1'``,
            ``j='k for k in range(i-2, i+3) if k != i'`` or ``j='k for k in sample(N_post, size=10)'``.
        p : float or str
            Probability with which each pair is taken.
        n : int or str
            Number of synapses for each pair.
        skip_if_invalid : bool
            Leave out targets that do not exist, instead of an error.
        namespace : dict, optional
            Values for names in the strings.
        level : int
            How many frames further out to look for names.
        matrix : (n_source, n_target) array or sparse matrix of scipy, optional
            A synapse for each entry that is neither 0 nor NaN.
        weight : str, optional
            The variable that gets the entries of the matrix; ``'w_'`` takes numbers in SI units.
        fixed_indegree, fixed_outdegree : int, (N,) array of int, or str, optional
            How many sources each target gets (targets each source gets), drawn at random.
        fixed_total : int, optional
            How many synapses there are in all.
        multapses : bool
            With fixed numbers: may a pair be drawn several times?  Default False.
        autapses : bool
            May a neuron be connected to itself?  Default True.
        pre_ratio, post_ratio : float
            Fraction of the sources (targets) that take part at all, drawn at random.  Default 1.

        Returns
        -------
        new : SynapticIndexing
            The synapses that were made, an index for ``S.w[new]`` and for monitors.

        Raises
        ------
        IndexError
            If a source or target does not exist.
        TypeError, ValueError
            If the arguments do not fit together.
        """
        unknown = sorted(set(options) - set(OPTIONS))
        if unknown:
            hint = did_you_mean(unknown[0], {*OPTIONS, "condition", "skip_if_invalid", "namespace"})
            raise TypeError(f"connect() has no argument '{unknown[0]}'{'; ' + hint if hint else ''}")
        context = self.host_context(level)
        if namespace is not None:
            context = replace(context, outer=namespace)
        self._fit_table()
        first = len(self)
        self.hold_spikes()
        Connection(self, context, skip_if_invalid).make(condition, i, j, p, n, OPTIONS | options)
        self.connected = True
        self.resize()
        return SynapticIndexing(self, slice(first, len(self)))

    def to_matrix(self, name: str | None = None, sparse: bool = False, absent: float = 0, several: str = "sum") -> Any:
        """A variable of the synapses as a matrix.

        Parameters
        ----------
        name : str, optional
            Which variable, e.g. ``'w'``, ``'delay'``; ``'w_'`` without unit.  None: the numbers of synapses.
        sparse : bool
            As a `scipy.sparse.csr_array`, which has no unit: values are SI.
        absent : float
            What stands where there is no synapse, e.g. NaN; not in sparse matrices.
        several : {'sum', 'min', 'max'}
            What to do with several synapses of the same pair.

        Returns
        -------
        matrix : (n_source, n_target) Quantity, array or csr_array
        """
        return to_matrix(self, name, sparse, absent, several)

    def remove(self, which: Any) -> int:
        """Remove synapses; those that stay keep their order and their values, and are numbered anew.

        Spikes that are on their way along a removed synapse do not arrive.

        Parameters
        ----------
        which : str, (n_syn,) array of bool, array of int, slice, pair, or index object
            A condition over the variables of the synapses, such as ``'w < 0.01'``; or what ``S.w[...]`` takes.

        Returns
        -------
        removed : int
            How many there were.
        """
        keep = np.ones(len(self), bool)
        keep[self.elements(which)] = False
        removed = len(self) - int(np.count_nonzero(keep))
        if removed:
            self.hold_spikes()
            self.table.remove(keep)
            for name, variable in self.variables.items():
                if variable.stored and not variable.shared:
                    self.memory[name] = aligned(self.memory[name][keep])
            for path in self.pathways.values():
                path.remove(keep)
            for monitor in self.followers:
                monitor.follow(keep)
            self.resize()
        return removed

    def _fit_table(self) -> None:
        """Synapses at an end may have become more since this object was made."""
        sizes = len(self.source), len(self.target)
        if sizes == (self.table.n_source, self.table.n_target):
            return
        if len(self.table):
            raise EqsimError(f"{self.describe()} connects synapses that have become more since: connect those first")
        self.table = SynapseTable(*sizes)

    def hold_spikes(self) -> None:
        """Before synapses change: spikes on their way go on as they were."""
        for path in self.pathways.values():
            path.hold_spikes()

    def resize(self) -> None:
        """Make room in all variables for synapses that were added."""
        for name, variable in self.variables.items():
            if variable.stored and not variable.shared:
                old = self.memory[name]
                if len(old) != len(self):
                    new = zeros(len(self), old.dtype)
                    new[: len(old)] = old
                    self.memory[name] = new
        if self.multisynaptic_index is not None:
            self.memory[self.multisynaptic_index][:] = numbers_of_pairs(self.table)
        for path in self.pathways.values():
            path.resize()
