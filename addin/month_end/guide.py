"""What the pack says of itself: the cover's facts and the reading guide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from addin import __version__
from addin.logic.events import iso
from addin.logic.values import Actor
from addin.month_end.book import Facts
from addin.month_end.case_tables import Source
from addin.month_end.sample import seed
from addin.settings import Settings

#: The pack's own version: raised when its sheets or columns change.
VERSION: Final = "3"


def facts(source: Source, settings: Settings, preparer: Actor, word: str, signer: str) -> Facts:
    """Cover, guide and the words that mark every sheet while the month is not over."""
    story, month = source.story, source.story.period
    draft = f"DRAFT: {month.title} is not over; told up to {iso(month.now)}." if month.draft else ""
    roles = ", ".join(sorted(role.value.replace("_", " ") for role in preparer.roles))
    policy = source.policy.as_of(source.day)
    made = f"{iso(month.now)} by {source.mask.who(preparer.id)} ({roles}), Casebook {__version__}, pack {VERSION}"
    unsaid = "" if word.strip() else "; no word of the auditor was given"
    full = "Full copy: people by name, texts as typed. For the register's own use; it is not the pack."
    copy = (("Copy", full),) if source.mask.shows_people else ()
    cover = (
        *copy,
        ("Register", f"{story.retold.register_id} of {settings.house.name}, {settings.house.site}"),
        ("Period", f"{month.first:%d/%m/%Y} to {month.last:%d/%m/%Y}. {month.rule}"),
        ("Head at the cut-off", f"Event {story.head.seq}, recorded {story.head.at}: {story.head.hash}"),
        ("Head before the month", f"Event {story.opening_head.seq}: {story.opening_head.hash}"),
        ("Prepared", made),
        ("Rules", f"Version {policy.version}, fingerprint {policy.fingerprint()}"),
        ("Sample", f"Seed '{seed(month.text, word)}'{unsaid}"),
        (
            "Signing key",
            f"Fingerprint {_grouped(signer)}" if signer else "None: this workbook was made without a pack.",
        ),
        ("Source", "The register's journal alone, from its first event to the head, each hashed again. No filter."),
    )
    square = f"{story.retold.register_id} {month.text} {story.head.seq} {story.head.hash}"
    return Facts(month.title, story.retold.register_id, settings.house.name, draft, cover, _guide(source), square)


def _grouped(fingerprint: str) -> str:
    return " ".join(fingerprint[at : at + 4] for at in range(0, len(fingerprint), 4))


def _guide(source: Source) -> Sequence[tuple[str, str]]:
    days = source.policy.days("audit.cut_off_days")
    return (
        ("What it is", "The cases of one month as the journal tells them at the cut-off. Later events do not show."),
        (
            "Order",
            "Cover, control totals and pictures first; then cases, cut-off, approvals and late changes; refunds, "
            "payment batches, closed periods, claims, carrier returns, quality, overrides, addresses, CCTV and "
            "deviations; then exceptions and the sample; last the log of every event, the rules and the files.",
        ),
        ("When", f"{source.story.period.rule} Openings and endings within {days} days of a border stand on Cut-off."),
        ("Times", "All times are those of Europe/London; the journal keeps them in UTC."),
        ("People", "Staff are shown by name. Customers are not in this workbook: what is personal is sealed.")
        if source.mask.shows_people
        else (
            "People",
            "Staff are shown by initials, a number telling apart those who share them; the register's settings hold "
            "who is who. Customers are not in this workbook: what is personal is sealed and was not opened for it.",
        ),
        ("Free text", "Reasons and notes are shown as they were typed: they can name people. Keep it confidential.")
        if source.mask.shows_people
        else (
            "Free text",
            "Reasons and notes are shown without e-mail addresses, telephone and card numbers, full postcodes and "
            "names with a title. A name typed without a title can remain: treat this file as confidential.",
        ),
        ("Money", "In pounds sterling. An amount in another currency stands as text and is not summed."),
        (
            "Control totals",
            "Each figure is computed when the pack is made and calculated again by your program from the sheets "
            "behind. Where they differ the line says CHECK. The SHA-256 on each sheet is over its rows, whatever their "
            "order, so that a sorted sheet still has it.",
        ),
        (
            "Exceptions",
            "Overdue legal dates, missed claim dates, refused presses, rules passed with a reason, cells altered by "
            "hand and put back, conflicting edits, entries recorded on a later day, refunds with a code (R...).",
        ),
        (
            "Sample",
            "Reproducible on any computer: SHA-256 of seed, '|' and case number, sorted. Its size is the auditor's.",
        ),
        (
            "Proof",
            "The head on the cover binds every event up to it; the square code holds register, month, event and "
            "head. 'casebook verify' checks the pack, the journal, and one against the other; docs/verify-by-hand.md "
            'says how to do it with other tools alone. A single event: printf \'%s%s\' "$prev" "$text" | sha256sum',
        ),
        (
            "What it does not show",
            "Whether what was typed is true; what was done outside the register; and, without a head witnessed "
            "elsewhere, that the whole chain was not made anew. The lock of the sheets prevents accidents, no more.",
        ),
    )
