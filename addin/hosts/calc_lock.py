"""The mark that a register's workbook is open in Calc, in LibreOffice's own form: `.~lock.casebook.xlsm#`.

Our private offices write no lock files, because one left by a killed office would stop the next start with a question.
This one is written by us, is understood by every other LibreOffice and by `locking`, and names the office's process:
the mark of an office that is no more is dropped without asking.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import re
import socket
from datetime import datetime
from pathlib import Path
from typing import Final

from addin.errors import HostBusy
from addin.hosts.locking import process_lives, refuse_if_held

_PROCESS: Final = re.compile(r"process (\d+)")


def _mark(path: Path) -> Path:
    return path.with_name(f".~lock.{path.name}#")


def drop_dead(path: Path) -> None:
    """Remove the mark of an office of ours that is no more."""
    with contextlib.suppress(OSError):
        fields = _mark(path).read_text(encoding="utf-8", errors="replace").split(",")
        found = _PROCESS.search(fields[0])
        if found and fields[2:3] == [socket.gethostname()] and not process_lives(int(found[1])):
            _mark(path).unlink()


def hold(path: Path, pid: int) -> None:
    """Mark a workbook as open in the office of this process; `drop_dead` takes the mark away when that has ended.

    Raises:
        HostBusy: another program has it open.
    """
    drop_dead(path)
    refuse_if_held(path)
    person = getpass.getuser().replace(",", " ")
    now = datetime.now().astimezone().strftime("%d.%m.%Y %H:%M")
    text = f"{person} - process {pid},{person},{socket.gethostname()},{now},casebook;"
    try:
        handle = os.open(_mark(path), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        refuse_if_held(path)
        raise HostBusy(f"{path.name} is being opened by somebody else.", hint="Wait a moment and try again.") from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
