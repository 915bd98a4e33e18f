"""`make invariants` says what is proven and what is not."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from .invariants import DUE, INVARIANTS

PASSES, FAILS, SKIPS = "assert True", "assert False", "pytest.skip('not here')"
FAILS_LATE = """
@pytest.fixture
def late():
    yield
    assert False

@pytest.mark.invariant(1)
def test_late(late):
    assert True
"""


def test_all_that_are_due_are_proven(tmp_path: Path) -> None:
    """Exit code 0, and each one is named."""
    code, said = _told(tmp_path, dict.fromkeys(DUE, PASSES))

    assert code == 0
    assert "All that are due are proven." in said
    assert all(words in said for words in INVARIANTS.values())


def test_one_that_fails_is_named_with_its_test(tmp_path: Path) -> None:
    """One failed test is enough, whatever others say."""
    code, said = _told(tmp_path, dict.fromkeys(DUE, PASSES) | {3: FAILS})

    assert code == 1
    assert "FAILED  3 " in said
    assert "FAILED  test_some.py::test_3" in said
    assert said.splitlines()[-1] == "Not proven: 3"


def test_one_without_a_test_is_not_proven(tmp_path: Path) -> None:
    """Neither is one whose only test was skipped."""
    code, said = _told(tmp_path, {number: PASSES for number in DUE if number != 9} | {12: SKIPS})

    assert code == 1
    assert "NO TEST  9 " in said
    assert said.splitlines()[-1] == "Not proven: 9, 12"


def test_a_test_whose_end_fails_has_failed(tmp_path: Path) -> None:
    """A story that finds something when it is over has found it."""
    code, said = _told(tmp_path, dict.fromkeys(DUE, PASSES), extra=FAILS_LATE)

    assert code == 1
    assert said.splitlines()[-1] == "Not proven: 1"


def test_a_file_that_cannot_be_read_proves_nothing(tmp_path: Path) -> None:
    """What it would have tested is not known, however green the rest is."""
    (tmp_path / "test_broken.py").write_text("import nothing_of_that_name")

    code, said = _told(tmp_path, dict.fromkeys(DUE, PASSES))

    assert code == 1
    assert said.splitlines()[-1] == "Not all tests could be run."


def _told(folder: Path, bodies: Mapping[int, str], extra: str = "") -> tuple[int, str]:
    """Return the exit code and what is said of a test file with one test an invariant."""
    tests = [f"@pytest.mark.invariant({number})\ndef test_{number}():\n    {body}\n" for number, body in bodies.items()]
    (folder / "test_some.py").write_text("\n".join(["import pytest", *tests, extra]))
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = invariant(n): a promise\n")
    command = [sys.executable, "-m", "tests.invariants", "-p", "no:cacheprovider", str(folder)]
    bare = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # other plugins take most of the time to load
    ended = subprocess.run(command, env=bare, capture_output=True, text=True, check=False, timeout=60)
    return ended.returncode, ended.stdout
