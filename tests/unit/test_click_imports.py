"""The path of a click loads nothing that only tables need."""

from __future__ import annotations

import subprocess
import sys

import pytest

DOORS = ("addin.macros.press", "addin.macros.bridge", "addin.macros.calc_bridge", "addin.closed_book", "addin.cli")
HEAVY = ("pandas", "numpy", "polars", "duckdb", "openpyxl", "matplotlib", "httpx")


@pytest.mark.parametrize("door", DOORS)
def test_a_click_loads_no_table_cruncher(door):
    """Pandas and its kin cost up to a second at import; a fresh interpreter that takes a click never has them."""
    code = f"import sys, {door}; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
