"""Who else holds a workbook file: Excel, LibreOffice, another of our own saves, or a read-only mark.

Excel leaves an owner file `~$name` beside an open workbook, LibreOffice `.~lock.name#`; both carry the person's name.
Our own saves are serialised by `.name.casebook-lock`, made with O_EXCL, which holds the process id; the lock of a dead
process is taken over. None of these files is trusted for more than a message and a refusal: whether the workbook is
still the one that was read is judged by its contents (`package.Fingerprint`).
"""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from addin.errors import HostBusy, HostError
from addin.hosts.package import TEMPORARY, Fingerprint, fingerprint

_EXCEL_NAME_BYTES: Final = 54
_EXCEL_WIDE_AT: Final = 55
_EMPTY_LOCK_S: Final = 5.0
_UNKNOWN: Final = "somebody"


def refuse_if_held(path: Path) -> None:
    """Refuse when another program has the workbook open, or it is marked read-only.

    Raises:
        HostBusy: naming the program, the person when the owner file tells, and what to do.
    """
    excel = path.with_name(f"~${path.name}")
    if excel.exists():
        raise _held(path, "Excel", _excel_owner(excel), excel)
    libre = path.with_name(f".~lock.{path.name}#")
    if libre.exists():
        raise _held(path, "LibreOffice", _libre_owner(libre), libre)
    mode = path.stat().st_mode
    if not mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not os.access(path, os.W_OK):
        raise HostBusy(f"{path.name} is marked read-only.", hint="Take the read-only mark off the file and try again.")


def refuse_if_changed(path: Path, known: Fingerprint) -> None:
    """Refuse when the file is not the one that was read.

    Raises:
        HostBusy: somebody saved it meanwhile, or it is gone.
    """
    try:
        now = fingerprint(path)
    except HostBusy:
        raise
    except HostError as error:
        raise HostBusy(f"{path.name} was moved or damaged since it was read.", hint="Open it again.") from error
    if not known.same_contents(now):
        raise HostBusy(
            f"{path.name} was saved by somebody else since it was read.",
            hint="Nothing was written. Run the command again: it starts from what is in the file now.",
        )


@contextlib.contextmanager
def saving(path: Path) -> Iterator[None]:
    """Hold our own lock on a workbook while it is saved, and sweep up what a killed save left.

    Raises:
        HostBusy: another process of ours is saving.
    """
    lock = path.with_name(f".{path.name}.casebook-lock")
    _take(lock, path)
    try:
        _sweep(path)
        yield
    finally:
        lock.unlink(missing_ok=True)


def _take(lock: Path, path: Path) -> None:
    mine = f"{os.getpid()} {socket.gethostname()}"
    for _ in range(3):
        try:
            handle = os.open(lock, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        except FileExistsError:
            _drop_dead(lock, path)
            continue
        except OSError as error:
            raise HostBusy(
                f"You may not write in the folder of {path.name}: {error.strerror}.", hint="Ask for the right to write."
            ) from error
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(mine)
        except OSError as error:  # a full disk takes the name of the lock, but not what is in it
            lock.unlink(missing_ok=True)
            hint = "Free some space; the journal has what was recorded."
            raise HostError(f"{path.name} cannot be saved: {error.strerror}.", hint=hint) from error
        return
    raise _busy(lock, path, "another command")


def _drop_dead(lock: Path, path: Path) -> None:
    """Remove the lock of a process that is no more; refuse when its holder lives or cannot be judged."""
    with contextlib.suppress(FileNotFoundError):
        found = lock.read_text(encoding="utf-8", errors="replace")
        if not _is_dead(found, lock):
            raise _busy(lock, path, f"process {found.strip() or 'that is just starting'}")
        aside = lock.with_name(f"{lock.name}.{os.getpid()}")
        lock.rename(aside)  # of several takers one wins the rename
        taken = aside.read_text(encoding="utf-8", errors="replace")
        if taken != found:  # a living process slipped in between: give its lock back
            with contextlib.suppress(FileExistsError):
                os.link(aside, lock)
            aside.unlink()
            raise _busy(lock, path, f"process {taken}")
        aside.unlink()


def _is_dead(holder: str, lock: Path) -> bool:
    if not holder:  # made and not yet filled in, or its maker died in that very moment
        return time.time() - lock.stat().st_mtime > _EMPTY_LOCK_S
    number, _, host = holder.partition(" ")
    if not number.isdigit() or host != socket.gethostname():
        return False
    return not process_lives(int(number))


def process_lives(pid: int) -> bool:
    """True when a process of this number runs on this machine; one that ended and waits for its parent does not."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - only Windows has it to ask

        handle = ctypes.windll.kernel32.OpenProcess(0x1000, False, pid)  # PROCESS_QUERY_LIMITED_INFORMATION
        if handle:
            ctypes.windll.kernel32.CloseHandle(handle)
        return bool(handle)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    """True for a process that has ended and whose parent has not asked yet (Linux says so; elsewhere never)."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return told.rpartition(")")[2].split()[:1] == ["Z"]


def _sweep(path: Path) -> None:
    """Delete half-written files of dead processes."""
    head = f".{path.name}."
    for leftover in path.parent.iterdir():
        name = leftover.name
        if name.startswith(head) and name.endswith(TEMPORARY):
            number = name[len(head) : -len(TEMPORARY)]
            if number.isdigit() and (int(number) == os.getpid() or not process_lives(int(number))):
                leftover.unlink(missing_ok=True)


def _busy(lock: Path, path: Path, holder: str) -> HostBusy:
    return HostBusy(
        f"{path.name} is being saved by {holder}.",
        hint=f"Wait a moment and try again. If no other Casebook runs, delete the file {lock.name}.",
        holder=holder,
    )


def _held(path: Path, program: str, person: str, owner: Path) -> HostBusy:
    who = f" ({person})" if person else ""
    return HostBusy(
        f"{path.name} is open in {program}{who}.",
        hint=f"Close it there and try again. If nobody has it open, delete the file {owner.name} beside it.",
        program=program,
        holder=person or _UNKNOWN,
    )


def _excel_owner(owner: Path) -> str:
    """The person's name in Excel's owner file: one length byte, 54 bytes of text, then the same in UTF-16."""
    try:
        data = owner.read_bytes()
    except OSError:
        return ""
    wide = data[_EXCEL_WIDE_AT : _EXCEL_WIDE_AT + 2]
    length = int.from_bytes(wide, "little") if len(wide) == 2 else 0
    text = data[_EXCEL_WIDE_AT + 2 : _EXCEL_WIDE_AT + 2 + 2 * length].decode("utf-16-le", errors="ignore")
    if not 0 < length <= _EXCEL_NAME_BYTES or not text.isprintable():
        text = data[1 : 1 + min(data[0] if data else 0, _EXCEL_NAME_BYTES)].decode("cp1252", errors="ignore")
    return _printable(text)


def _libre_owner(owner: Path) -> str:
    """The person's name in LibreOffice's lock file: "name,account,computer,time,profile;"."""
    try:
        fields = owner.read_text(encoding="utf-8", errors="replace").split(",")
    except OSError:
        return ""
    return _printable(next((field for field in fields[:3] if field.strip()), ""))


def _printable(text: str) -> str:
    return "".join(c for c in text if c.isprintable()).strip()[:60]
