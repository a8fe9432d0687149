"""Reconciling in a living Calc: the button's macro, the sheet, and formulas that the program itself reckons."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from reconcile_kit import october

from addin.bench.reconcile.register import seed_refunds, write_statement
from addin.folder import create, write_workbook
from addin.hosts.grid import Rect
from addin.macros.calc_bridge import CalcBridge
from addin.register import reconcile_cells as cells
from addin.service import Service

from .calc_kit import running_office

pytestmark = pytest.mark.libre


def made(folder: Path) -> Path:
    """A register of twelve paid refunds, and a statement in its inbox with a line that nobody logged."""
    service = create(folder, demo=True, clock=lambda: datetime(2026, 11, 3, 9, 0, tzinfo=UTC))
    rows = october(12)
    seed_refunds(service, rows)
    write_workbook(service)
    service.close()
    lines = [rows[0].line(pence=rows[0].pence - 5), *(row.line() for row in rows[1:])]
    write_statement(folder / "inbox" / "october.csv", [*lines, "X-1,Y-1,5999999999,2026-10-20,GBP,12.00"])
    return folder


def test_the_formulas_agree_when_calc_reckons_them(tmp_path):
    """Month typed, button pressed: the equation stands there, the formulas beside it say the same and 'Agrees'."""
    folder = made(tmp_path / "register")
    answers: list[str] = []
    with running_office(tmp_path / "profile", headless=True) as office:
        bridge = CalcBridge(office, draw=write_workbook, opener=_finance, double_click_s=0)
        bridge.on_answer = lambda _action, text: answers.append(text)
        document = bridge.open(folder / "casebook.xlsm")
        grid = next(one for one in document.grids() if one.name == "Reconcile")
        grid.write(Rect(8, 2, 8, 2), [["2026-10"]])
        bridge.driver.run(document, "Buttons.Do_reconcile_run", ())
        figures = grid.values(Rect(cells.TERMS_ROW, 2, cells.SUM_ROW, 5))
        agrees = grid.values(Rect(cells.AGREES_ROW, 2, cells.AGREES_ROW, 2))[0][0]
        document.close()
        bridge.close()
    assert answers[-1].startswith("11 matched"), answers
    for line in figures:
        assert [round(cell, 6) for cell in line[:2]] == [round(cell, 6) for cell in line[2:]], line
    assert figures[0][0] == 12
    assert agrees == "Agrees"


def _finance(folder: Path) -> Service:
    """The register with Finance at the keyboard."""
    from addin.settings import load

    return Service.open(folder, actor=load(folder).actors()["f.osei"])
