"""Month-end packs and signing keys: made, made again, replaced, revoked; each step is an event.

1. The first pack that is no draft closes its month: what it was made from (instant, person, auditor's word, last event)
   is in its event, and so is its signature. Made again, the same month is the same file, whoever asks and whenever.
2. A person's first pack makes their signing key; `add_key` replaces it, `revoke_key` ends it.
3. A file is made first, under a name that nothing else has, and then the event that names it.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from addin import month_end
from addin.errors import ConfigError, HostError
from addin.journal import witness
from addin.logic.chain import Head
from addin.logic.events import Event, Json, iso
from addin.logic.key_history import KnownKey, current_key, history, told
from addin.logic.outcome import Outcome, Problem, Status
from addin.logic.system_kinds import KEY_ADDED, KEY_REVOKED, PACK_COPIED, PACK_MADE
from addin.logic.values import Actor, Role
from addin.packs.archive import Made, Statement, write_pack
from addin.packs.keys import KeyRing, PublicKey, SigningKey, grouped, same_key
from addin.packs.passphrase import asked_for
from addin.service import Service
from addin.settings import key_passphrase
from addin.tasks import witness_path

_KEY_KINDS: Final = (KEY_ADDED.name, KEY_REVOKED.name)
#: Whose work needs people by name.
FULL_COPY: Final = frozenset({Role.SENIOR_QA, Role.FINANCE, Role.LEGAL, Role.AUDITOR})


# ---- keys -----------------------------------------------------------------------------------------------------


def key_ring(service: Service) -> KeyRing:
    """Where the private keys of this account are."""
    named = service.settings.store.keys
    folder = (service.folder / named).resolve() if named else Path.home() / ".casebook" / "keys"
    return KeyRing(folder, ask=lambda fingerprint: key_passphrase() or asked_for(fingerprint))


def known_keys(service: Service, upto: int | None = None) -> dict[str, KnownKey]:
    """Every signing key the journal tells of, by fingerprint."""
    return history(service.journal.events(upto=upto, kinds=_KEY_KINDS))


def add_key(service: Service, why: str = "", passphrase: str = "") -> Outcome:
    """Make a new signing key for the person at the keyboard, its file under a passphrase where one is given.

    It replaces the one before.
    """
    before = current_key(known_keys(service), service.actor.id)
    key, event = _new_key(service, why, passphrase)
    replaced = f" It replaces {grouped(before.fingerprint[:16])}; what that one signed stays good." if before else ""
    words = f"Signing key {grouped(key.public.fingerprint)} is yours from event {event.seq} on.{replaced}"
    return Outcome(Status.DONE, words, seq=event.seq)


def own_key(service: Service, why: str) -> SigningKey:
    """The signing key of the person at the keyboard; made, with this reason, when they have none yet.

    Raises:
        ConfigError: its file is not on this computer, or its passphrase is not known.
    """
    mine = current_key(known_keys(service), service.actor.id)
    if mine is None:
        return _new_key(service, why)[0]
    key = key_ring(service).find(mine.fingerprint)
    if key is None:
        raise _absent(mine.fingerprint)
    return key


def unlock_key(service: Service) -> None:
    """Ask for the passphrase of your own key now, before long work begins, where its file is under one.

    Raises:
        ConfigError: its file is no such key, or its passphrase is not known.
    """
    mine = current_key(known_keys(service), service.actor.id)
    if mine is not None:
        key_ring(service).find(mine.fingerprint)


def _absent(fingerprint: str) -> ConfigError:
    return ConfigError(
        f"Your signing key {grouped(fingerprint[:16])} ... is not on this computer.",
        hint="Bring its file back, or make a new one with 'casebook key new'.",
        code="KEY-ABSENT",
    )


def protect_key(service: Service, passphrase: str) -> Outcome:
    """Put a passphrase on the file of your own key, or another one; the key itself stays what it was."""
    mine = current_key(known_keys(service), service.actor.id)
    if mine is None:
        hint = "Make one with 'casebook key new --passphrase'."
        return Outcome.refused(Problem("KEY-06", "You have no signing key yet.", hint=hint))
    if not key_ring(service).protect(mine.fingerprint, passphrase):
        raise _absent(mine.fingerprint)
    words = f"The file of your signing key {grouped(mine.fingerprint[:16])} ... now asks for its passphrase."
    return Outcome(Status.DONE, words)


def _new_key(service: Service, why: str, passphrase: str = "") -> tuple[SigningKey, Event]:
    key = key_ring(service).create(passphrase)
    data: dict[str, Json] = {
        "fingerprint": key.public.fingerprint,
        "public": key.public.raw.hex(),
        "owner": service.actor.id,
    }
    return key, service.record(KEY_ADDED.name, data, reason=why)


def revoke_key(service: Service, named: str, why: str, since: str = "") -> Outcome:
    """End a key: it signs nothing any more; with `since` (ISO) it is not trusted from that instant on."""
    found = [key for key in known_keys(service).values() if same_key(named, key.fingerprint)]
    problems = list(_revocation_problems(service, found, why, since))
    if problems:
        return Outcome.refused(*problems)
    (key,) = found
    event = service.record(
        KEY_REVOKED.name,
        {"fingerprint": key.fingerprint, "since": since or iso(service.clock())},
        reason=why,
    )
    words = f"The signing key {grouped(key.fingerprint[:16])} ... is revoked by event {event.seq}."
    return Outcome(Status.DONE, words, seq=event.seq)


def _revocation_problems(service: Service, found: list[KnownKey], why: str, since: str) -> Iterator[Problem]:
    if len(found) != 1:
        hint = "Give its fingerprint, or at least the first 16 characters; 'casebook key list' shows them."
        yield Problem("KEY-01", "No key, or more than one, is named so.", "fingerprint", hint=hint)
        return
    if found[0].revoked:
        yield Problem("KEY-02", f"Event {found[0].revoked} revoked this key already.", "fingerprint")
    if found[0].owner != service.actor.id and not service.actor.may({Role.SENIOR_QA}):
        yield Problem("KEY-03", "A key is revoked by its owner or by Senior QA.", hint="Ask one of them.")
    if not why.strip():
        yield Problem("KEY-04", "A key is revoked with a reason.", "reason", hint="Say why: lost, copied, left.")
    if since:
        try:
            instant = datetime.fromisoformat(since)
        except ValueError:
            instant = None
        if instant is None or instant.tzinfo is None:
            yield Problem("KEY-05", f"{since!r} is no instant.", "since", hint="Write 2026-10-31T18:00:00+00:00.")


# ---- packs ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Terms:
    """What a month is told from: the same terms make the same bytes."""

    at: datetime
    preparer: Actor
    word: str
    tip: Head
    key: PublicKey
    sign: Callable[[bytes], bytes]
    first: Event | None = None


def make_pack(service: Service, period: str, word: str = "") -> Outcome:
    """Make the audit pack of a month ("2026-10"): workbook, CSV files, manifest and signature in one ZIP.

    A closed month is told again from what it was told from first; `word` is the auditor's word for the sample.
    """
    closed = _closed(service, period, word)
    try:
        terms = _again(service, closed) if closed else _first_terms(service, period, word)
        with _workshop(service) as folder:
            month = _tell(service, period, terms, folder)
            made = write_pack(month, _statement(service, month, terms), terms.sign, folder / f"{_stem(month)}.zip")
            if closed is not None:
                return _put_again(service, closed, month, made)
            files = _put(service, month.workbook, made.path)
    except ValueError as error:
        hint = "Write the month like 2026-10."
        return Outcome.refused(Problem("PACK-PERIOD", str(error), "period", hint=hint))
    witness.add(witness_path(service), service.journal.head())
    event = service.record(PACK_MADE.name, _made_data(month, made, terms, files))
    draft = " (draft: the month is not over)" if month.draft else ""
    key = grouped(terms.key.fingerprint[:16])
    text = f"Audit workbook of {period}{draft}: {files[0]}; signed pack: {files[1]}, key {key} ..."
    return Outcome(Status.DONE, text, seq=event.seq, files=files)


def make_full_copy(service: Service, period: str) -> Outcome:
    """Make the month's workbook with people by name and texts as typed, for those whose work needs it.

    It carries no signature and closes nothing; that it was made, and by whom, is an event.
    """
    if not service.actor.may(FULL_COPY):
        roles = ", ".join(sorted(role.value.replace("_", " ") for role in FULL_COPY))
        words = f"{service.actor.name} may not make a full copy, which shows people."
        return Outcome.refused(Problem("PACK-FULL", words, hint=f"It takes one of these roles: {roles}."))
    try:
        with _workshop(service) as folder:
            month = month_end.build(
                service.journal, service.kinds, service.settings, service.policy, period=period, now=service.clock(),
                preparer=service.actor, folder=folder, full=True,
            )  # fmt: skip
            digest = hashlib.sha256(month.workbook.read_bytes()).hexdigest()
            files = _put(service, month.workbook)
    except ValueError as error:
        hint = "Write the month like 2026-10."
        return Outcome.refused(Problem("PACK-PERIOD", str(error), "period", hint=hint))
    data: dict[str, Json] = {"period": month.story.period.text, "file": files[0], "sha256": digest}
    event = service.record(PACK_COPIED.name, data)
    text = f"Full copy of {period}, people by name: {files[0]}. It is not the pack: do not pass it on."
    return Outcome(Status.DONE, text, seq=event.seq, files=files)


def _closed(service: Service, period: str, word: str) -> Event | None:
    """The event that closed this month with this word; a word left out means the one of the first closing."""
    for event in service.journal.events(kinds=[PACK_MADE.name]):
        data = event.data
        same = data.get("period") == period.strip() and data.get("draft") is False and "signature" in data
        if same and (not word or data.get("word") == word):
            return event
    return None


def _first_terms(service: Service, period: str, word: str) -> _Terms:
    month_end.Period.of(period, service.clock())  # a month that is none makes no key
    key = own_key(service, "Made with the first pack")
    return _Terms(service.clock(), service.actor, word, service.journal.head(), key.public, key.sign)


def _again(service: Service, event: Event) -> _Terms:
    """The terms of a month that was closed before, its kept signature in the place of the key."""
    data = event.data
    tip = next(service.journal.events(int(str(data["upto"])) - 1, int(str(data["upto"]))))
    known = known_keys(service, event.seq)[str(data["key"])]
    # Who prepared it then may hold other roles today; the pack shows those that were recorded.
    roles = frozenset(Role(role) for role in str(data["roles"]).split(",") if role)
    person = Actor(event.actor, event.actor, roles)
    signature = bytes.fromhex(str(data["signature"]))
    return _Terms(
        datetime.fromisoformat(str(data["at"])), person, str(data["word"]), Head(tip.seq, tip.hash, tip.at),
        PublicKey.of(known.public), lambda _manifest: signature, event,
    )  # fmt: skip


def _tell(service: Service, period: str, terms: _Terms, folder: Path) -> month_end.Month:
    return month_end.build(
        service.journal, service.kinds, service.settings, service.policy, period=period, now=terms.at,
        preparer=terms.preparer, folder=folder, auditor_word=terms.word, signer=terms.key.fingerprint,
        upto=terms.tip.seq,
    )  # fmt: skip


def _statement(service: Service, month: month_end.Month, terms: _Terms) -> Statement:
    roles = ", ".join(sorted(role.value.replace("_", " ") for role in terms.preparer.roles))
    return Statement(
        service.settings.house.name, iso(terms.at), month.mask.who(terms.preparer.id), roles, terms.tip, terms.key,
        tuple(told(known_keys(service, terms.tip.seq))),
    )  # fmt: skip


def _stem(month: month_end.Month) -> str:
    return month.workbook.stem


@contextmanager
def _workshop(service: Service) -> Iterator[Path]:
    """A folder beside the packs, on their disk, that goes when all is done."""
    packs = service.folder / "packs"
    try:
        packs.mkdir(parents=True, exist_ok=True)
        work = tempfile.TemporaryDirectory(prefix=".making-", dir=packs)
    except OSError as error:
        raise HostError(f"{packs} cannot be written: {error.strerror}.", hint="Check the rights on it.") from error
    with work as folder:
        yield Path(folder)


def _put(service: Service, *made: Path) -> tuple[str, ...]:
    """Give finished files their place among the packs; a name that is taken by other contents gets a number."""
    names = []
    stem = made[0].stem
    for number in range(1, 1_000):
        tail = "" if number == 1 else f"-v{number}"
        targets = [service.folder / "packs" / f"{stem}{tail}{path.suffix}" for path in made]
        if not any(target.exists() for target in targets):
            break
    for path, target in zip(made, targets, strict=True):
        path.replace(target)
        names.append(f"packs/{target.name}")
    return tuple(names)


def _put_again(service: Service, first: Event, month: month_end.Month, made: Made) -> Outcome:
    """A closed month told again: the same file, or a refusal that says what must have changed."""
    data = first.data
    if made.sha256 != data["sha256"]:
        rules = month.rules != data.get("rules")
        why = "the policy in casebook.toml" if rules else "the settings, or the version of Casebook or its packages"
        words = f"The month {data['period']} was closed by event {first.seq}, and would be told differently now: {why}"
        hint = "The pack of that event stays the one that counts; take it from packs/ or from a snapshot."
        return Outcome.refused(Problem("PACK-CHANGED", f"{words} changed since.", "period", hint=hint))
    files = []
    for path, name in ((month.workbook, data["workbook"]), (made.path, data["file"])):
        target = service.folder / str(name)
        path.replace(target)
        files.append(str(name))
    words = f"The month {data['period']} was closed by event {first.seq}; its pack was made again, the same to the byte"
    return Outcome(Status.DONE, f"{words}: {files[1]}.", files=tuple(files))


def _made_data(month: month_end.Month, made: Made, terms: _Terms, files: tuple[str, ...]) -> Mapping[str, Json]:
    return {
        "period": month.story.period.text, "file": files[1], "sha256": made.sha256, "workbook": files[0],
        "manifest": made.manifest_sha256, "signature": made.signature, "key": terms.key.fingerprint,
        "upto": terms.tip.seq, "draft": month.draft, "at": iso(terms.at), "word": terms.word, "rules": month.rules,
        "roles": ",".join(sorted(role.value for role in terms.preparer.roles)),
    }  # fmt: skip


def head_lines(service: Service) -> str:
    """The head as a text to send to somebody outside: what to keep, and what it is good for."""
    head = service.journal.head()
    line = f"{head.seq}\t{head.hash}\t{head.at}\t{head.seq}"
    digest = hashlib.sha256(line.encode()).hexdigest()[:8]
    return (
        f"Subject: Head of register {service.journal.register_id[:8]} at event {head.seq}\n\n"
        f"Please keep this message. It shows later whether events up to {head.at} were changed or cut off.\n\n"
        f"{line}\n\n"
        f"Register {service.journal.register_id}; check digits {digest}.\n"
        "To compare: save the line with the tabs as witness.txt and run\n"
        "casebook verify REGISTER --witness witness.txt\n"
    )


__all__ = [
    "add_key",
    "head_lines",
    "key_ring",
    "known_keys",
    "make_pack",
    "own_key",
    "protect_key",
    "revoke_key",
    "unlock_key",
]
