"""Microsoft Word on Windows as a maker of PDFs: its own hidden Word, which nobody's open documents are in.

A thin layer: open a copy read-only without running anything in it, export as PDF/A, close without saving. It was
never run against a real Word; `docs/windows-checklist.md` is what a person walks through.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from addin.errors import HostError
from addin.hosts.excel import com_error

#: Word's own numbers: export as PDF, for print, leave unsaved, no macros, no alerts.
_PDF, _FOR_PRINT, _UNSAVED, _NO_MACROS, _NO_ALERTS = 17, 0, 0, 3, 0


def start_word() -> Any:
    """A Word of our own, out of sight.

    Raises:
        HostError: there is none here.
    """
    try:
        import pythoncom  # noqa: PLC0415 - there on Windows only
        from win32com import client  # noqa: PLC0415 - there on Windows only

        pythoncom.CoInitialize()
        return client.DispatchEx("Word.Application")
    except (ImportError, com_error) as error:
        hint = "Install Word, or choose another way in [letters] pdf of casebook.toml."
        raise HostError("Word was not found on this computer.", hint=hint, code="WORD-MISSING") from error


def word_pdfs(files: Sequence[Path], folder: Path, start: Callable[[], Any] = start_word) -> None:
    """Make a PDF of each Word file into the folder, under the same name; one that Word cannot make is just not there.

    Raises:
        HostError: Word is not there or went away.
    """
    word = start()
    try:
        word.Visible = False
        word.DisplayAlerts = _NO_ALERTS
        word.AutomationSecurity = _NO_MACROS
        for file in files:
            _export(word, file, folder / f"{file.stem}.pdf")
    except com_error as error:
        raise HostError(f"Word stopped while it made the PDFs: {error}.", hint="Press again.", code="WORD") from error
    finally:
        word.Quit(_UNSAVED)


def _export(word: Any, file: Path, target: Path) -> None:
    document = word.Documents.Open(
        str(file), ConfirmConversions=False, ReadOnly=True, AddToRecentFiles=False, Visible=False, NoEncodingDialog=True
    )
    try:
        document.ExportAsFixedFormat(
            str(target), _PDF, OpenAfterExport=False, OptimizeFor=_FOR_PRINT, UseISO19005_1=True, DocStructureTags=True
        )
    finally:
        document.Close(_UNSAVED)
