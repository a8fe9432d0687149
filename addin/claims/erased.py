"""Letters and claim sets of people whose values are erased: which files print them, and their end.

1. A letter prints who should have had the parcel. It goes with these values, and stays while one of them is kept.
2. One event names the files, then they are deleted. A kill between leaves files that are named as erased: verify
   tells of them, and the next erasure deletes them.
3. What lies aside without an event goes with the letters of its case.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final

from addin.claims.history import history_of
from addin.claims.letters import FOLDER
from addin.durable import CannotWrite
from addin.journal import Journal
from addin.logic.system_kinds import LETTERS_ERASED

#: The personal fields that a claim letter prints.
PRINTED: Final = frozenset({"consignee_name", "consignee_town", "consignee_postcode", "pod_name"})


def prints_erased(going: Collection[str], held: Collection[str]) -> bool:
    """True when a case's letters go: what they print is erased, and nothing of it is kept."""
    return bool(PRINTED & set(going)) and not PRINTED & set(held)


def files_of_letters(folder: Path, journal: Journal, case_ids: Iterable[str]) -> tuple[str, ...]:
    """The files of these cases' letters that lie in the register's folder, sets and what lies aside included."""
    there = {path.relative_to(folder).as_posix() for path in (folder / FOLDER).rglob("*") if path.is_file()}
    found: set[str] = set()
    for case_id in case_ids:
        named = {name for made in history_of(journal, case_id).get(case_id, ()) for name in made.files}
        numbers = {made.number for made in history_of(journal, case_id).get(case_id, ())}
        found |= {name for name in there if name in named or case_id in name or any(no in name for no in numbers)}
    return tuple(sorted(found))


def delete_erased(folder: Path, journal: Journal) -> int:
    """Delete every file that an event names as erased; answers how many were still there.

    Raises:
        CannotWrite: one cannot be deleted, because it is open, or for want of rights.
    """
    count = 0
    for event in journal.events(kinds=(LETTERS_ERASED.name,)):
        names = event.data.get("files", [])
        for name in names if isinstance(names, list) else ():
            path = folder.joinpath(*str(name).split("/"))
            try:
                if path.is_file():
                    path.unlink()
                    count += 1
            except OSError as error:
                hint = "Close it where it is open, then erase again."
                raise CannotWrite(f"{path.name} cannot be deleted: {error.strerror}.", hint=hint) from error
    return count
