"""Messages: one form, quiet by default, said once, silenced by name."""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Iterator

import pytest

from eqsim.log import BrianLogger, catch_logs, get_logger, set_console_level, std_silent

log = importlib.import_module("eqsim.log")  # the name eqsim.log is the logarithm
logger = get_logger("eqsim.somewhere")


@pytest.fixture(autouse=True)
def fresh_log(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("_said", "_quiet", "_quiet_suffixes"):
        monkeypatch.setattr(log, name, set())
    yield
    set_console_level("WARNING")


def shown(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err


def test_warning_has_level_text_and_name(capsys: pytest.CaptureFixture[str]) -> None:
    logger.warn("the threshold is never reached", "threshold")
    assert shown(capsys) == "WARNING    the threshold is never reached [eqsim.somewhere.threshold]\n"


def test_percent_signs_are_text(capsys: pytest.CaptureFixture[str]) -> None:
    logger.warn("100% of %s")
    assert shown(capsys) == "WARNING    100% of %s [eqsim.somewhere]\n"


def test_quiet_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    logger.info("chose euler")
    logger.debug("1")
    logger.diagnostic("2")
    assert shown(capsys) == ""
    logger.error("3")
    assert shown(capsys) == "ERROR      3 [eqsim.somewhere]\n"


@pytest.mark.parametrize(("name", "count"), [("error", 1), ("warn", 2), ("info", 3), ("debug", 4), ("diagnostic", 5)])
def test_level_shows_itself_and_above(name: str, count: int, capsys: pytest.CaptureFixture[str]) -> None:
    getattr(BrianLogger, f"log_level_{name}")()
    for level in ("error", "warn", "info", "debug", "diagnostic"):
        getattr(logger, level)(level)
    assert len(shown(capsys).splitlines()) == count


def test_once_means_once_per_text(capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("a", "a", "b", "a"):
        logger.warn(text, once=True)
    assert shown(capsys) == "WARNING    a [eqsim.somewhere]\nWARNING    b [eqsim.somewhere]\n"


def test_hierarchy_is_suppressed_by_both_names(capsys: pytest.CaptureFixture[str]) -> None:
    BrianLogger.suppress_hierarchy("brian2.codegen")
    get_logger("eqsim.codegen").warn("1")
    get_logger("brian2.codegen.cpp").warn("2")
    get_logger("eqsim.codegenerator").warn("3")
    assert shown(capsys) == "WARNING    3 [eqsim.codegenerator]\n"


def test_name_is_suppressed_wherever_it_comes_from(capsys: pytest.CaptureFixture[str]) -> None:
    BrianLogger.suppress_name("resolution_conflict")
    logger.warn("1", "resolution_conflict")
    get_logger("eqsim.other").warn("2", "resolution_conflict")
    logger.warn("3", "conflict")
    assert shown(capsys) == "WARNING    3 [eqsim.somewhere.conflict]\n"


def test_catch_logs_keeps_instead_of_showing(capsys: pytest.CaptureFixture[str]) -> None:
    logger.warn("x", once=True)
    assert shown(capsys) != ""
    with catch_logs() as logs:
        logger.warn("x", "y", once=True)
        logger.info("not caught")
    assert logs == [("WARNING", "eqsim.somewhere.y", "x")]
    with catch_logs(logging.DEBUG) as logs:
        logger.debug("caught")
    assert logs == [("DEBUG", "eqsim.somewhere", "caught")]
    logger.warn("x", once=True)
    assert shown(capsys) == ""


def test_unknown_level_is_named() -> None:
    with pytest.raises(ValueError) as error:
        set_console_level("loud")
    assert str(error.value) == "'loud' is not a level of messages; levels are ERROR, WARNING, INFO, DEBUG, DIAGNOSTIC"


def test_std_silent_hides_output_and_shows_it_on_error(capsys: pytest.CaptureFixture[str]) -> None:
    with std_silent():
        print("hidden")
        print("hidden", file=sys.stderr)
    with std_silent(True):
        print("seen")
    with pytest.raises(ZeroDivisionError), std_silent():
        print("before the error")
        raise ZeroDivisionError
    assert capsys.readouterr() == ("seen\nbefore the error\n", "")
