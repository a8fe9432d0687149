"""Makes the pictures of letters in the README: two letters of a fictional register, set without an office program.

    python build/letter_pictures.py [OUT_DIR]

Needs poppler (pdftoppm). The letters are made like any other: claims are opened, evidence attached, the batch prints.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

from addin.bench.backlog import START, fill_backlog
from addin.claims.letters import Extent, Wanted, make_letters
from addin.folder import create

ROOT: Final = Path(__file__).resolve().parent.parent
#: Subtype -> the picture of its letter.
PICTURES: Final = {"LOST": "letter.png", "DAMAGE": "letter-damage.png"}
_DPI: Final = "80"


def main(arguments: list[str]) -> int:
    """Draw the letters into the folder named, or docs/pictures; answers the exit code."""
    if shutil.which("pdftoppm") is None:
        print("pdftoppm is not installed; install poppler-utils.", file=sys.stderr)
        return 3
    out = Path(arguments[0]) if arguments else ROOT / "docs" / "pictures"
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="casebook-pictures-") as place:
        service = create(Path(place) / "register", demo=True, clock=lambda: START)
        service = replace(service, actor=service.settings.actors()["a.khan"])
        fill_backlog(service, 7)
        for case in service.journal.cases(types=["UPC"]):
            if case.text("subtype") in PICTURES:
                made = make_letters(service, [Wanted(case.case_id)], Extent(pdf=True, way="direct"))
                pdf = next(name for name in made.files if name.endswith(".pdf"))
                target = out / PICTURES[case.text("subtype")]
                command = ["pdftoppm", "-png", "-singlefile", "-r", _DPI, str(service.folder / pdf)]
                subprocess.run([*command, str(target.with_suffix(""))], check=True)
                print(target)
        service.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
