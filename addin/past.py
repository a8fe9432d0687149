"""The register as it was: a snapshot brought back beside it, and any moment rebuilt from the journal.

Neither ever writes over anything, least of all over the present register.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import tomli_w

from addin.errors import HostError, NotOurBook
from addin.folder import take_folder, write_workbook
from addin.history.versions import events_before, events_until, find_mark
from addin.journal import SqliteJournal
from addin.journal.refill import refill
from addin.logic.chain import Head
from addin.logic.events import Event, Json, digests, iso
from addin.logic.outcome import Outcome, Status
from addin.logic.system_kinds import SNAPSHOT_RESTORED
from addin.service import Service
from addin.settings import FILE, JOURNAL_FILE
from addin.snapshots import Store
from addin.tasks import keep_before


def restore(service: Service, name: str, target: Path) -> Outcome:
    """Bring a snapshot back as new files and record that it was done.

    `target` is a workbook, a journal or a folder that does not exist yet; a folder also gets the settings, so that it
    can be opened and looked at.

    Raises:
        NotOurBook: there is no such snapshot.
        HostError: something is at the target already.
        IntegrityError: the snapshot is damaged; nothing was written.
    """
    mark = find_mark(service.journal, name)
    if mark is not None:
        return _restore_mark(service, mark, name, target)
    keep_before(service, "a restore")
    done = Store(service.folder / "snapshots").restore(name, target)
    if target.is_dir():
        _settings_of_a_copy(service.folder, target, f"version {name}")
    data: dict[str, Json] = {"name": name, "place": target.name}
    event = service.record(SNAPSHOT_RESTORED.name, data, reason="Restored to look at it")
    files = tuple(str(path) for path in done.files)
    exact = "the very same file, byte by byte" if done.same_bytes else "equal part by part"
    return Outcome(Status.DONE, f"{name} is in {target}: {exact}. The register itself is unchanged.",
                   seq=event.seq, files=files)  # fmt: skip


def as_of(service: Service, moment: datetime, target: Path) -> Head:
    """Rebuild the register as it stood at an instant, as a register of its own in a new folder; answers its head.

    Personal values that were erased since stay erased. Nothing is recorded: looking changes nothing.

    Raises:
        ConfigError: the folder holds something already.
        NotOurBook: the register did not exist yet.
        HostError: the disk refuses.
    """
    events = list(events_until(service.journal, moment))
    if not events:
        first = next(service.journal.events(upto=1)).at
        hint = f"Its first event is of {first}."
        raise NotOurBook(f"The register did not exist at {iso(moment)}.", hint=hint, code="VER-BEFORE")
    return _rebuilt(service, events, moment, target, f"the register as of {iso(moment)}")


def _restore_mark(service: Service, mark: Event, name: str, target: Path) -> Outcome:
    """A version that has no file of its own, told again from the journal, as a register in a new folder."""
    if target.suffix or target.exists():
        raise HostError(
            f"{target} is there already, or is no folder.",
            hint="A marked version comes back as a whole register: name a new folder.",
            code="SNAP-EXISTS",
        )
    events = list(events_before(service.journal, mark))
    _rebuilt(service, events, datetime.fromisoformat(events[-1].at), target, f"version {name}")
    event = service.record(
        SNAPSHOT_RESTORED.name, {"name": name, "place": target.name}, reason="Restored to look at it"
    )
    words = f"{name} is in {target}, told again from {len(events)} events. The register itself is unchanged."
    return Outcome(Status.DONE, words, seq=event.seq, files=(str(target),))


def _rebuilt(service: Service, events: Sequence[Event], moment: datetime, target: Path, what: str) -> Head:
    named = [name for event in events for name in digests(event.data)]
    take_folder(target)
    _settings_of_a_copy(service.folder, target, what)
    journal = SqliteJournal(target / JOURNAL_FILE, create=True)
    then = Service(target, service.settings, journal, service.actor, lambda: moment, service.policy)
    try:
        head = refill(journal, service.journal.links(upto=events[-1].seq), service.journal.vault(named))
        write_workbook(then)
    finally:
        then.close()
    return head


def _settings_of_a_copy(folder: Path, target: Path, what: str) -> None:
    """The register's settings for a copy that can be opened and looked at, and that nothing is written into."""
    try:
        content = tomllib.loads((folder / FILE).read_text(encoding="utf-8"))
        content |= {"copy_of": what}
        content.pop("store", None)  # its journal is the file beside it, wherever the register keeps its own
        (target / FILE).write_text(tomli_w.dumps(content), encoding="utf-8", newline="\n")
    except OSError as error:
        raise HostError(f"{target} cannot be written: {error.strerror}.") from error
