"""The doctor says what is there, and what to install where something is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from eqsim import check_cache, clear_cache, prefs
from eqsim.__main__ import main
from eqsim.codegen.compiler import Missing, find_compiler
from eqsim.tools.doctor import examine, report


def test_report_names_what_it_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    for what in ("eqsim", "packages", "C++ compiler", "cores", "cache", "GPU", "nvcc", "make"):
        assert what in said


def test_missing_compiler_comes_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.delenv("CC", raising=False)
    found = {f.what: f for f in examine()}
    assert not found["C++ compiler"].good and "install a C++ compiler" in found["C++ compiler"].advice
    assert found["C++ compiler"].found == "none: networks run on numpy, which is slower"
    assert not found["bytecode"].good and found["bytecode"].advice == ""
    assert not found["make"].good and found["make"].advice == "for set_device('cpp_standalone'): install make"
    assert found["GPU"].found == "none found" and "on='serial'" in found["GPU"].advice
    assert found["nvcc"].found == "not found" and "cuda_path" in found["nvcc"].advice
    assert "-- C++ compiler" in report(list(found.values()))


def test_prepare_compiles_the_bytecode_machine(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if isinstance(find_compiler("CXX"), Missing):
        pytest.skip("there is no C++ compiler")
    assert main(["prepare"]) == 0
    assert capsys.readouterr().out.startswith("networks start at once: ")
    assert {f.what: f for f in examine()}["bytecode"].good
    monkeypatch.setenv("CXX", "no-such-compiler")
    monkeypatch.setenv("EQSIM_CACHE_DIR", str(tmp_path))
    assert main(["prepare"]) == 1
    assert capsys.readouterr().err.startswith("networks start on numpy: no compiler found (no-such-compiler)")


def test_cache_is_emptied(tmp_path: Path) -> None:
    before = prefs["codegen.cache.directory"]
    prefs["codegen.cache.directory"] = str(tmp_path)
    try:
        (tmp_path / "ab").mkdir()
        (tmp_path / "ab" / "abcd.so").write_bytes(b"x")
        (tmp_path / "mine").write_text("kept")
        check_cache("cython")
        clear_cache("cython")
        assert [p.name for p in tmp_path.iterdir()] == ["mine"]
        with pytest.raises(ValueError, match="target 'numpy' keeps nothing"):
            clear_cache("numpy")
    finally:
        prefs["codegen.cache.directory"] = before
