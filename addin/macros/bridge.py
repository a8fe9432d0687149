"""What answers `Casebook.Bridge`: takes the workbook's address and the button, answers in words, whatever the host.

1. Every press ends in a text. Nothing escapes into the spreadsheet program, also not a fault of ours.
2. One press at a time: a click that arrives while another is being worked on is turned away and changes nothing.
3. Registers stay open between clicks and are let go when nobody clicks, so that a warm bridge never stands in the way
   of a restore, a backup or an upgrade; changed settings are read anew at the next click.

How an open workbook is found is the host's business and handed in.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from addin import __version__
from addin.errors import CasebookError, HostError
from addin.macros.press import ALARM, answer, press
from addin.macros.registers import OpenRegisters

#: From the address of a workbook to the workbook, for as long as one press takes.
BookLookup = Callable[[str], AbstractContextManager[Any]]

BUSY: Final = "Casebook is still working on the last press, so this one was not taken. Wait for its answer."
_FAULT: Final = "Casebook stopped on a fault of ours. Press Refresh: what was recorded will be shown."


@dataclass
class Bridge:
    """One running bridge: the way to open workbooks, and the registers that were pressed lately."""

    lookup: BookLookup
    registers: OpenRegisters = field(default_factory=OpenRegisters)
    in_call: bool = False

    def press(self, address: str, action_id: str) -> str:
        """Press a button of an open workbook and say what came of it.

        Args:
            address: the workbook's folder and file name, as its macro says it.
            action_id: a row of the table of actions.

        Returns:
            The answer; bad news starts with `press.ALARM`.
        """
        if self.in_call:
            return ALARM + BUSY
        self.in_call = True
        try:
            service = self.registers.of(_folder_of(address))
            with self.lookup(address) as book:
                return answer(press(book, action_id, service))
        except CasebookError as error:
            return f"{ALARM}{error}"
        except Exception as error:  # noqa: BLE001 - the door: a fault of ours becomes words, too
            return f"{ALARM}{_FAULT} ({traceback.format_exception_only(error)[-1].strip()})"
        finally:
            self.in_call = False

    def ping(self) -> str:
        """Which version answers, in which process."""
        return f"Casebook {__version__}, process {os.getpid()}"

    def rest(self) -> None:
        """Let go of every register; the next press opens it again."""
        self.registers.close()


def _folder_of(address: str) -> Path:
    """The register's folder.

    Raises:
        HostError: the workbook is open from the web, where no journal can stand beside it.
    """
    if "://" in address:
        raise HostError(
            "Nothing was changed: this workbook is open from the web (OneDrive or SharePoint).",
            hint="Open it from its folder on this computer, with AutoSave off, then press again.",
            code="HOST-WEB",
        )
    return Path(address).parent
