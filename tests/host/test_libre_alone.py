"""A workbook of ours in a Calc that knows no Casebook: its buttons say what to do, and nothing is recorded."""

from __future__ import annotations

import os
import threading

import pytest

from addin.hosts.libre import LibreDriver
from addin.hosts.office import Office

from .calc_kit import events, make_register, wait_for
from .screen_kit import Person, screen

pytestmark = pytest.mark.libre


def test_a_button_in_a_calc_without_casebook_says_how_to_open_the_register(tmp_path):
    """Opened by a double click on the file, with its macros allowed: words in a box, none of LibreOffice's faults."""
    folder = make_register(tmp_path / "demo")
    before = events(folder)
    with screen() as display:
        office = Office.start(tmp_path / "profile", environment={**os.environ, "DISPLAY": display.name})
        person = Person(folder, display, tmp_path)
        try:
            driver = LibreDriver(office)
            document = driver.open(folder / "casebook.xlsm", with_macros=True)
            # The macro comes back when its box is closed.
            pressing = threading.Thread(target=driver.run, args=(document, "Buttons.Do_desk_refresh", ()), daemon=True)
            pressing.start()
            wait_for(person.box, "the message box")
            person.shot("no-casebook")
            person.dismiss_box()
            pressing.join(20)
            assert not pressing.is_alive()
        finally:
            office.stop()
    assert events(folder) == before
