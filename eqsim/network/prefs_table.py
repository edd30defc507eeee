"""The preferences as data: name, default, meaning, check.  To add one, add a row to `PREFERENCES`.

Rows with a ``note`` are names that scripts for Brian2 and Brian2CUDA set and that change nothing here: they are
accepted, keep their value, and say so once at level INFO.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from eqsim.log import LEVELS

__all__ = ["CATEGORIES", "DTYPES", "PREFERENCES", "BrianPreference", "Check", "text_of"]

DTYPES: dict[str, Any] = {
    name: getattr(np, name)
    for name in ("float64", "float32", "int64", "int32", "int16", "int8", "uint64", "uint32", "uint16", "uint8")
}


def text_of(value: Any) -> str:
    """A value as it stands in a preference file."""
    names = [name for name, dtype in DTYPES.items() if dtype is value]
    return names[0] if names else repr(value)


@dataclass(frozen=True, slots=True)
class Check:
    """A test of values, and what it asks for in words."""

    wants: str
    test: Callable[[Any], bool]

    def __call__(self, value: Any) -> bool:
        return self.test(value)


def one_of(*values: Any) -> Check:
    """One of these values."""
    return Check(f"it is one of {', '.join(map(repr, values))}", lambda value: value in values)


def or_none(check: Check) -> Check:
    """What ``check`` accepts, or None."""
    return Check(f"{check.wants}, or None", lambda value: value is None or check.test(value))


def _is_integer(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return _is_integer(value) or isinstance(value, float | np.floating)


def _is_dtype(value: Any, kind: str) -> bool:
    try:
        return value is not None and np.dtype(value).kind == kind
    except TypeError:
        return False


def _is_texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)


FLAG = Check("it is True or False", lambda value: isinstance(value, bool | np.bool_))
TEXT = Check("it is a text", lambda value: isinstance(value, str))
TEXTS = Check("it is a list of texts", _is_texts)
COUNT = Check("it is an integer, 0 or more", lambda value: _is_integer(value) and value >= 0)
NUMBER = Check("it is a number", _is_number)
SIZE = Check("it is a number, 0 or more", lambda value: _is_number(value) and value >= 0)
FLOATS = Check("it is float64 or float32", lambda value: _is_dtype(value, "f") and np.dtype(value).itemsize in (4, 8))
INTS = Check("it is int32 or int64", lambda value: _is_dtype(value, "i") and np.dtype(value).itemsize in (4, 8))
TABLE = Check("it is a dict", lambda value: isinstance(value, dict))
MACROS = Check("it is a list of (name, value)", lambda value: isinstance(value, list | tuple))
LEVEL = Check(
    f"it is one of {', '.join(map(repr, LEVELS))}", lambda value: isinstance(value, str) and value.upper() in LEVELS
)


@dataclass(frozen=True, slots=True)
class BrianPreference:
    """One preference.

    Parameters
    ----------
    default : object
        Its value until somebody sets it.
    docs : str
        What it means, in a sentence.
    validator : callable, optional
        Says whether a value is allowed; without it, a value of the default's type is.
    representor : callable, optional
        Writes a value into a preference file.
    """

    default: Any
    docs: str
    validator: Callable[[Any], bool] | None = None
    representor: Callable[[Any], str] = text_of
    name: str = ""
    note: str = ""
    same_as: str = ""

    def accepts(self, value: Any) -> bool:
        """Whether the value is allowed."""
        return self.validator(value) if self.validator else isinstance(value, type(self.default))

    @property
    def wants(self) -> str:
        """What is allowed, in words."""
        if isinstance(self.validator, Check):
            return self.validator.wants
        return "its validator refuses the value" if self.validator else f"it is a {type(self.default).__name__}"


def _row(name: str, default: Any, check: Check, docs: str, note: str = "", same_as: str = "") -> BrianPreference:
    return BrianPreference(default, docs, check, name=name, note=note, same_as=same_as)


FIXED_FLAGS = "compiler flags are chosen so that all targets give equal numbers"
OWN_COMPILER = "the compiler is found on the path, or named by the environment variable CXX"
OWN_CACHE = "compiled modules are stored under a hash of their content"
OWN_PASSES = "expressions are always simplified without changing their value"
NO_LOG_FILE = "eqsim writes no log file"
NO_GSL = "eqsim brings its own integrators with error control"
OWN_GPU = "eqsim chooses this by itself"

CATEGORIES = {
    "codegen": "How the equations become running code.",
    "codegen.cache": "Where compiled modules are kept.",
    "codegen.cpp": "The C++ compiler.",
    "codegen.generators.cpp": "The C++ text.",
    "codegen.runtime.cython": "Compiled code inside Python.",
    "codegen.runtime.numpy": "The interpreter.",
    "core": "Data types and interruption.",
    "core.network": "The order of things within a step.",
    "devices.cpp_standalone": "C++ projects that run without Python.",
    "devices.cuda_standalone": "CUDA projects that run without Python.",
    "devices.cuda_standalone.cuda_backend": "The GPU and its compiler.",
    "GSL": "The GNU scientific library.",
    "legacy": "Behaviour of early versions.",
    "logging": "Messages to the user.",
}

SLOTS = ["start", "groups", "thresholds", "synapses", "resets", "end"]
GCC_ARGS = "-w -O3 -ffast-math -fno-finite-math-only -march=native -std=c++17".split()
MSVC_ARGS = "/Ox /w /MP /std:c++17".split()

_CODEGEN = (
    _row("codegen.target", "auto", one_of("auto", "bytecode", "numpy", "cython"), "What runs a network: 'auto' starts on bytecode (or numpy) and compiles when that pays, 'bytecode' and 'numpy' never compile it, 'cython' always does."),
    _row("codegen.threads", 1, COUNT, "Threads of compiled code; 0 takes all cores. The numbers do not depend on it."),
    _row("codegen.cache.directory", None, or_none(TEXT), "Folder of compiled modules; None is the user's cache folder, or EQSIM_CACHE_DIR."),
    _row("codegen.cache.max_size", 1000, SIZE, "Megabytes that compiled modules may take; the oldest go first."),
    _row("codegen.max_cache_dir_size", 1000, SIZE, "Same as codegen.cache.max_size.", same_as="codegen.cache.max_size"),
    _row("codegen.string_expression_target", "numpy", one_of("auto", "numpy", "cython"), "What evaluates strings that are assigned to variables.", "small work is always done at once by numpy"),
    _row("codegen.synapse_connect_target", None, or_none(one_of("auto", "numpy", "cython")), "What evaluates the conditions of connect().", "small work is always done at once by numpy"),
    _row("codegen.loop_invariant_optimisations", True, FLAG, "Whether constant parts of expressions are computed once.", OWN_PASSES),
    _row("codegen.cpp.compiler", "", one_of("", "unix", "msvc", "gcc", "clang"), "The kind of C++ compiler.", OWN_COMPILER),
    _row("codegen.cpp.define_macros", [], MACROS, "Macros for the compiler.", FIXED_FLAGS),
    _row("codegen.cpp.extra_compile_args", None, or_none(TEXTS), "Flags for any compiler.", FIXED_FLAGS),
    _row("codegen.cpp.extra_compile_args_gcc", GCC_ARGS, TEXTS, "Flags for gcc and clang.", FIXED_FLAGS),
    _row("codegen.cpp.extra_compile_args_msvc", MSVC_ARGS, TEXTS, "Flags for the compiler of Microsoft.", FIXED_FLAGS),
    _row("codegen.cpp.extra_link_args", [], TEXTS, "Flags for the linker.", FIXED_FLAGS),
    _row("codegen.cpp.headers", [], TEXTS, "Headers to include."),
    _row("codegen.cpp.include_dirs", [], TEXTS, "Folders of headers."),
    _row("codegen.cpp.libraries", [], TEXTS, "Libraries to link."),
    _row("codegen.cpp.library_dirs", [], TEXTS, "Folders of libraries."),
    _row("codegen.cpp.runtime_library_dirs", [], TEXTS, "Folders of libraries at run time."),
    _row("codegen.cpp.msvc_architecture", "", TEXT, "Architecture for the compiler of Microsoft.", OWN_COMPILER),
    _row("codegen.cpp.msvc_vars_location", "", TEXT, "Where vcvarsall.bat is.", OWN_COMPILER),
    _row("codegen.generators.cpp.flush_denormals", False, FLAG, "Whether tiny numbers become zero.", "all targets keep them, as numpy does"),
    _row("codegen.generators.cpp.restrict_keyword", "__restrict", TEXT, "The word for pointers that do not overlap.", "the templates carry it"),
    _row("codegen.runtime.cython.cache_dir", None, or_none(TEXT), "Same as codegen.cache.directory.", same_as="codegen.cache.directory"),
    _row("codegen.runtime.cython.delete_source_files", True, FLAG, "Whether sources are deleted after compilation.", OWN_CACHE),
    _row("codegen.runtime.cython.multiprocess_safe", True, FLAG, "Whether parallel processes wait for each other.", "parallel processes are always safe, and never wait"),
    _row("codegen.runtime.numpy.discard_units", False, FLAG, "Whether user functions get plain numbers.", "a function says by itself whether it takes units"),
)  # fmt: skip

_CORE = (
    _row("core.default_float_dtype", np.float64, FLOATS, "Data type of real variables."),
    _row("core.default_integer_dtype", np.int32, INTS, "Data type of integer variables."),
    _row("core.stop_on_keyboard_interrupt", True, FLAG, "Whether Ctrl-C ends a run after the present step with its recordings kept."),
    _row("core.outdated_dependency_error", True, FLAG, "Whether old versions of other packages are errors.", "the installer sees to the versions"),
    _row("core.network.default_schedule", SLOTS, TEXTS, "The slots of a step, in order."),
    _row("legacy.refractory_timing", False, FLAG, "Whether refractoriness is counted in real-valued time.", "it is always counted in whole steps"),
    _row("GSL.directory", None, or_none(TEXT), "Where the library is.", NO_GSL),
    _row("logging.console_log_level", "WARNING", LEVEL, "Messages of this level and above go to stderr."),
    _row("logging.delete_log_on_exit", True, FLAG, "Whether the log file is deleted at the end.", NO_LOG_FILE),
    _row("logging.display_brian_error_message", True, FLAG, "Whether an uncaught error names the log file.", NO_LOG_FILE),
    _row("logging.file_log", True, FLAG, "Whether there is a log file.", NO_LOG_FILE),
    _row("logging.file_log_level", "DEBUG", LEVEL, "Level of the log file.", NO_LOG_FILE),
    _row("logging.file_log_max_size", 10000000, COUNT, "Size of the log file.", NO_LOG_FILE),
    _row("logging.save_script", True, FLAG, "Whether the script is copied beside the log file.", NO_LOG_FILE),
    _row("logging.std_redirection", True, FLAG, "Whether the output of compilers is hidden.", "compilers run in processes of their own"),
    _row("logging.std_redirection_to_file", True, FLAG, "Whether the output of compilers is kept.", NO_LOG_FILE),
    _row("logging.warn_for_unused_objects", True, FLAG, "Whether objects that no run ever used are reported."),
)  # fmt: skip

_STANDALONE = (
    _row("devices.cpp_standalone.extra_make_args_unix", ["-j"], TEXTS, "Arguments of make."),
    _row("devices.cpp_standalone.extra_make_args_windows", [], TEXTS, "Arguments of nmake."),
    _row("devices.cpp_standalone.make_cmd_unix", "make", TEXT, "The command that builds the project."),
    _row("devices.cpp_standalone.run_cmd_unix", "./main", or_none(Check("it is a text or a list of texts", lambda value: isinstance(value, str) or _is_texts(value))), "The command that runs the project."),
    _row("devices.cpp_standalone.run_environment_variables", {"LD_BIND_NOW": "1"}, TABLE, "Environment of the running project."),
    _row("devices.cpp_standalone.openmp_threads", 0, COUNT, "Threads of the project; 0 is one. The numbers do not depend on it."),
    _row("devices.cpp_standalone.openmp_spatialneuron_strategy", None, or_none(one_of("branches", "systems")), "How cables are shared among threads.", "eqsim chooses this by itself"),
)  # fmt: skip

_CUDA = "devices.cuda_standalone."
_CUDA_STANDALONE = (
    _row(_CUDA + "SM_multiplier", 1, COUNT, "Blocks per multiprocessor.", OWN_GPU),
    _row(_CUDA + "parallel_blocks", 1, or_none(COUNT), "Blocks per synapse kernel.", OWN_GPU),
    _row(_CUDA + "launch_bounds", False, FLAG, "Whether kernels state their size.", OWN_GPU),
    _row(_CUDA + "syn_launch_bounds", False, FLAG, "Whether synapse kernels state their size.", OWN_GPU),
    _row(_CUDA + "calc_occupancy", True, FLAG, "Whether block sizes follow occupancy.", OWN_GPU),
    _row(_CUDA + "extra_threshold_kernel", True, FLAG, "Whether thresholds clear in a kernel of their own.", OWN_GPU),
    _row(_CUDA + "random_number_generator_type", "CURAND_RNG_PSEUDO_DEFAULT", TEXT, "Random number generator.", "all targets draw the same Philox numbers"),
    _row(_CUDA + "random_number_generator_ordering", False, Check("it is False or a text", lambda value: value is False or isinstance(value, str)), "Order of random numbers.", "all targets draw the same Philox numbers"),
    _row(_CUDA + "push_synapse_bundles", True, FLAG, "Whether synapses are pushed in bundles.", OWN_GPU),
    _row(_CUDA + "threads_per_synapse_bundle", "{max}", TEXT, "Threads per bundle.", OWN_GPU),
    _row(_CUDA + "bundle_threads_warp_multiple", False, FLAG, "Whether bundles fill warps.", OWN_GPU),
    _row(_CUDA + "no_pre_references", False, FLAG, "Whether sources of synapses are left out.", OWN_GPU),
    _row(_CUDA + "no_post_references", False, FLAG, "Whether targets of synapses are left out.", OWN_GPU),
    _row(_CUDA + "use_atomics", True, FLAG, "Whether effects add atomically.", "sums have a fixed result on every target"),
    _row(_CUDA + "default_functions_integral_convertion", np.float64, Check("it is float64 or float32", lambda value: FLOATS(value)), "Type of integer arguments of functions.", OWN_GPU),
    _row(_CUDA + "profile_statemonitor_copy_to_host", None, or_none(TEXT), "Variable whose copies are timed.", OWN_GPU),
    _row(_CUDA + "cuda_backend.gpu_heap_size", 128, COUNT, "Megabytes of heap on the GPU.", OWN_GPU),
    _row(_CUDA + "cuda_backend.detect_gpus", True, FLAG, "Whether projects are compiled for the GPUs of this machine, too."),
    _row(_CUDA + "cuda_backend.gpu_id", None, or_none(COUNT), "Number of the GPU to use; None: the first one."),
    _row(_CUDA + "cuda_backend.extra_compile_args_nvcc", ["-w", "-use_fast_math"], TEXTS, "Flags for nvcc.", FIXED_FLAGS),
    _row(_CUDA + "cuda_backend.compute_capability", None, or_none(NUMBER), "Architecture to compile for, e.g. 8.6; None: 8.0, 9.0, and those of this machine."),
    _row(_CUDA + "cuda_backend.detect_cuda", True, FLAG, "Whether CUDA is looked for.", OWN_GPU),
    _row(_CUDA + "cuda_backend.cuda_path", None, or_none(TEXT), "Where CUDA is; None: nvcc is on the path."),
    _row(_CUDA + "cuda_backend.cuda_runtime_version", None, or_none(NUMBER), "Version of CUDA.", OWN_GPU),
    _row(_CUDA + "cuda_backend.device_query_path", None, or_none(TEXT), "Where deviceQuery is.", OWN_GPU),
)  # fmt: skip

PREFERENCES: tuple[BrianPreference, ...] = (*_CODEGEN, *_CORE, *_STANDALONE, *_CUDA_STANDALONE)
