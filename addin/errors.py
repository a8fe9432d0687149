"""The one tree of exceptions: broken worlds, never faults in what a person typed.

CasebookError
  +-- ConfigError             settings that cannot be read or are wrong
  +-- HostError               the spreadsheet program or the closed file
  |     +-- HostBusy          a cell is being edited, or the file is open elsewhere
  |     +-- HostGone          the program died
  |     +-- Unsupported       this host cannot do that
  |     +-- NotOurBook        not a Casebook workbook, or of another register or schema
  +-- JournalError            the database
  |     +-- Conflict          somebody else wrote first
  |     +-- Unavailable       cannot be opened, locked, or on a path where it must not live
  +-- IntegrityError          contents that contradict their proof
  |     +-- ChainBroken       an event whose hash does not follow; names the sequence number
  +-- LetterError             a template or its data
"""

from __future__ import annotations


class CasebookError(Exception):
    """Something outside the user's words went wrong; `hint` says what to do about it."""

    code = "CASEBOOK"

    def __init__(self, message: str, *, hint: str = "", code: str = "", **context: object) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code or type(self).code
        self.context = context

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class ConfigError(CasebookError):
    """Settings that cannot be read or hold a wrong value."""

    code = "CFG"


class HostError(CasebookError):
    """The spreadsheet program, or the closed workbook file, cannot do its part."""

    code = "HOST"


class HostBusy(HostError):
    """A cell is in edit mode, a dialog is open, or the file is open in another program."""

    code = "HOST-BUSY"


class HostGone(HostError):
    """The spreadsheet program has gone away."""

    code = "HOST-GONE"


class Unsupported(HostError, NotImplementedError):
    """This host cannot do what was asked."""

    code = "HOST-UNSUPPORTED"


class NotOurBook(HostError):
    """The workbook is not Casebook's, or belongs to another register or schema."""

    code = "HOST-BOOK"


class JournalError(CasebookError):
    """The journal's database cannot do its part."""

    code = "JRN"


class Conflict(JournalError):
    """Somebody else wrote to the same case first."""

    code = "JRN-CONFLICT"


class Unavailable(JournalError):
    """The journal cannot be opened here."""

    code = "JRN-UNAVAILABLE"


class IntegrityError(CasebookError):
    """Stored contents contradict their proof; never repaired automatically."""

    code = "INT"


class ChainBroken(IntegrityError):
    """An event's hash does not follow from its text and its predecessor."""

    code = "INT-CHAIN"

    def __init__(self, seq: int, expected: str, found: str) -> None:
        super().__init__(
            f"Event {seq} does not match its hash.",
            hint="Keep the file as it is and tell the auditor; restore from a snapshot or rebuild from the workbook.",
            seq=seq,
            expected=expected,
            found=found,
        )
        self.seq = seq
        self.expected = expected
        self.found = found


class LetterError(CasebookError):
    """A letter template or the values it needs are faulty."""

    code = "LET"
