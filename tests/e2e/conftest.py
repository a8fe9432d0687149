"""A day in a fresh register for each end-to-end test; it ends with the proof that nothing was broken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e_kit import Day, make_template


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("template") / "register")


@pytest.fixture
def day(template: Path, tmp_path: Path) -> Iterator[Day]:
    one = Day.begin(template, tmp_path / "register")
    yield one
    one.end()
