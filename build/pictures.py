"""Makes the pictures of the README: sheets of a register's workbook as PNG files, drawn by LibreOffice.

    python build/pictures.py REGISTER [--out docs/pictures] [--sheets Desk Refunds ...] [--dpi 110]

REGISTER is a register's folder or a workbook file; it is not changed. The first page of each sheet becomes
OUT/<sheet>.png. Needs LibreOffice (soffice) and poppler (pdftoppm, pdftotext). Exit code 3 when one is missing or a
sheet did not come out.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
SHEETS: Final = ("Desk", "Case", "Requests", "Refunds", "Claims", "Dashboard", "Audit")
_TOOLS: Final = {"soffice": "LibreOffice", "pdftoppm": "poppler-utils", "pdftotext": "poppler-utils"}
_PATIENCE: Final = 180


class PictureFault(Exception):
    """Why a picture could not be made, in words."""


def pictures(workbook: Path, out: Path, sheets: Sequence[str], dpi: int) -> list[Path]:
    """Draw the first page of each sheet; answers the files written.

    Raises:
        PictureFault: a tool is missing, LibreOffice did not print the workbook, or a sheet has no page.
    """
    for tool, package in _TOOLS.items():
        if shutil.which(tool) is None:
            raise PictureFault(f"{tool} is not installed; install {package}.")
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="casebook-pictures-") as name:
        folder = Path(name)
        pdf = _printed(workbook, folder)
        pages = _first_pages(pdf)
        missing = [sheet for sheet in sheets if sheet not in pages]
        if missing:
            raise PictureFault(f"There is no page of {', '.join(missing)}; it has {', '.join(pages)}.")
        return [_drawn(pdf, pages[sheet], out / f"{sheet.lower()}.png", dpi) for sheet in sheets]


def _printed(workbook: Path, folder: Path) -> Path:
    copy = folder / "book.xlsm"
    shutil.copyfile(workbook, copy)
    profile = (folder / "profile").as_uri()
    command = ["soffice", "--headless", f"-env:UserInstallation={profile}", "--convert-to", "pdf", "--outdir",
               str(folder), str(copy)]  # fmt: skip
    pdf = folder / "book.pdf"
    for _ in range(2):  # a profile that is being made may end the first start early
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=False)
        if pdf.is_file():
            return pdf
    raise PictureFault(f"LibreOffice did not print {workbook.name}: {done.stderr.strip()}")


def _first_pages(pdf: Path) -> dict[str, int]:
    """The first page of each sheet: the one whose top line is the sheet's title."""
    text = subprocess.run(
        ["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, timeout=_PATIENCE, check=True
    ).stdout
    found: dict[str, int] = {}
    for number, page in enumerate(text.split("\f"), 1):
        lines = [line.strip() for line in page.splitlines() if line.strip()]
        if lines:
            found.setdefault(lines[0].partition(" - ")[0], number)
    return found


def _drawn(pdf: Path, page: int, target: Path, dpi: int) -> Path:
    command = ["pdftoppm", "-png", "-singlefile", "-r", str(dpi), "-f", str(page), "-l", str(page), str(pdf),
               str(target.with_suffix(""))]  # fmt: skip
    subprocess.run(command, check=True, timeout=_PATIENCE)
    return target


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw the sheets named on the command line; answers the exit code."""
    parser = argparse.ArgumentParser(prog="build/pictures.py", description="Draws sheets of a register as pictures.")
    parser.add_argument("register", type=Path, help="a register's folder, or a workbook file")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "pictures")
    parser.add_argument("--sheets", nargs="+", default=list(SHEETS), metavar="SHEET")
    parser.add_argument("--dpi", type=int, default=110)
    options = parser.parse_args(arguments)
    workbook = options.register / "casebook.xlsm" if options.register.is_dir() else options.register
    try:
        if not workbook.is_file():
            raise PictureFault(f"{workbook} does not exist.")
        for path in pictures(workbook, options.out, options.sheets, options.dpi):
            print(path)
    except (PictureFault, subprocess.SubprocessError) as fault:
        print(fault, file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
