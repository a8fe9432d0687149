"""Letters as PDF/A by LibreOffice, many in one call: its start costs more than ten letters.

Each call has a throw-away profile, so an open office is neither disturbed nor asked. Unlike the direct way these PDFs
bear the time they were made; the journal keeps the digest of the one that was made.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from addin.errors import HostError
from addin.hosts.unoboot import program_folder

#: Letters in one call; a fault of the office costs these at most.
BATCH: Final = 100
_FORMAT: Final = 'pdf:writer_pdf_Export:{"SelectPdfVersion":{"type":"long","value":"2"}}'
_START_S: Final = 60.0
_EACH_S: Final = 10.0
_INSTEAD: Final = "Send the Word file, or set [letters] pdf to 'direct' in casebook.toml."


def find_office() -> str:
    """LibreOffice's program.

    Raises:
        HostError: it is not on this computer.
    """
    name = "soffice.exe" if sys.platform == "win32" else "soffice"
    try:
        return str(program_folder() / name)
    except HostError as absent:
        raise HostError(absent.message, hint=f"Install it. {_INSTEAD}", code="OFFICE-MISSING") from absent


def office_pdfs(files: Sequence[Path], folder: Path, *, office: str = "", start_s: float = _START_S) -> None:
    """Make a PDF of each Word file into the folder, under the same name; one that fails is just not there.

    Raises:
        HostError: LibreOffice is not there, or it made nothing in time.
    """
    program = office or find_office()
    for start in range(0, len(files), BATCH):
        part = files[start : start + BATCH]
        with tempfile.TemporaryDirectory(prefix="casebook-office-") as profile:
            command = [program, f"-env:UserInstallation={Path(profile).as_uri()}", "--headless", "--norestore"]
            command += [
                "--convert-to",
                _FORMAT,
                "--outdir",
                str(folder.resolve()),
                *(str(one.resolve()) for one in part),
            ]
            _call(command, start_s + _EACH_S * len(part))


def _call(command: Sequence[str], timeout_s: float) -> None:
    try:
        run = subprocess.run(command, capture_output=True, timeout=timeout_s, check=False)
    except OSError as absent:
        raise HostError("LibreOffice was not found.", hint=_INSTEAD, code="OFFICE-MISSING") from absent
    except subprocess.TimeoutExpired as late:
        raise HostError("LibreOffice took too long over the letters.", hint=f"Try again. {_INSTEAD}") from late
    if run.returncode:
        raise HostError(f"LibreOffice stopped with code {run.returncode}.", hint=f"Try again. {_INSTEAD}")
