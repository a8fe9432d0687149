"""The measurement of letters: the same words are compared, and what was found is told in ratios."""

from __future__ import annotations

import pytest

from addin.bench import letters as bench
from addin.errors import CasebookError


def test_the_measurement_tells_ratios_of_one_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an office the PDF has nothing to be compared with, and the report says so."""
    monkeypatch.setattr(bench, "_office", lambda: (False, "LibreOffice was not found."))
    report = bench.bench_letters(letters=7, rounds=1, claims=0)
    assert report.cost.docx_ms > 0
    assert report.cost.docxtpl_ms > report.cost.docx_ms
    assert report.as_dict()["backlog"] is None
    words, pages = report.lines()
    assert f"1/{report.cost.ratios['docxtpl_to_docx']:.0f}" in words
    assert pages.endswith("LibreOffice was not found.")


def test_different_words_are_never_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """A faster way that prints something else is no faster way: the measurement stops."""
    monkeypatch.setattr(bench, "_office", lambda: (False, ""))
    monkeypatch.setattr(
        bench, "plain_docx", lambda template, values: bench.render_letter(template, {**values, "service": "x"})
    )
    with pytest.raises(CasebookError, match="different words"):
        bench.bench_letters(letters=7, rounds=1, claims=0)


def test_a_backlog_is_told_with_what_counts() -> None:
    """Letters, refusals, kills, gaps, doubles, memory and the word of verify."""
    backlog = bench.Backlog(
        claims=1_000, letters=980, refused=20, kills=1, seconds=33.0, cpu_ms_each=40.0, peak_mib=155.0,
        sets_mib_tenth=150.0, sets_mib=151.0, gap_free=True, doubles=0, verified="This register is sound.",
    )  # fmt: skip
    told = "\n".join(bench.LettersReport(bench.Cost(0.2, 25.0, 12.0, 110.0), backlog).lines())
    for words in (
        "980 letters",
        "20 refused",
        "1 kills",
        "without gaps, 0 made twice",
        "This register is sound.",
        "1/9.2",
    ):
        assert words in told
