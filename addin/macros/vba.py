"""The VBA that goes into a workbook: built from the text beside this file and kept with it."""

from __future__ import annotations

from importlib import resources
from typing import Final

#: Built from Casebook.bas, Buttons.bas and ThisWorkbook.cls; `build/README.md` says how.
FILE_NAME: Final = "vbaProject.bin"


def vba_project() -> bytes:
    """The VBA project that every new register receives."""
    return resources.files("addin.macros").joinpath(FILE_NAME).read_bytes()
