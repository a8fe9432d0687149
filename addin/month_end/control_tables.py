"""The tables an auditor tests controls with: approvals, late changes, overrides, exceptions, cut-off, sample, log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from addin.journal import Journal
from addin.logic.case_type import Case
from addin.logic.cases import case_types
from addin.logic.common_form import FINAL_STATES
from addin.logic.events import KindTable
from addin.logic.forms import Cell
from addin.logic.policy import Policy
from addin.logic.system_kinds import CLOCK_HELD, CONFLICT, DRIFT, REFUSED
from addin.month_end.case_tables import Source, refund_codes
from addin.month_end.sample import Sample
from addin.month_end.story import Entry
from addin.month_end.table import Col, Holds, Table
from addin.register.projection import before_and_after, hours_late

_LONG, _COUNT, _MONEY, _DAY, _INSTANT = Holds.LONG, Holds.COUNT, Holds.MONEY, Holds.DAY, Holds.INSTANT
_MISSED: Final = {
    "R09": "Approved and not sent to the payment provider in time",
    "R13": "Settled without a credit note",
    "R15": "Refund without a quality check",
    "R16": "Refund past its statutory date",
    "R17": "Approved by the person who asked",
    "R18": "Edited after approval",
}


# ---- approvals and changes ------------------------------------------------------------------------------------


def approvals_table(source: Source) -> Table:
    """Every approval and every further signature of the month, with who asked and who carried it out."""
    rows = [row for entry in source.story.entries for row in _approval(entry, source, source.by_id)]
    columns = (
        Col("Event", 8, _COUNT), Col("Case", 17), Col("Type", 20), Col("Step", 10), Col("Requested", 10),
        Col("Approved", 10), Col("Role", 14), Col("At", 17, _INSTANT), Col("Executed", 10),
        Col("Executed at", 17, _INSTANT), Col("Value", 12, _MONEY), Col("Finding", 34), Col("Why", 40, _LONG),
    )  # fmt: skip
    hint = "Requester, approver and executor are different people. A finding names what is not so."
    return Table("Approvals", hint, columns, rows, "Value", "Nothing was approved in this month.")


def _approval(entry: Entry, source: Source, cases: Mapping[str, Case]) -> Iterator[tuple[Cell, ...]]:
    event = entry.event
    changes = event.changes
    step = "Approved" if changes.get("approved_by") else "Signed" if changes.get("agreed_by") else ""
    case = cases.get(event.case_id)
    if not step or case is None:
        return
    asked = str(entry.before.get("requested_by") or entry.before.get("opened_by") or case.text("opened_by"))
    done, done_at = case.text("executed_by"), case.instant("executed_at")
    at = datetime.fromisoformat(event.at)
    findings = []
    if asked == event.actor:
        findings.append("Approver is the requester")
    if done and done == event.actor:
        findings.append("Approver is the executor")
    if done_at is not None and done_at < at and step == "Approved":
        findings.append("Approved after it was carried out")
    value = case.money("approved_amount") or case.money("total_refund") or case.money("value_at_risk")
    who = source.mask.who
    yield (
        event.seq, event.case_id, case_types()[case.type].name, step, who(asked) or None, who(event.actor),
        event.role.replace("_", " "), source.when(event.at), who(done) or None,
        source.when(done_at.isoformat()) if done_at else None,
        value.amount if value and value.currency == "GBP" else str(value) if value else None,
        "; ".join(findings) or None, source.mask.text(event.reason) or None,
    )  # fmt: skip


def changes_table(source: Source) -> Table:
    """What was changed on cases that had been approved or had ended."""
    rows = [
        (
            entry.event.seq, source.when(entry.event.at), source.mask.who(entry.event.actor), entry.event.case_id,
            entry.status, "its end" if entry.status in FINAL_STATES else "its approval",
            source.mask.text(before_and_after(entry.event))[:2_000] or None,
            source.mask.text(entry.event.reason) or None,
        )
        for entry in source.story.entries
        if _is_late_change(entry)
    ]  # fmt: skip
    columns = (
        Col("Event", 8, _COUNT), Col("Recorded", 17, _INSTANT), Col("Who", 8), Col("Case", 17), Col("State then", 24),
        Col("After", 12), Col("Before and after", 70, _LONG), Col("Why", 40, _LONG),
    )  # fmt: skip
    hint = (
        "Edits, reopenings and reversals after approval or end: nothing is overwritten, both values stand here. What "
        "is filled in late by design (references, settlement, reconciliation) is in the change log alone."
    )
    return Table("Late changes", hint, columns, rows, empty="Nothing was changed after approval or end.")


def _is_late_change(entry: Entry) -> bool:
    if not entry.event.changes or not entry.status:
        return False
    if entry.status in FINAL_STATES:
        return True
    if not entry.before.get("approved_by"):
        return False
    return entry.move in {"reverse", "send_back", "reopen"} or (entry.move == "edit" and _touches_terms(entry))


def _touches_terms(entry: Entry) -> bool:
    """True when a typed edit changed more than fields that are filled in late by design (references, settlement)."""
    kind = case_types().get(str(entry.event.data.get("type", "")))
    known = [kind.fields[name] for name in entry.event.changes if name in kind.fields] if kind else []
    return any(not field.late and not field.system for field in known)


def edited_after_approval(source: Source) -> frozenset[str]:
    """The cases with a typed edit after their approval."""
    late = (entry for entry in source.story.entries if entry.move == "edit" and _is_late_change(entry))
    return frozenset(entry.event.case_id for entry in late)


def overrides_table(source: Source, kinds: KindTable) -> Table:
    """Every rule that a person with the role for it passed with a reason."""
    rows = []
    for entry in source.story.entries:
        passed = entry.event.data.get("overrides")
        if isinstance(passed, list):
            case = source.by_id.get(entry.event.case_id)
            for rule in passed:
                rows.append(
                    (
                        entry.event.seq, source.when(entry.event.at), source.mask.who(entry.event.actor),
                        entry.event.role.replace("_", " "), entry.event.case_id, str(rule),
                        _says(case, str(rule)), source.mask.text(entry.event.reason) or None,
                    )
                )  # fmt: skip
    columns = (
        Col("Event", 8, _COUNT), Col("Recorded", 17, _INSTANT), Col("Who", 8), Col("Role", 14), Col("Case", 17),
        Col("Rule", 9), Col("What the rule says", 56, _LONG), Col("Why it was passed", 50, _LONG),
    )  # fmt: skip
    hint = "Rules that may be passed by a role with a reason, and were. Rules without such a role cannot be passed."
    return Table("Overrides", hint, columns, rows, empty="No rule was passed in this month.")


def _says(case: Case | None, rule_id: str) -> str | None:
    if case is None:
        return None
    kind = case_types()[case.type]
    rules = [*kind.rules, *(rule for move in kind.all_moves.values() for rule in move.rules)]
    return next((rule.says for rule in rules if rule.id == rule_id), None)


# ---- cut-off, exceptions --------------------------------------------------------------------------------------


def cut_off_table(source: Source) -> Table:
    """What was opened or ended close to the month's two borders, and to which month it counts."""
    period, days = source.story.period, source.policy.days("audit.cut_off_days")
    rows = [
        (
            crossing.event.case_id, crossing.border, crossing.what, source.when(crossing.event.at), crossing.event.seq,
            "Yes" if period.start <= datetime.fromisoformat(crossing.event.at) < period.end else "No",
        )
        for crossing in source.story.crossings
    ]  # fmt: skip
    columns = (
        Col("Case", 17), Col("Border", 9), Col("What", 12), Col("Recorded", 17, _INSTANT), Col("Event", 8, _COUNT),
        Col("In this month", 12),
    )  # fmt: skip
    hint = f"Openings and endings within {days} days of the first and the last midnight. {period.rule}"
    return Table("Cut-off", hint, columns, rows, empty=f"Nothing was opened or ended within {days} days of a border.")


def exceptions_table(source: Source, kinds: KindTable) -> Table:
    """What an auditor asks about first, by kind."""
    rows = sorted(_exceptions(source, kinds), key=lambda row: (str(row[0]), str(row[1]), str(row[4])))
    columns = (
        Col("Kind", 24), Col("Case", 17), Col("Order no.", 12), Col("What", 70, _LONG), Col("Event", 8, _COUNT),
        Col("Date", 11, _DAY), Col("Who", 8), Col("Value", 12, _MONEY),
    )  # fmt: skip
    hint = "Overdue, refused, passed, altered by hand, late, unreconciled. Each is explained by its event or its case."
    return Table("Exceptions", hint, columns, rows, empty="No exception in this month.")


def _exceptions(source: Source, kinds: KindTable) -> Iterator[tuple[Cell, ...]]:
    changed = edited_after_approval(source)
    for case in source.population:
        for kind, what, day in _case_exceptions(source, case, changed):
            value = case.money("total_refund") or case.money("value_at_risk")
            shown = value.amount if value and value.currency == "GBP" else str(value) if value else None
            yield kind, case.case_id, case.text("order_no") or None, what, None, day, source.who(case, "owner"), shown
    for entry in source.story.entries:
        for kind, what in _event_exceptions(entry, kinds):
            when = source.when(entry.event.at)
            known = source.by_id.get(entry.event.case_id)
            yield (
                kind, entry.event.case_id or "-", known.text("order_no") or None if known else None,
                source.mask.text(what), entry.event.seq, when.date() if when else None,
                source.mask.who(entry.event.actor), None,
            )  # fmt: skip


def _case_exceptions(source: Source, case: Case, changed: frozenset[str]) -> Iterator[tuple[str, str, date | None]]:
    still, legal = not case.is_final, case.day("legal_due")
    if still and legal is not None and legal < source.day:
        yield "Overdue legal date", f"Legal date {legal:%d/%m/%Y} passed while '{case.status}'.", legal
    if case.type == "UPC":
        yield from _claim_exceptions(source, case)
    if case.type == "RFD":
        for code in refund_codes(source, case, changed):
            yield f"{code} refund", f"{_MISSED[code]}.", case.day("refund_due")
        settled, days = case.day("settled_date"), source.policy.days("audit.aged_days")
        if settled and not case.has("recon_at") and source.day - settled > timedelta(days=days):
            yield "Aged, not reconciled", f"Settled on {settled:%d/%m/%Y}, not reconciled after {days} days.", settled


def _claim_exceptions(source: Source, case: Case) -> Iterator[tuple[str, str, date | None]]:
    filed = case.instant("filed_at")
    for name, title in (("notice_by", "Notice"), ("file_by", "Internal filing date"), ("time_bar", "Time bar")):
        limit = case.day(name)
        if limit is not None and not case.is_final and filed is None and limit < source.day:
            yield "Claim date missed", f"{title} {limit:%d/%m/%Y} passed and the claim is not filed.", limit
    if case.flag("filed_late"):
        yield "Claim filed late", "The claim was filed after its date.", case.day("file_by")


def _event_exceptions(entry: Entry, kinds: KindTable) -> Iterator[tuple[str, str]]:
    event = entry.event
    if event.kind == REFUSED.name:
        yield "Refused press", str(event.data.get("why", ""))
    elif event.kind == DRIFT.name:
        yield "Cell altered by hand", kinds.sentence(event)
    elif event.kind == CONFLICT.name:
        yield "Conflicting edits", kinds.sentence(event)
    elif event.kind == CLOCK_HELD.name:
        yield "Clock was ahead", kinds.sentence(event)
    if isinstance(event.data.get("overrides"), list):
        yield "Rule passed", f"{kinds.sentence(event)} ({', '.join(map(str, event.data['overrides'] or ()))})"  # type: ignore[arg-type]
    if hours := hours_late(event):
        yield "Late entry", f"Recorded {hours} hours after it happened: {kinds.sentence(event)}"


# ---- sample, log, rules, files --------------------------------------------------------------------------------


def sample_table(source: Source, sample: Sample, word: str) -> Table:
    """Key items, then the others in the order in which a sample of any size takes them."""
    sizes = [int(size) for size in source.policy.items("audit.sample_sizes")]
    cases = source.by_id
    most = max(sizes, default=0)
    rows: list[tuple[Cell, ...]] = [
        ("Key item", case_id, case_types()[cases[case_id].type].name, cases[case_id].status, value_of(cases[case_id]),
         "in every sample", None)
        for case_id in sample.key_items
    ]  # fmt: skip
    for rank, (case_id, score) in enumerate(sample.others[:most], 1):
        case = cases[case_id]
        taken = next(size for size in sizes if rank <= size)
        row = (
            str(rank),
            case_id,
            case_types()[case.type].name,
            case.status,
            value_of(case),
            f"{taken} and more",
            score,
        )
        rows.append(row)
    columns = (
        Col("Rank", 9), Col("Case", 17), Col("Type", 21), Col("State", 24), Col("Value", 12, _MONEY),
        Col("In samples of", 14), Col("Score", 66),
    )  # fmt: skip
    limit = source.policy.money("audit.key_item_from").pretty()
    seeded = "" if word.strip() else " No word of the auditor was given, so the sample could be foreseen: ask for one."
    hint = (
        f"Population: the {sample.population} cases of the sheet Cases. Key items from {limit} are all in. The others "
        f"are ordered by SHA-256 of '{sample.seed}|' and the case number; take the first n.{seeded} The size is the "
        "auditor's choice; nothing here says that it is enough."
    )
    return Table("Sample", hint, columns, rows, empty="There is no case to sample.")


def value_of(case: Case) -> Cell:
    """What a case is worth, in pounds; a text in another currency."""
    value = case.money("total_refund") or case.money("amount_claimed") or case.money("value_at_risk")
    return value.amount if value and value.currency == "GBP" else str(value) if value else None


def key_items(population: Sequence[Case], policy: Policy) -> list[str]:
    """The cases that are worth at least the policy's amount."""
    limit = policy.money("audit.key_item_from").amount
    return [case.case_id for case in population if isinstance(worth := value_of(case), Decimal) and worth >= limit]


@dataclass(frozen=True, slots=True)
class _Log:
    """The rows of the change log, read from the journal whenever they are asked for: there may be millions."""

    journal: Journal
    source: Source
    kinds: KindTable

    def __iter__(self) -> Iterator[tuple[Cell, ...]]:
        story, when, mask = self.source.story, self.source.when, self.source.mask
        if not story.count:
            return
        for event in self.journal.events(story.first_seq - 1, story.last_seq):
            yield (
                event.seq, when(event.at), mask.who(event.actor), event.role.replace("_", " "), event.case_id or None,
                mask.text(self.kinds.sentence(event))[:500], mask.text(event.reason)[:1_000] or None,
                mask.text(before_and_after(event))[:2_000] or None, event.kind, event.hash,
            )  # fmt: skip


def log_table(journal: Journal, source: Source, kinds: KindTable) -> Table:
    """Every event of the month, in order, with the hash by which it can be found in the journal."""
    columns = (
        Col("Event", 8, _COUNT), Col("Recorded", 17, _INSTANT), Col("Who", 7), Col("Role", 13), Col("Case", 17),
        Col("What", 56, _LONG), Col("Why", 30, _LONG), Col("Before and after", 56, _LONG), Col("Kind", 24),
        Col("Hash", 66),
    )  # fmt: skip
    hint = "Who did what, when and why, with both values. The hash finds the event in journal and Audit sheet."
    rows = _Log(journal, source, kinds)
    return Table("Change log", hint, columns, rows, empty="No event in this month.", printed=8, ordered=True)


def rules_table(policy: Policy, day: date) -> Table:
    """The policy as it held on the last day, with who verified each value."""
    rows = [
        (row.key, row.value, row.unit.value, row.source, row.verified_by or "not verified yet", row.verified_on,
         row.valid_from)
        for row in sorted(policy.as_of(day).rows, key=lambda row: (row.key, row.valid_from))
    ]  # fmt: skip
    unverified = sum(1 for row in rows if row[4] == "not verified yet")
    columns = (
        Col("Key", 36), Col("Value", 44, _LONG), Col("Unit", 13), Col("Source", 56, _LONG), Col("Verified by", 18),
        Col("Verified on", 12, _DAY), Col("Valid from", 12, _DAY),
    )  # fmt: skip
    hint = (
        f"Version {policy.version}, fingerprint {policy.fingerprint()}. {unverified} of {len(rows)} values are "
        "assumptions that nobody has verified yet."
    )
    return Table("Rules", hint, columns, rows)


def files_table(files: Mapping[str, str]) -> Table:
    """The letters and other files of the month, by name and SHA-256."""
    rows = [(name, digest) for name, digest in sorted(files.items())]
    hint = "Letters in the register's folder. 'sha256sum FILE' must give the same digest."
    return Table("Files", hint, (Col("File", 60), Col("SHA-256", 68)), rows, empty="No file was named for this pack.")
