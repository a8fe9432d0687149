"""The witness: one line per head, kept in a second place, against a chain that was cut or made anew.

A line is `seq head at count`, separated by tabs, appended and never rewritten. Who holds the second place (another
folder, another share, an auditor's mailbox) can show that a later chain does not contain what was witnessed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from addin.errors import JournalError
from addin.logic.chain import Fault, Head

_LINE: Final = re.compile(r"([0-9]{1,15})\t([0-9a-f]{64})\t([0-9T:+-]*)\t([0-9]{1,15})")


@dataclass(frozen=True, slots=True)
class WitnessLine:
    """A head as it once was: sequence number, hash, instant and number of events."""

    seq: int
    hash: str
    at: str
    count: int

    def text(self) -> str:
        """The line as it is written."""
        return f"{self.seq}\t{self.hash}\t{self.at}\t{self.count}"


def add(path: Path, head: Head) -> WitnessLine:
    """Append a head to the witness file and make it durable.

    Raises:
        JournalError: when the place cannot be written.
    """
    line = WitnessLine(head.seq, head.hash, head.at, head.seq)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="ascii", newline="\n") as file:
            file.write(line.text() + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise JournalError(
            f"The witness line could not be written to {path}: {error.strerror}.",
            hint="Check 'witness' in casebook.toml and the rights on that folder.",
            code="JRN-WITNESS",
        ) from error
    return line


def read(path: Path) -> tuple[WitnessLine, ...]:
    """The lines of a witness file; none when there is no file.

    Raises:
        JournalError: for a line that is not one of ours; it names the line.
    """
    try:
        content = path.read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise JournalError(
            f"The witness file {path} cannot be read: {error.strerror}.",
            hint="Check 'witness' in casebook.toml and the rights on that file.",
            code="JRN-WITNESS",
        ) from error
    return tuple(_line(path, number, text) for number, text in enumerate(content.splitlines(), 1))


def _line(path: Path, number: int, text: str) -> WitnessLine:
    found = _LINE.fullmatch(text)
    if found is None:
        raise JournalError(
            f"Line {number} of the witness file {path.name} is not one of ours.",
            hint="Keep the file as it is and look who wrote to it; every other line still stands.",
            code="JRN-WITNESS",
        )
    return WitnessLine(int(found[1]), found[2], found[3], int(found[4]))


def compare(lines: tuple[WitnessLine, ...], head: Head, hashes: Mapping[int, str]) -> Iterator[Fault]:
    """Where a chain differs from what was witnessed: a cut tail, or a chain that was made anew.

    `hashes` maps the witnessed sequence numbers to the chain's hashes now.
    """
    for line in lines:
        if line.seq > head.seq:
            yield Fault(
                head.seq + 1,
                "cut",
                f"Events {head.seq + 1} to {line.seq} are gone: {line.at} was witnessed at {line.seq}.",
            )
        elif line.seq and hashes.get(line.seq) != line.hash:
            yield Fault(line.seq, "rehashed", f"Event {line.seq} is not the one that was witnessed on {line.at}.")
