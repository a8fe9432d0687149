"""Two subjects against each other: the same chain, one a copy or an older state of the other, or two different ones.

1. Different registers are told apart first; nothing else is compared then.
2. Every event that both know must have one hash; each run of events that has not is named by its first.
3. What is shorter is behind, which is fine, except a register's journal: if a copy knows more, its end was cut.
4. A pack must be one that the journal says it made, signed by a key the journal knew then and still trusts.
"""

from __future__ import annotations

from collections.abc import Iterator

from addin.logic.chain import Fault
from addin.logic.key_history import doubt, history
from addin.logic.system_kinds import KEY_ADDED, KEY_REVOKED, PACK_MADE
from addin.verify.subjects import Subject, What

#: How the note begins that asks to compare a fingerprint.
SIGNED = "Signed by the key "
_KEY_KINDS = frozenset({KEY_ADDED.name, KEY_REVOKED.name})


def side_by_side(one: Subject, other: Subject) -> tuple[list[Fault], list[str]]:
    """How two subjects stand to each other: faults and notes; `one` is the journal where there is one."""
    if other.live and not one.live:
        one, other = other, one
    if not one.register or not other.register:
        unsaid = one if not one.register else other
        if unsaid.faults or unsaid.what is not What.MONTH:
            return [], []
        return [], [f"A {unsaid.what} names no event by itself: compare its pack."]
    if one.register != other.register:
        words = f"The {other.what} is of register {other.register}, the {one.what} of {one.register}."
        return [Fault(1, "foreign", words)], []
    faults = list(_apart(one, other))
    notes: list[str] = []
    if not faults:
        faults += _lengths(one, other, notes)
    if other.manifest is not None and one.mentions:
        wrong = list(_made_here(one, other))
        faults += wrong
        if not wrong and one.head.seq > other.head.seq:
            words = f"The {one.what} knows the key that signed this pack, and trusts it."
            other.notes[:] = [words if note.startswith(SIGNED) else note for note in other.notes]
    return faults, notes


def _apart(one: Subject, other: Subject) -> Iterator[Fault]:
    """Each run of events that both know and that differ."""
    common = min(one.head.seq, other.head.seq)
    if one.all is not None and other.all is not None:
        runs = list(one.all.runs_apart(other.all, common))
    else:
        named = sorted({*one.some} | {*other.some}) if one.all is None and other.all is None else None
        seqs = named if named is not None else sorted(one.some or other.some)
        wrong = [
            seq for seq in seqs if seq <= common and "" not in (a := (one.at(seq), other.at(seq))) and a[0] != a[1]
        ]
        runs = list(_runs(wrong))
    for first, last in runs:
        which = f"Event {first}" if first == last else f"Events {first} to {last}"
        verb = "is" if first == last else "are"
        words = f"{which} of the {other.what} {verb} not the {one.what}'s: one of them was altered."
        yield Fault(first, "differs", words)


def _runs(seqs: list[int]) -> Iterator[tuple[int, int]]:
    start = last = 0
    for seq in seqs:
        if start and seq == last + 1:
            last = seq
            continue
        if start:
            yield start, last
        start = last = seq
    if start:
        yield start, last


def _lengths(one: Subject, other: Subject, notes: list[str]) -> Iterator[Fault]:
    shown, whole = other.head.seq, one.head.seq
    if shown > whole and one.live and not other.live:
        verb = "shows" if other.what is What.WORKBOOK else "knows"
        words = f"The {other.what} {verb} events {whole + 1} to {shown}, which the journal lacks: the journal was cut."
        yield Fault(whole + 1, "ahead", words)
    elif shown < whole and other.what is What.WORKBOOK and one.live:
        notes.append(
            f"The workbook shows event {shown} of {whole}; it is {whole - shown} behind, which Refresh puts right."
        )
    elif shown != whole:
        older, newer = (one, other) if whole < shown else (other, one)
        same = "the first" if older.what == newer.what else f"the {older.what}"
        notes.append(f"One goes on where the other ends: {same} stands at event {older.head.seq} of {newer.head.seq}.")


def _made_here(one: Subject, pack: Subject) -> Iterator[Fault]:
    """Whether the journal says that it made this pack, and trusts the key that signed it."""
    manifest = pack.manifest
    if manifest is None or one.head.seq <= manifest.tip.seq:
        return  # the event that names the pack comes after all that the pack knows
    found = next(
        (
            told
            for told in one.mentions
            if told.kind == PACK_MADE.name and told.data.get("manifest") == pack.manifest_sha256
        ),
        None,
    )
    if found is None:
        words = f"No event of the {one.what} says that it made this pack of {manifest.period}."
        yield Fault(0, "foreign", words, "manifest.json")
    known = history(told for told in one.mentions if told.kind in _KEY_KINDS)
    why = doubt(known, manifest.signer, at=manifest.made_at, seq=found.seq if found else 0)
    if why:
        yield Fault(found.seq if found else 0, "key", f"The signature does not count: {why}.", "manifest.sig")


__all__ = ["SIGNED", "side_by_side"]
