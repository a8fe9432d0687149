"""Registers kept open between the presses of one host."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from addin.arrivals import expect_files
from addin.imports.reader import let_go
from addin.service import Service
from addin.settings import FILE, JOURNAL_FILE

#: Opens the register of a folder.
Opener = Callable[[Path], Service]


@dataclass
class OpenRegisters:
    """The registers pressed lately: each stays open while its settings and its journal are the same files."""

    opener: Opener = Service.open
    _open: dict[Path, tuple[object, Service]] = field(default_factory=dict)

    def of(self, folder: Path) -> Service:
        """The register of a folder, opened anew when its settings changed or its journal was replaced."""
        expect_files(folder)
        found = self._open.get(folder)
        marks = _marks(folder)
        if found is not None and found[0] == marks:
            return found[1]
        if found is not None:
            self._open.pop(folder)[1].close()
        service = self.opener(folder)
        self._open[folder] = marks, service
        return service

    def close(self) -> None:
        """Let go of every register; the next press opens it again."""
        for _, service in self._open.values():
            service.close()
        self._open.clear()
        let_go()


def _marks(folder: Path) -> object:
    """What tells settings and journal from others put in their place; a journal on a server has no file."""
    found: list[Any] = []
    for name, parts in ((FILE, ("st_ino", "st_mtime_ns", "st_size")), (JOURNAL_FILE, ("st_ino",))):
        try:
            status = (folder / name).stat()
        except OSError:
            found.append(None)
        else:
            found.append(tuple(getattr(status, part) for part in parts))
    return found
