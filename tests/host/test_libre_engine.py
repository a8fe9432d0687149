"""LibreOffice as a host: the engine's contract, held by a real office."""

from __future__ import annotations

import pytest
from contracts.engine import EngineContract

from addin.hosts.driver import HIDDEN, VISIBLE
from addin.hosts.engine import Engine, open_book
from addin.hosts.libre import LibreDriver

from .calc_kit import running_office

pytestmark = pytest.mark.libre


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    with running_office(tmp_path_factory.mktemp("calc") / "profile", headless=True) as office:
        yield office


@pytest.fixture(scope="module")
def engine(office):
    return Engine(LibreDriver(office))


class TestLibreEngine(EngineContract):
    """LibreOffice obeys the same contract as a closed file."""

    @pytest.fixture(autouse=True)
    def _engine(self, engine):
        self.engine = engine

    def open_book(self, path):
        return open_book(self.engine, path)

    def test_very_hidden_sheets_are_told_from_hidden_ones(self, book):
        """Calc knows only hidden: it says so, and pretends nothing."""
        assert book.sheets["_meta"].api.Visible == HIDDEN
        assert book.sheets["Desk"].api.Visible == VISIBLE
