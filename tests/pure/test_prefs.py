"""Preferences: names, checks, files, and what scripts written for Brian2 set."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import eqsim.network.prefs as prefs_module
from eqsim.errors import PreferenceError
from eqsim.log import catch_logs, set_console_level
from eqsim.network.prefs import BrianPreference, Preferences


@pytest.fixture
def prefs() -> Iterator[Preferences]:
    yield Preferences()
    set_console_level("WARNING")


def message(error: pytest.ExceptionInfo[PreferenceError]) -> str:
    return str(error.value)


def test_attributes_and_items_are_the_same_values(prefs: Preferences) -> None:
    prefs.codegen.target = "numpy"
    assert prefs["codegen.target"] == prefs.codegen["target"] == prefs["codegen"].target == "numpy"
    prefs["codegen.cache.max_size"] = 10
    assert prefs.codegen.cache.max_size == 10


def test_two_names_of_one_preference(prefs: Preferences) -> None:
    prefs.codegen.max_cache_dir_size = 12
    assert prefs.codegen.cache.max_size == 12


def test_values_that_scripts_read_have_their_known_defaults(prefs: Preferences) -> None:
    """Row F03: names and defaults (console level excepted: eqsim is quiet)."""
    expected = {
        "codegen.loop_invariant_optimisations": True,
        "codegen.max_cache_dir_size": 1000,
        "codegen.string_expression_target": "numpy",
        "codegen.synapse_connect_target": None,
        "codegen.target": "auto",
        "codegen.cpp.compiler": "",
        "codegen.cpp.define_macros": [],
        "codegen.cpp.extra_compile_args": None,
        "codegen.cpp.extra_link_args": [],
        "codegen.cpp.headers": [],
        "codegen.cpp.libraries": [],
        "codegen.generators.cpp.flush_denormals": False,
        "codegen.runtime.cython.cache_dir": None,
        "codegen.runtime.cython.delete_source_files": True,
        "codegen.runtime.cython.multiprocess_safe": True,
        "codegen.runtime.numpy.discard_units": False,
        "core.default_float_dtype": np.float64,
        "core.default_integer_dtype": np.int32,
        "core.stop_on_keyboard_interrupt": True,
        "devices.cpp_standalone.openmp_threads": 0,
        "devices.cpp_standalone.run_cmd_unix": "./main",
        "legacy.refractory_timing": False,
        "GSL.directory": None,
        "logging.console_log_level": "WARNING",
        "logging.delete_log_on_exit": True,
        "logging.display_brian_error_message": True,
        "logging.file_log": True,
        "logging.file_log_level": "DEBUG",
        "logging.file_log_max_size": 10000000,
        "logging.save_script": True,
        "logging.std_redirection": True,
        "logging.std_redirection_to_file": True,
        "logging.warn_for_unused_objects": True,
    }
    assert {name: prefs[name] for name in expected} == expected
    for name in """codegen.cpp.extra_compile_args_gcc codegen.cpp.extra_compile_args_msvc codegen.cpp.include_dirs
        codegen.cpp.library_dirs codegen.cpp.msvc_architecture codegen.cpp.msvc_vars_location
        codegen.cpp.runtime_library_dirs codegen.generators.cpp.restrict_keyword core.outdated_dependency_error
        core.network.default_schedule devices.cpp_standalone.extra_make_args_unix
        devices.cpp_standalone.extra_make_args_windows devices.cpp_standalone.make_cmd_unix
        devices.cpp_standalone.openmp_spatialneuron_strategy
        devices.cpp_standalone.run_environment_variables""".split():
        assert name in prefs


def test_each_default_passes_its_own_check(prefs: Preferences) -> None:
    with catch_logs():
        for name in prefs:
            prefs[name] = prefs[name]


def test_unknown_name_is_corrected(prefs: Preferences) -> None:
    with pytest.raises(PreferenceError) as error:
        prefs.codegen.tarquet = "numpy"
    assert message(error) == "there is no preference 'codegen.tarquet'\n = help: did you mean 'codegen.target'?"
    with pytest.raises(PreferenceError) as error:
        prefs["codgen.target"] = "numpy"
    assert message(error) == "there is no preference 'codgen.target'\n = help: did you mean 'codegen.target'?"
    with pytest.raises(PreferenceError) as error:
        _ = prefs.legacy.xyz
    assert message(error) == "there is no preference 'legacy.xyz'\n = help: names in 'legacy' are refractory_timing"


def test_absence_is_answered_not_raised(prefs: Preferences) -> None:
    assert not hasattr(prefs, "colour") and not hasattr(prefs.codegen, "colour")
    assert prefs.get("codegen.colour", 3) == 3
    assert "codegen.colour" not in prefs and "codegen.target" in prefs


def test_wrong_value_says_what_is_wanted(prefs: Preferences) -> None:
    with pytest.raises(PreferenceError) as error:
        prefs.codegen.target = "weave"
    assert message(error) == (
        "preference 'codegen.target' cannot be 'weave'\n = help: it is one of 'auto', 'bytecode', 'numpy', 'cython'"
    )
    assert prefs.codegen.target == "auto"
    with pytest.raises(PreferenceError) as error:
        prefs.codegen.threads = -1
    assert message(error) == "preference 'codegen.threads' cannot be -1\n = help: it is an integer, 0 or more"
    with pytest.raises(PreferenceError) as error:
        prefs.core.default_float_dtype = np.int32
    assert message(error) == ("preference 'core.default_float_dtype' cannot be int32\n = help: it is float64 or float32")


def test_category_has_no_value(prefs: Preferences) -> None:
    with pytest.raises(PreferenceError) as error:
        prefs.legacy = 3
    assert message(error) == (
        "'legacy' is a category of preferences, it has no value\n = help: names in 'legacy' are refractory_timing"
    )
    with pytest.raises(PreferenceError) as error:
        del prefs["codegen.target"]
    assert message(error) == "preference 'codegen.target' cannot be deleted\n = help: set it to its default: 'auto'"


def test_lists_grow_in_place_and_reset(prefs: Preferences) -> None:
    prefs.codegen.cpp.libraries += ["m"]
    prefs.codegen.cpp.libraries.append("gsl")
    assert prefs.codegen.cpp.libraries == ["m", "gsl"]
    prefs.reset_to_defaults()
    assert prefs.codegen.cpp.libraries == []


def test_names_without_meaning_say_so_once(prefs: Preferences) -> None:
    with catch_logs(logging.INFO) as logs:
        prefs.codegen.cpp.extra_compile_args_gcc = ["-Ofast"]
        prefs.codegen.cpp.extra_compile_args_gcc = ["-O3"]
        prefs.codegen.target = "numpy"
    assert logs == [
        (
            "INFO",
            "eqsim.network.prefs",
            "preference 'codegen.cpp.extra_compile_args_gcc' changes nothing in eqsim: "
            "compiler flags are chosen so that all targets give equal numbers",
        )
    ]
    assert prefs.codegen.cpp.extra_compile_args_gcc == ["-O3"]


def test_console_level_follows_its_preference(prefs: Preferences, capsys: pytest.CaptureFixture[str]) -> None:
    prefs.logging.console_log_level = "INFO"
    prefs_module.logger.info("now you see me")
    prefs.reset_to_defaults()
    prefs_module.logger.info("now you do not")
    assert capsys.readouterr().err == "INFO       now you see me [eqsim.network.prefs]\n"


def test_categories_show_and_complete_their_names(prefs: Preferences) -> None:
    assert repr(prefs.legacy) == ("<preferences 'legacy': Behaviour of early versions.>\nlegacy.refractory_timing = False")
    assert {"codegen", "core", "devices", "logging"} <= set(dir(prefs))
    assert dir(prefs.devices) == ["cpp_standalone", "cuda_standalone"]
    assert "codegen.target = 'auto'\n    What runs a network" in prefs.codegen.__doc__


def test_extension_registers_its_names(prefs: Preferences) -> None:
    prefs["neuroml.version"] = 2  # before the extension is imported, as from a preference file
    assert prefs.neuroml.version == 2
    prefs.register_preferences(
        "neuroml",
        "Export.",
        version=BrianPreference(1, "Version of the format.", validator=lambda v: v in (1, 2)),
        folder=BrianPreference("out", "Where files go."),
    )
    assert (prefs.neuroml.version, prefs.neuroml.folder) == (2, "out")
    with pytest.raises(PreferenceError) as error:
        prefs.neuroml.folder = 3
    assert message(error) == "preference 'neuroml.folder' cannot be 3\n = help: it is a str"
    with pytest.raises(PreferenceError) as error:
        prefs.register_preferences("neuroml", "Export.", folder=BrianPreference("", ""))
    assert message(error) == "preference 'neuroml.folder' is already registered"


def test_names_that_nobody_registers_are_reported_before_a_run(prefs: Preferences) -> None:
    prefs["neuroml.version"] = 2
    with catch_logs() as logs:
        prefs.check_all_validated()
    assert [text for _, _, text in logs] == ["preference 'neuroml.version' was set, but nothing that is imported knows it"]


def test_files_carry_all_values_there_and_back(prefs: Preferences) -> None:
    prefs.codegen.target = "numpy"
    prefs.core.default_float_dtype = np.float32
    prefs.devices.cpp_standalone.run_environment_variables = {"A": "b = # c"}
    other = Preferences()
    other.read_preference_file(io.StringIO(prefs.as_file))
    assert dict(other) == dict(prefs)
    other.read_preference_file(io.StringIO(prefs.defaults_as_file))
    assert dict(other) == dict(Preferences())
    assert "[legacy]\n\n# Whether refractoriness" in prefs.as_file


def test_file_of_brian2_is_understood(prefs: Preferences, tmp_path: Path) -> None:
    file = tmp_path / "user_preferences"
    file.write_text("# mine\ncodegen.target = 'numpy'\n[core]\ndefault_float_dtype = float32\n[logging]\nfile_log=False\n")
    prefs.read_preference_file(file)
    assert (prefs.codegen.target, prefs.core.default_float_dtype) == ("numpy", np.float32)
    assert prefs.logging.file_log is False


def test_mistakes_of_a_file_are_reported_together(prefs: Preferences) -> None:
    text = "[codegen]\ntarget = numpy\nthreads = 4\nwhat\n[core]\ndefault_flaot_dtype = float32\n"
    with pytest.raises(PreferenceError) as error:
        prefs.read_preference_file(io.StringIO(text))
    assert message(error) == (
        "preferences, line 2: numpy is not a Python value\n = help: put texts between quotes\n"
        "preferences, line 4: 'what' is neither [category] nor name = value\n"
        "preferences, line 6: there is no preference 'core.default_flaot_dtype'\n"
        " = help: did you mean 'core.default_float_dtype'?"
    )
    assert prefs.codegen.threads == 4


def test_file_is_never_run_as_code(prefs: Preferences) -> None:
    with pytest.raises(PreferenceError, match="is not a Python value"):
        prefs.read_preference_file(io.StringIO("codegen.target = __import__('os').getcwd()"))


def test_files_of_user_and_folder_are_loaded(prefs: Preferences, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, work = tmp_path / "home", tmp_path / "work"
    (home / ".brian").mkdir(parents=True)
    work.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(work)
    (home / ".brian" / "user_preferences").write_text("codegen.target = 'numpy'\ncodegen.threads = 2\n")
    (work / "eqsim_preferences").write_text("codegen.threads = 3\ncodegen.thread = 1\n")
    with catch_logs() as logs:
        prefs.load_preferences()
    assert (prefs.codegen.target, prefs.codegen.threads) == ("numpy", 3)
    assert logs == [
        (
            "WARNING",
            "eqsim.network.prefs.preferences",
            "preferences were not read completely: eqsim_preferences, line 2: there is no preference 'codegen.thread'\n"
            " = help: did you mean 'codegen.threads'?",
        )
    ]
