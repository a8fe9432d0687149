"""Kinds of events that are not moves of a case: the register's own life, with their audit sentences."""

from __future__ import annotations

from typing import Final

from addin.logic.events import Kind
from addin.logic.outbox import OUTBOX_KINDS
from addin.logic.periods import PERIOD_KINDS
from addin.logic.reconcile.records import RECON_KINDS, RECON_PACKED
from addin.logic.rule_changes import RULE_KINDS

REGISTER_OPENED: Final = Kind("register.opened.v1", "{actor} opened register {register} ({house})")
REFUSED: Final = Kind("case.refused.v1", "{actor} was refused '{label}' on {case}: {why}")
CLOCK_HELD: Final = Kind(
    "clock.held.v1",
    "{actor} let work go on: a clock was ahead, at {until}; events stay there until time has caught up",
)
#: Under this key an event that bears another instant says what the clock really said.
TRUE_CLOCK: Final = "clock"
DRIFT: Final = Kind("workbook.drift.v1", "{cell} held '{found}' and was restored to '{kept}'")
CONFLICT: Final = Kind(
    "workbook.conflict.v1", "{cell}: '{typed}' was typed, but {field} had become '{kept}'; both are kept"
)
INTAKE_READ: Final = Kind("intake.read.v1", "{actor} read a message: {count} proposals ({types})")
INTAKE_TAKEN: Final = Kind("intake.taken.v1", "{actor} took proposal {index} of message {message}: {what}")
INTAKE_DISMISSED: Final = Kind("intake.dismissed.v1", "{actor} set aside proposal {index} of message {message}")
IMPORT_TAKEN: Final = Kind(
    "import.taken.v1",
    "{actor} imported {file} ({title}): {rows} rows, {accepted} accepted, {review} to review, {rejected} rejected, "
    "{repeated} repeated; {opened_count} cases opened, {filled_count} filled in",
)
IMPORT_REFUSED: Final = Kind("import.refused.v1", "The file {file} that {actor} imported was refused: {why}")
LETTER_ISSUED: Final = Kind("letter.issued.v1", "{actor} made letter {letter_no} version {letter_version}: {file}")
LETTER_PRINTED: Final = Kind(
    "letter.printed.v1", "{actor} made the PDF of letter {letter_no} version {letter_version}: {file}"
)
SET_MADE: Final = Kind(
    "claim.set_made.v1", "{actor} made the claim set of letter {letter_no} version {letter_version}: {file}"
)
CLAIMS_LISTED: Final = Kind("claims.listed.v1", "{actor} listed what blocks {count} claims: {file}")
SNAPSHOT_TAKEN: Final = Kind("snapshot.taken.v1", "{actor} took snapshot {name} at event {upto}")
VERSION_MARKED: Final = Kind("version.marked.v1", "{actor} marked version {name} at event {upto}")
SNAPSHOT_RESTORED: Final = Kind("snapshot.restored.v1", "{actor} restored version {name} beside the register: {place}")
PERSONAL_ERASED: Final = Kind(
    "personal.erased.v1", "{actor} erased {count} personal values of {cases} ({scope}); the chain is as it was"
)
LETTERS_ERASED: Final = Kind(
    "letter.erased.v1", "{actor} erased {count} files of letters of {cases} ({scope}): what they print is erased"
)
PACK_MADE: Final = Kind("pack.made.v1", "{actor} made the month-end workbook of {period}: {file}")
PACK_COPIED: Final = Kind("pack.copied.v1", "{actor} made a full copy of {period}, which shows people: {file}")
PACK_REVIEWED: Final = Kind("pack.reviewed.v1", "{actor} signed off the pack of {period} as its reviewer: {file}")
PACK_ACCEPTED: Final = Kind("pack.accepted.v1", "{actor} reviewed and accepted the pack of {period}: {file}")
PACK_RETURNED: Final = Kind("pack.returned.v1", "{actor} returned the pack of {period}: {file}")
KEY_ADDED: Final = Kind("key.added.v1", "{actor} added the signing key {fingerprint}")
KEY_REVOKED: Final = Kind("key.revoked.v1", "{actor} revoked the signing key {fingerprint}, from {since} on")
BATCH_MADE: Final = Kind(
    "payment.batch_made.v1", "{actor} made the payment batch {batch_no}: {count} refunds, {total}, {file}"
)
WORKBOOK_RENDERED: Final = Kind("workbook.rendered.v1", "{actor} made the workbook anew, up to event {upto}")

#: Kinds of the events that the Snapshots sheet lists.
VERSION_KINDS: Final = (SNAPSHOT_TAKEN.name, VERSION_MARKED.name)

#: Kinds whose events name files in the folder of letters.
LETTER_FILES: Final = frozenset({LETTER_ISSUED.name, LETTER_PRINTED.name, SET_MADE.name})

SYSTEM_KINDS: Final = (
    REGISTER_OPENED,
    REFUSED,
    CLOCK_HELD,
    DRIFT,
    CONFLICT,
    INTAKE_READ,
    INTAKE_TAKEN,
    INTAKE_DISMISSED,
    IMPORT_TAKEN,
    IMPORT_REFUSED,
    LETTER_ISSUED,
    LETTER_PRINTED,
    SET_MADE,
    CLAIMS_LISTED,
    SNAPSHOT_TAKEN,
    VERSION_MARKED,
    SNAPSHOT_RESTORED,
    PERSONAL_ERASED,
    LETTERS_ERASED,
    PACK_MADE,
    PACK_COPIED,
    PACK_REVIEWED,
    PACK_ACCEPTED,
    PACK_RETURNED,
    KEY_ADDED,
    KEY_REVOKED,
    WORKBOOK_RENDERED,
    BATCH_MADE,
    *PERIOD_KINDS,
    *OUTBOX_KINDS,
    *RECON_KINDS,
    RECON_PACKED,
    *RULE_KINDS,
)
