"""A letter as PDF, made by LibreOffice in a throw-away profile; the Word file stays the original."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from addin.errors import HostError


def to_pdf(docx: bytes, *, office: str = "soffice", timeout_s: float = 90) -> bytes:
    """The letter as PDF.

    Raises:
        HostError: LibreOffice is not there, took too long or made no file.
    """
    with tempfile.TemporaryDirectory(prefix="casebook-letter-") as folder:
        work = Path(folder)
        (work / "letter.docx").write_bytes(docx)
        command = [
            office,
            f"-env:UserInstallation={(work / 'profile').as_uri()}",
            *("--headless", "--norestore", "--convert-to", "pdf", "--outdir", folder, str(work / "letter.docx")),
        ]
        try:
            run = subprocess.run(command, capture_output=True, timeout=timeout_s, check=False)
        except FileNotFoundError as absent:
            raise HostError("LibreOffice was not found.", hint="Install it, or send the Word file.") from absent
        except subprocess.TimeoutExpired as late:
            raise HostError(
                "LibreOffice took too long over the letter.", hint="Try again, or send the Word file."
            ) from late
        made = work / "letter.pdf"
        if run.returncode or not made.is_file():
            raise HostError("LibreOffice could not make the PDF.", hint="Send the Word file, or ask the administrator.")
        return made.read_bytes()
