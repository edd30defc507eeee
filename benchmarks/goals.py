"""What is measured and what it should be, as a table: one row, one line that `run.py` prints."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Probe:
    """One way to take samples.

    Parameters
    ----------
    side : {'eqsim', 'project', 'floor', 'standalone', 'brian2', 'brainpy', 'braincell'}
        Who is measured: this package, its C++ projects, the program in `floor/`, Brian2's C++ standalone, Brian2 in Python,
        BrainPy, BrainCell.
    target : str
        The target in force; of BrainPy and BrainCell their precision, single or double.
    act : str
        What to do: a name in the table of `sample.py`.
    model : str
        A file in `models/`; for BrainPy and BrainCell, one in `peers/`.
    seconds : float
        Simulated time of a run.
    repeats : int
        Runs in one process.
    unit : float
        What one sample is divided by: simulated seconds, steps, 1.
    cache : {'warm', 'cold', 'empty', 'edited'}
        Compiled code is kept from sample to sample (scripts run for the second time); or there is only what an installation
        compiles; or nothing; or the script has run before, and then an expression is edited.
    """

    side: str
    target: str
    act: str
    model: str
    seconds: float = 0.0
    repeats: int = 1
    unit: float = 1.0
    cache: str = "warm"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the result.

    ``limit`` bounds the quotient of ours and ``other``'s from above, or, if ``faster``, the quotient of ``other``'s and
    ours from below; without ``other``, it bounds ours from above.  ``value`` is the part of a sample that counts; parts
    with ``+`` between them are added.
    """

    name: str
    what: str
    ours: Probe
    limit: float
    other: Probe | None = None
    faster: bool = False
    value: str = "seconds"
    scale: str = "s"


@dataclass(frozen=True, slots=True)
class Speed:
    """A model's probes for all sides."""

    model: str
    seconds: float
    repeats: int = 3
    unit: float = field(default=0.0)

    def __call__(self, side: str, target: str = "cython") -> Probe:
        """The probe of one side; samples are seconds for a simulated second if ``unit`` is 0."""
        return Probe(side, target, "speed", self.model, self.seconds, self.repeats, self.unit or self.seconds)


CUBA, COBA, COBAHH = Speed("cuba", 1.0), Speed("coba", 1.0), Speed("cobahh", 0.5)
PLASTIC = Speed("plastic", 1.0)
DENSE, DELAYS, WIDE = Speed("dense", 0.3), Speed("delays", 0.3), Speed("wide", 0.3)
BALANCED, DECISION = Speed("balanced", 1.0, unit=1.0), Speed("decision", 1.6, unit=1.0)
SHORT_COLD = Probe("eqsim", "auto", "script", "balanced", 0.1, cache="cold")
SHORT_BRAINPY = Probe("brainpy", "single", "script", "balanced", 0.1)
TRIAL_COLD = Probe("eqsim", "auto", "script", "decision", 1.6, cache="cold")
TRIAL_EMPTY = Probe("eqsim", "auto", "script", "decision", 1.6, cache="empty")
TRIAL_WARM = Probe("eqsim", "auto", "script", "decision", 1.6)
TRIAL_BRAINPY = Probe("brainpy", "single", "script", "decision", 1.6)
SWEEP, SWEEP_BRAINPY = (Probe(side, "cython", "batch", "joglekar", 10.0, 3) for side in ("eqsim", "brainpy"))
DIAGRAM, DIAGRAM_BRAINPY = (Probe(side, "auto", "analysis", "bifurcation") for side in ("eqsim", "brainpy"))
THALAMUS = Speed("thalamus", 1.0, unit=1.0)
THALAMUS_WARM = Probe("eqsim", "auto", "script", "thalamus", 3.0)
THALAMUS_COLD = Probe("eqsim", "auto", "script", "thalamus", 3.0, cache="cold")
THALAMUS_PEER = Probe("braincell", "single", "script", "thalamus", 3.0)
ADEX, LIF = Speed("adex", 2.0), Speed("lif", 1.0, unit=1e4)
COLD = Probe("eqsim", "auto", "script", "cuba", 1.0, cache="cold")
EMPTY = Probe("eqsim", "auto", "script", "cuba", 1.0, cache="empty")
EDITED = Probe("eqsim", "auto", "script", "cuba", 1.0, cache="edited")
WARM = Probe("eqsim", "auto", "script", "cuba", 1.0)
TUTORIAL = Probe("eqsim", "auto", "script", "tutorial", 0.05, cache="cold")
LONG = Probe("eqsim", "auto", "script", "cuba", 10.0, cache="cold")
LONG_NUMPY = Probe("eqsim", "numpy", "script", "cuba", 10.0)
AGAIN = Probe("eqsim", "cython", "rerun", "cuba", 1e-3, 5)
IMPORT = Probe("eqsim", "-", "import", "-")
WIRING = Probe("eqsim", "auto", "wiring", "wiring", 1e-4)
WIRING_BRIAN2 = Probe("brian2", "cython", "wiring", "wiring", 1e-4)
RECORDING = Probe("eqsim", "cython", "recording", "recording", 1.0, 5)
TWO_COBAHH, TWO_COBA, TWO_CUBA, TWO_LIF = (
    Probe("eqsim", "cython", "threads", model, seconds, 5)
    for model, seconds in (("cobahh", 3.0), ("coba", 1.0), ("cuba", 1.0), ("lif", 100.0))
)
WHOLE = "own+children"
BUILT, BUILT_BRIAN2 = (Probe(side, "-", "build", "cuba", 1.0) for side in ("project", "standalone"))

ROWS = (
    Row("cobahh", "COBAHH, 1 s, against the floor", COBAHH("eqsim"), 1.6, COBAHH("floor")),
    Row("cobahh", "COBAHH, 1 s, against standalone", COBAHH("eqsim"), 6.0, COBAHH("standalone"), faster=True),
    Row("coba", "COBA, 1 s, against the floor", COBA("eqsim"), 2.0, COBA("floor")),
    Row("coba", "COBA, 1 s, against standalone", COBA("eqsim"), 1.0, COBA("standalone"), faster=True),
    Row("cuba", "CUBA, 1 s, against the floor", CUBA("eqsim"), 2.0, CUBA("floor")),
    Row("cuba", "CUBA, 1 s, against standalone", CUBA("eqsim"), 1.0, CUBA("standalone"), faster=True),
    Row("project", "CUBA as a C++ project, against standalone", CUBA("project"), 3.0, CUBA("standalone"), faster=True),
    Row("project", "COBA, the same", COBA("project"), 5.0, COBA("standalone"), faster=True),
    Row("project", "COBAHH, the same", COBAHH("project"), 8.0, COBAHH("standalone"), faster=True),
    Row("project", "CUBA, building, against standalone", BUILT, 8.0, BUILT_BRIAN2, faster=True, value=WHOLE),
    Row(
        "plastic",
        "plastic synapses, 1 s, against standalone",
        PLASTIC("eqsim"),
        2.0,
        PLASTIC("standalone"),
        faster=True,
    ),
    Row("plastic", "plastic synapses, 1 s, against Cython", PLASTIC("eqsim"), 4.0, PLASTIC("brian2"), faster=True),
    Row("delays", "10000 x 1000 delays, 1 s, against one delay", DELAYS("eqsim"), 1.3, DENSE("eqsim")),
    Row("delays", "the same, against standalone", DELAYS("eqsim"), 1.7, DELAYS("standalone"), faster=True),
    Row("wide", "CUBA 100000 x 100, 1 s, against the floor", WIDE("eqsim"), 1.5, WIDE("floor")),
    Row("adex", "AdEx network, 1 s, against Cython", ADEX("eqsim"), 6.0, ADEX("brian2"), faster=True),
    Row(
        "balanced",
        "balanced network, 1 s, BrainPy in float64",
        BALANCED("eqsim"),
        3.0,
        BALANCED("brainpy", "double"),
        faster=True,
    ),
    Row("balanced", "the same, BrainPy in float32", BALANCED("eqsim"), 3.0, BALANCED("brainpy", "single"), faster=True),
    Row("balanced", "script, 0.1 s, cold cache, against BrainPy", SHORT_COLD, 10.0, SHORT_BRAINPY, faster=True, value=WHOLE),
    Row("decision", "decision, 1.6 s, against BrainPy", DECISION("eqsim"), 3.0, DECISION("brainpy", "single"), faster=True),
    Row("decision", "script, 1.6 s, cold cache, against BrainPy", TRIAL_COLD, 10.0, TRIAL_BRAINPY, faster=True, value=WHOLE),
    Row("decision", "the same, nothing compiled when installed", TRIAL_EMPTY, 1.0, TRIAL_BRAINPY, faster=True, value=WHOLE),
    Row("decision", "script, 1.6 s, run again, against BrainPy", TRIAL_WARM, 10.0, TRIAL_BRAINPY, faster=True, value=WHOLE),
    Row("joglekar", "Joglekar 3F, 32 sets, 10 s, against vmap", SWEEP, 3.0, SWEEP_BRAINPY, faster=True),
    Row("joglekar", "the same, against vmap under jit, compiled", SWEEP, 3.0, SWEEP_BRAINPY, faster=True, value="compiled"),
    Row("diagram", "bifurcations of FitzHugh-Nagumo and cycles", DIAGRAM, 10.0, DIAGRAM_BRAINPY, faster=True),
    Row(
        "thalamus",
        "thalamus, 1 s, BrainCell in float64",
        THALAMUS("eqsim"),
        5.0,
        THALAMUS("braincell", "double"),
        faster=True,
    ),
    Row("thalamus", "the same, BrainCell in float32", THALAMUS("eqsim"), 5.0, THALAMUS("braincell", "single"), faster=True),
    Row("thalamus", "script, 3 s, run again, BrainCell", THALAMUS_WARM, 5.0, THALAMUS_PEER, faster=True, value=WHOLE),
    Row("thalamus", "script, 3 s, cold cache, BrainCell", THALAMUS_COLD, 1.0, THALAMUS_PEER, faster=True, value=WHOLE),
    Row("lif", "one LIF neuron, two monitors, a step", LIF("eqsim"), 0.5e-6, scale="us"),
    Row("lif", "the same, against Cython", LIF("eqsim"), 1.0, LIF("brian2"), faster=True, scale="us"),
    Row("tutorial", "tutorial, 50 ms, cold cache", TUTORIAL, 0.3, value=WHOLE),
    Row("script", "CUBA script, cold cache", COLD, 2.5, value=WHOLE),
    Row("script", "CUBA script, nothing compiled when installed", EMPTY, 2.5, value=WHOLE),
    Row("script", "CUBA script, an expression edited", EDITED, 1.0, value=WHOLE),
    Row("script", "CUBA script, run again, without the run", WARM, 0.3, value="own+children-running"),
    Row("script", "CUBA 10 s, cold, wall, against numpy", LONG, 2.0, LONG_NUMPY, faster=True, value="wall"),
    Row("rerun", "second run() to its first step, wall", AGAIN, 5e-3, scale="ms"),
    Row("import", "import eqsim", IMPORT, 0.6),
    Row("import", "the same: sympy, matplotlib brought in", IMPORT, 0, value="brought", scale="packages"),
    Row("wiring", "8 million synapses, connect(p=0.02)", WIRING, 1.0, WIRING_BRIAN2, faster=True),
    Row("wiring", "the same: seconds of compilers", WIRING, 0.0, value="children"),
    Row("wiring", "the same: bytes of a synapse and its weight", WIRING, 12, value="bytes", scale="bytes"),
    Row("threads", "COBAHH, two threads, wall, against one", TWO_COBAHH, 1.7, faster=True, value="gain", scale="times"),
    Row("threads", "COBA, wall on two threads, of that on one", TWO_COBA, 1.05, value="cost", scale="times"),
    Row("threads", "CUBA, the same", TWO_CUBA, 1.05, value="cost", scale="times"),
    Row("threads", "one LIF neuron, the same", TWO_LIF, 1.05, value="cost", scale="times"),
    Row("recording", "recording 4000 neurons, against copying", RECORDING, 1.15, value="ratio", scale="times"),
)
