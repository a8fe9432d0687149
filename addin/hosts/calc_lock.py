"""The mark that a register's workbook is open in Calc: LibreOffice's own lock file `.~lock.casebook.xlsm#`.

Our private offices are set not to look at such marks, because one left by a killed office would stop the next start
with a question; they write them all the same (LibreOffice 7.4). So the looking is done here: a mark that names a
profile of ours whose office is no more is dropped without asking, any other one is respected. We write the mark
ourselves before the office does, so that of two openings at the same time one is refused.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import socket
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from addin.errors import HostBusy
from addin.hosts.locking import refuse_if_held
from addin.hosts.office import Office, is_profile, running

_FIELDS: Final = 5  # name, account, computer, time, profile


def _mark(path: Path) -> Path:
    return path.with_name(f".~lock.{path.name}#")


def drop_dead(path: Path) -> None:
    """Remove the mark of an office of ours that is no more."""
    with contextlib.suppress(OSError):
        fields = _mark(path).read_text(encoding="utf-8", errors="replace").strip().rstrip(";").split(",")
        if len(fields) != _FIELDS or fields[2].casefold() != socket.gethostname().casefold():
            return
        profile = Path(unquote(urlsplit(fields[4]).path))
        if is_profile(profile) and running(profile) is None:
            _mark(path).unlink()


def hold(path: Path, office: Office) -> None:
    """Mark a workbook as about to be opened in this office.

    Raises:
        HostBusy: another program has it open.
    """
    drop_dead(path)
    refuse_if_held(path)
    person = getpass.getuser().replace(",", " ")
    now = datetime.now().astimezone().strftime("%d.%m.%Y %H:%M")
    try:
        handle = os.open(_mark(path), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        refuse_if_held(path)
        raise HostBusy(f"{path.name} is being opened by somebody else.", hint="Wait a moment and try again.") from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f",{person},{socket.gethostname()},{now},{office.profile.resolve().as_uri()};")
