"""Tests of one host run one after the other, also when the run is spread over several workers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = """
import os
from pathlib import Path
import pytest

@pytest.mark.postgres
@pytest.mark.parametrize("number", range(6))
def test_with_a_host(number):
    Path("workers.txt").open("a").write(f"{__name__} {os.environ['PYTEST_XDIST_WORKER']}\\n")
"""


def test_tests_of_one_host_share_a_worker(tmp_path):
    """Two office programs at once would fight for the machine: `start.py test` keeps a host's tests together."""
    (tmp_path / "conftest.py").write_bytes((ROOT / "tests" / "conftest.py").read_bytes())
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n    libre\n    postgres\n")
    for name in ("test_one.py", "test_other.py"):
        (tmp_path / name).write_text(TESTS)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "CASEBOOK_TEST_POSTGRES": "any", "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "12 passed" in done.stdout, done.stdout + done.stderr
    workers = defaultdict(list)
    for line in (tmp_path / "workers.txt").read_text().splitlines():
        module, worker = line.split()
        workers[worker].append(module)
    assert len(workers) == 1, f"the tests of one host ran on several workers: {dict(workers)}"
