"""The inbox of a register: which files wait there, and where they go when they were taken or refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from addin.errors import CasebookError
from addin.logic.values import clean_id

INBOX: Final = "inbox"
_SUFFIXES: Final = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where one file lies, and how it is named in messages and in what is kept."""

    folder: Path
    path: Path
    stamp: str

    @property
    def shown(self) -> str:
        """The file's name without characters that mislead: control characters, marks of direction."""
        return clean_id(self.path.name)[:120] or "file"

    @property
    def is_inside(self) -> bool:
        """True for a file of the inbox, which is moved when it is done with."""
        return self.path.parent.resolve() == (self.folder / INBOX).resolve()

    def done(self, result: str = "") -> str:
        """Move the file to what was taken, and write the list of its rows beside it; answers the list's place."""
        self._move("done")
        if not result:
            return ""
        path = self._free("done", f"{self._kept}.result.csv")
        _write(path, "\ufeff" + result)
        return path.relative_to(self.folder).as_posix()

    def refused(self, why: str) -> None:
        """Move the file to what was refused, with a text that says why."""
        self._move("refused")
        _write(self._free("refused", f"{self._kept}.why.txt"), f"{self.shown}\n\n{why}\n")

    @property
    def _kept(self) -> str:
        safe = re.sub(r'[<>:"/\\|?*\x00-\x1f]+', "_", self.shown).strip(". ")
        return f"{self.stamp}-{safe or 'file'}"

    def _free(self, where: str, name: str) -> Path:
        target = self.folder / INBOX / where / name
        number = 2
        while target.exists():
            target = target.with_name(f"{number}-{name}")
            number += 1
        return target

    def _move(self, where: str) -> None:
        if not self.is_inside:
            return
        target = self._free(where, self._kept)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            self.path.replace(target)
        except OSError as error:
            hint = f"Close it where it is open, then move it to {INBOX}/{where} yourself: what it said is recorded."
            raise CasebookError(
                f"{self.shown} cannot be moved: {error.strerror}.", hint=hint, code="IMP-MOVE"
            ) from error


def place_of(folder: Path, path: Path, now: datetime) -> Place:
    """The place of a file, and the instant it will be filed under."""
    return Place(folder, path, f"{now:%Y%m%dT%H%M%SZ}")


def waiting_files(folder: Path) -> list[Path]:
    """The tables that lie in the inbox, oldest name first; folders, links and hidden files are left alone."""
    inbox = folder / INBOX
    if not inbox.is_dir():
        return []
    return sorted(
        path
        for path in inbox.iterdir()
        if path.suffix.lower() in _SUFFIXES
        and not path.name.startswith((".", "~$"))
        and not path.is_symlink()
        and path.is_file()
    )


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        hint = "Check the rights on the inbox and the space on the disk."
        raise CasebookError(
            f"{path.name} cannot be written: {error.strerror}.", hint=hint, code="FILE-WRITE"
        ) from error
