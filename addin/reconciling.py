"""Reconciliation of a register: compare a month's refunds with a statement, keep the result, decide, and look again.

1. A run commits its figures, pairs and open items, and the state of every refund it touches, in one transaction.
2. The same file on the same register is the same run: nothing is added.
3. Proposals are decided by Finance, one event each; what is accepted is matched by hand, with who and why.
4. `changed_since` reckons again what a run rests on; a refund that was changed afterwards is named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

from addin.errors import CasebookError
from addin.logic.calendar import london_day
from addin.logic.case_type import Case
from addin.logic.events import Draft, Event
from addin.logic.forms import Value
from addin.logic.outcome import Outcome, Problem, Status, counted
from addin.logic.reconcile.records import (
    ACCEPTED,
    MOST_LISTED,
    RECON_KINDS,
    RECON_MADE,
    REJECTED,
    Item,
    Run,
    Standing,
    answers_of,
    decision,
    digest,
    drafts,
    rest_of,
    standings,
)
from addin.logic.reconcile.refunds import BY_HAND, EXCEPTION, MATCHED, TIMING, entries, watched
from addin.logic.reconcile.scope import CUT_OFF, Month, age_bucket, age_buckets
from addin.logic.values import Role
from addin.register.refresh import case_at
from addin.service import RowRequest, Service

if TYPE_CHECKING:
    from addin.reconcile.lines import Answers, Lines
    from addin.reconcile.register_side import Reconciled

REFUND: Final = "RFD"
FINANCE: Final = frozenset({Role.FINANCE})
_KINDS: Final = tuple(kind.name for kind in RECON_KINDS)


def reconcile_month(
    service: Service, path: Path | Sequence[Path], period: str, *, profile: str = "", dates: str = "", decimal: str = ""
) -> Outcome:
    """Compare the refunds of a month with its statement, or with all its statements at once, and keep what came of it.

    Args:
        service: the register, with somebody of Finance at the keyboard.
        path: the statement; several when the month has more than one provider.
        period: the month, as "2026-11".
        profile: its layout, by name or file; found out by the header when empty.
        dates: which comes first in its dates, when nobody can know; remembered for the layout.
        decimal: "point" or "comma", likewise.

    Raises:
        CasebookError: when the file cannot be read, or the profile is wrong.
    """
    problem = _may(service) or _month_problem(period) or _closed_problem(service, period)
    if problem is not None:
        return Outcome.refused(problem)
    from addin.reconcile.lines import together  # noqa: PLC0415 - table packages are loaded where tables are compared
    from addin.reconcile.source import Refused  # noqa: PLC0415

    events = list(service.journal.events(kinds=_KINDS))
    try:
        paths = [path] if isinstance(path, Path) else path
        lines = together([_read(service, one, profile, Given(dates, decimal)) for one in paths])
    except Refused as refused:
        return Outcome.refused(*refused.problems)
    found, run = _compared(service, lines, Month.of(period), answers_of(events, period), Given(dates, decimal))
    known = standings(events).get(period)
    if known is not None and known.run.result == run.result:
        return Outcome(Status.DONE, f"Nothing new: event {known.seq} has the same result. {run.words}", seq=known.seq)
    rows = service.record_and_edit(
        drafts(run, found.pairs(), found.items[:MOST_LISTED]),
        _requests(found, run, service.journal.cases(types=[REFUND])),
    )
    refused_rows = [row for row in rows if not row.ok]
    head = service.journal.head()
    status = Status.DONE if not lines.problems and not lines.bad else Status.PROBLEMS
    words = run.words + _used_before(events, run) + _lost(known, run, found.pairs())
    if refused_rows:
        words += f" {counted(len(refused_rows), 'refund')} could not take their state: {refused_rows[0].message}"
    if lines.bad:
        first = lines.bad[0]
        words += f" {counted(len(lines.bad), 'line')} could not be read; line {first.row}: {first.text[:80]}"
    words += "".join(f" {problem}" for problem in lines.problems)
    return Outcome(status, words, tuple(refused_rows), tuple(lines.problems), head.seq, head.hash)


def _used_before(events: Iterable[Event], run: Run) -> str:
    """A remark when the same file was reconciled in another month."""
    periods = {
        str(event.data["period"]) for event in events
        if event.kind == RECON_MADE.name and event.data["sha256"] == run.sha256 and event.data["period"] != run.period
    }  # fmt: skip
    return f" This file was also used for {', '.join(sorted(periods))}." if periods else ""


def _lost(known: Standing | None, run: Run, pairs: Sequence[tuple[str, int, str]]) -> str:
    """A remark when refunds matched in the run before and do not now, with another file."""
    if known is None or known.run.sha256 == run.sha256:
        return ""
    gone = {case_id for case_id, _, _ in known.pairs} - {case_id for case_id, _, _ in pairs}
    if not gone:
        return ""
    words = f" {len(gone)} refunds that matched in {known.run.file} do not match now;"
    return f"{words} were all statements of the month given at once?"


def _may(service: Service) -> Problem | None:
    if service.actor.may(FINANCE):
        return None
    return Problem("RCN-01", f"{service.actor.name} may not reconcile.", hint="It takes the role finance.")


def _month_problem(period: str) -> Problem | None:
    try:
        Month.of(period)
    except ValueError as error:
        return Problem("RCN-02", str(error), "period", hint="Name the month that the statement is about.")
    return None


@dataclass(frozen=True, slots=True)
class Given:
    """What the person answered this time about dates and decimals, "" for nothing."""

    dates: str = ""
    decimal: str = ""


def _closed_problem(service: Service, period: str) -> Problem | None:
    periods = service.periods()
    if not periods.is_closed(period):
        return None
    words = f"{period} is closed; what was reconciled in it stays as it is."
    hint = f"Press 'Look again' to see later changes; reconcile late lines in {periods.taking(period)}."
    return Problem("RCN-09", words, "period", hint=hint)


def _read(service: Service, path: Path, profile: str, given: Given) -> Lines:
    """The statement, with answers given before for its layout."""
    from addin.reconcile.lines import Answers, read_lines  # noqa: PLC0415
    from addin.reconcile.profile import Profile, load_profile  # noqa: PLC0415
    from addin.reconcile.source import Refused  # noqa: PLC0415

    chosen = load_profile(profile) if profile else None
    if chosen is not None and not isinstance(chosen, Profile):
        hint = "Use 'casebook reconcile RIGHT --left LEFT' with it."
        raise CasebookError(f"The profile {profile} is of two files, not of one statement.", hint=hint, code="RCN-TWO")
    kept = _kept_answers(service)
    try:
        return read_lines(path, chosen, Answers(given.dates, given.decimal))
    except Refused as refused:
        asked = {problem.code for problem in refused.problems} & {"STM-DATES", "STM-DECIMAL"}
        known = kept.get(chosen.name if chosen else "", Answers())
        if not asked or known == Answers():
            raise
        return read_lines(path, chosen, Answers(given.dates or known.dates, given.decimal or known.decimal))


def _kept_answers(service: Service) -> Mapping[str, Answers]:
    """What was answered about each layout in earlier runs; under "" the answers that all of them share."""
    from addin.reconcile.lines import Answers  # noqa: PLC0415

    found: dict[str, Answers] = {}
    for event in service.journal.events(kinds=[RECON_MADE.name]):
        answers = Answers(str(event.data.get("dates", "")), str(event.data.get("decimal", "")))
        if answers != Answers():
            found[str(event.data["profile"])] = answers
    shared = set(found.values())
    return found | ({"": shared.pop()} if len(shared) == 1 else {})


def _compared(
    service: Service, lines: Lines, month: Month, answers: Mapping[str, str], given: Given
) -> tuple[Reconciled, Run]:
    from addin.reconcile.register_side import reconcile_register  # noqa: PLC0415

    refunds = entries(service.journal.cases(types=[REFUND]), month.text)
    found = reconcile_register(refunds, lines, month, service.policy, answers, service.clock())
    return found, _run(service, found, month, given)


def _run(service: Service, found: Reconciled, month: Month, given: Given) -> Run:
    """The run as its event keeps it."""
    from addin.reconcile.columns import to_day  # noqa: PLC0415
    from addin.reconcile.comparison import set_aside  # noqa: PLC0415

    lines, items, pairs = found.lines, found.items, found.pairs()
    equations = found.found.equations()
    tiers = Counter(tier for _, _, tier in pairs)
    ends = tuple(int(text) for text in service.policy.items("recon.ageing_days"))
    ages = Counter(age_bucket(item.age, ends) for item in items if item.worth in ("exception", "proposed"))
    register = digest(watched(entry.case) for entry in found.entries if month.holds(entry.day))
    classes = [
        (name, count, str(Decimal(minor).scaleb(-found.decimals)))
        for name, (count, minor) in set_aside(lines, found.decimals).items()
    ]
    if outside := found.outside():
        classes.append(("refunds booked in other months", outside[0], str(Decimal(outside[1]).scaleb(-found.decimals))))
    classes += [("unreadable", len(lines.bad), "0")] if lines.bad else []
    classes += [("total", lines.total_lines, "0")] if lines.total_lines else []
    body = [
        month.text, lines.source.sha256, register, service.policy.version,
        *(f"{case}|{line}|{tier}" for case, line, tier in pairs),
        *(f"{item.id}|{item.code}|{item.worth}|{item.place}|{item.left_minor}|{item.right_minor}" for item in items),
        *(f"{equation.currency}|{line.term.key}|{line.count}|{line.minor}" for equation in equations
          for line in equation.lines),
    ]  # fmt: skip
    result = digest(body)
    reaches = to_day(int(lines.day.max())).isoformat() if len(lines) else ""
    return Run(
        run=f"{month.text}/{result[:10]}",
        period=month.text,
        file=lines.source.name,
        sha256=lines.source.sha256,
        profile=lines.profile.name,
        words=_words(found),
        cut_off=CUT_OFF,
        reaches=reaches,
        decimals=found.decimals,
        upto=service.journal.head().seq,
        result=result,
        register=register,
        matched=_matched(found),
        tiers=tuple(sorted(tiers.items())),
        equations=tuple(
            (one.currency, tuple((line.term.key, line.count, line.minor) for line in one.lines)) for one in equations
        ),
        classes=tuple(classes),
        ages=tuple((name, ages[name]) for name in age_buckets(ends)),
        rest=rest_of(items[MOST_LISTED:]),
        dates=given.dates,
        decimal=given.decimal,
    )


def _matched(found: Reconciled) -> tuple[tuple[str, int, int, int, int], ...]:
    """Per currency: refunds and lines that simply match within the period, in count and value.

    Lines that match a refund brought forward are listed as open items and not counted here.
    """
    import numpy as np  # noqa: PLC0415

    from addin.reconcile.comparison import PAIRED  # noqa: PLC0415
    from addin.reconcile.lines import CURRENCY_NAMES  # noqa: PLC0415
    from addin.reconcile.matching import MATCHED as WORTH_MATCHED  # noqa: PLC0415

    left, right = found.found.matching.left, found.found.matching.right
    simple = np.isin(right.group, left.group[(left.worth == WORTH_MATCHED) & (found.found.left_class == PAIRED)])
    rows: dict[str, list[int]] = {}
    for at, verdicts, classes, side in (
        (0, found.found.matching.left, found.found.left_class, found.found.left.side),
        (2, found.found.matching.right, found.found.right_class, found.found.right.side),
    ):
        chosen = (verdicts.worth == WORTH_MATCHED) & (classes == PAIRED)
        if at:
            chosen &= simple
        for code, minor in zip(side.currency[chosen].tolist(), side.amount[chosen].tolist(), strict=True):
            row = rows.setdefault(CURRENCY_NAMES[code], [0, 0, 0, 0])
            row[at] += 1
            row[at + 1] += minor
    return tuple((currency, *row) for currency, row in sorted(rows.items()))  # type: ignore[misc]


def _words(found: Reconciled) -> str:
    """The run in one sentence."""
    equations = found.found.equations()
    bad = [one.currency for one in equations if not one.holds]
    zero = f"the equation is NOT zero in {', '.join(bad)}" if bad else "the control equation is zero"
    proposed = len({item.id for item in found.items if item.is_proposal})
    exceptions = len(
        {item.id for item in found.items if item.worth == "exception" and item.place not in ("timing out",)}
    )
    waiting = sum(item.worth in ("exception", "timing") and item.place == "timing out" for item in found.items)
    flags = sum(item.worth == "flag" for item in found.items)
    outside = found.outside()
    other = f"; left out: {counted(outside[0], 'line')} of other months" if outside else ""
    return (
        f"{len(found.pairs()):,} matched, {proposed:,} proposed, {exceptions:,} exceptions, {waiting:,} carried to the "
        f"next period, {flags:,} flags; {zero}{other}."
    )


def _requests(found: Reconciled, run: Run, cases: Iterable[Case]) -> list[RowRequest]:
    """The state of reconciliation that each refund gets, where it is another one than before."""
    wanted: dict[str, dict[str, Value | None]] = {}
    for item in found.items:
        if item.worth in ("exception", "proposed") and item.place != "outside":
            state = TIMING if item.place == "timing out" else EXCEPTION
            for case_id in item.cases if item.left_count else ():
                wanted.setdefault(case_id, {"recon_status": state})
    for case_id, _, _ in found.pairs():
        wanted[case_id] = {"recon_status": MATCHED, "recon_period": run.period}
    known = {case.case_id: case for case in cases}
    requests = []
    for case_id, values in sorted(wanted.items()):
        case = known[case_id]
        if case.is_final or case.text("recon_status") == BY_HAND:
            continue
        changes = {name: value for name, value in values.items() if case.fields.get(name) != value}
        if changes:
            requests.append(RowRequest(case_id, changes, f"Reconciliation {run.run}"))
    return requests


# Decisions -----------------------------------------------------------------------------------------------------


def latest(service: Service) -> Standing | None:
    """The standing of the run that was made last."""
    found = standings(service.journal.events(kinds=_KINDS))
    return max(found.values(), key=lambda one: one.seq, default=None)


def decide(service: Service, answers: Mapping[str, bool], reason: str, period: str = "") -> Outcome:
    """Accept (True) or reject proposals by their ids.

    Args:
        service: the register.
        answers: proposal id -> accept.
        reason: why; kept with each decision.
        period: the month; the latest run's when empty.
    """
    problem = _may(service)
    found = standings(service.journal.events(kinds=_KINDS))
    standing = found.get(period) if period else max(found.values(), key=lambda one: one.seq, default=None)
    if problem is not None or standing is None:
        missing = Problem("RCN-03", "There is no reconciliation to decide on.", hint="Run one first.")
        return Outcome.refused(problem or missing)
    waiting = {item.id: item for item in standing.waiting()}
    unknown = [name for name in answers if name not in waiting]
    if unknown or not answers:
        words = (
            f"{', '.join(unknown)} is no proposal that waits for a decision." if unknown else "No proposal is marked."
        )
        hint = "Write Yes or No beside proposals, then press; or it was decided already: press Refresh."
        return Outcome.refused(Problem("RCN-04", words, "decide", hint=hint))
    used = Counter(case_id for name, yes in answers.items() if yes for case_id in waiting[name].cases)
    if twice := sorted(case_id for case_id, times in used.items() if times > 1):
        words = f"{', '.join(twice)} would be matched twice."
        return Outcome.refused(Problem("RCN-05", words, "decide", hint="Accept one of the proposals only."))
    return _record_decisions(service, standing, waiting, answers, reason)


def _record_decisions(
    service: Service, standing: Standing, waiting: Mapping[str, Item], answers: Mapping[str, bool], reason: str
) -> Outcome:
    made: list[Draft] = []
    requests: list[RowRequest] = []
    for name, yes in sorted(answers.items()):
        item = waiting[name]
        made.append(decision(standing.run.period, standing.run.run, item, ACCEPTED if yes else REJECTED, reason))
        values: dict[str, Value | None] = {"recon_status": EXCEPTION}
        if yes:
            values = {"recon_status": BY_HAND, "recon_period": standing.run.period}
        requests += [RowRequest(case_id, values, reason or f"Proposal {name}") for case_id in item.cases]
    rows = service.record_and_edit(made, requests)
    bad = [row for row in rows if not row.ok]
    accepted = sum(answers.values())
    left = len(waiting) - len(answers)
    words = f"{counted(accepted, 'proposal')} accepted, {len(answers) - accepted} rejected; {left} still open."
    if bad:
        words += f" {counted(len(bad), 'refund')} could not take their state: {bad[0].message}"
    head = service.journal.head()
    return Outcome(Status.DONE if not bad else Status.PROBLEMS, words, tuple(rows), seq=head.seq, head=head.hash)


# Looking again -------------------------------------------------------------------------------------------------


def changed_since(service: Service, standing: Standing) -> list[str]:
    """What was changed since a run in the refunds it rests on, one sentence a refund, in order of the cases."""
    month = Month.of(standing.run.period)
    rest = {case_id for case_id, _, _ in standing.pairs} | {name for item in standing.items for name in item.cases}
    touched = {event.case_id for event in service.journal.events(after=standing.run.upto) if event.case_id}
    found = []
    for case in service.journal.cases(touched):
        if case.type != REFUND:
            continue
        before = case_at(service.journal, case.case_id, standing.run.upto)
        concerned = case.case_id in rest or _approved_in(case, month) or (before and _approved_in(before, month))
        was, now = watched(before) if before else "", watched(case)
        if concerned and was != now:
            found.append(_difference(case.case_id, before, case))
    return found


def _approved_in(case: Case, month: Month) -> bool:
    approved = case.instant("approved_at")
    return approved is not None and month.holds(london_day(approved))


def _difference(case_id: str, before: Case | None, after: Case) -> str:
    if before is None:
        return f"{case_id} is new."
    names = ("total_refund", "refund_psp_reference", "orig_psp_reference", "order_no")
    parts = [
        f"{name.replace('_', ' ')} was {before.fields.get(name, 'blank')}, is {after.fields.get(name, 'blank')}"
        for name in names
        if before.fields.get(name) != after.fields.get(name)
    ]
    parts += [f"was '{before.status}', is '{after.status}'"] if before.status != after.status else []
    return f"{case_id}: {'; '.join(parts) or 'approved on another day'}."


def retest(service: Service) -> list[str]:
    """Every period whose refunds were changed since its run, in words; empty when all stand as they were."""
    told = []
    for period, standing in sorted(standings(service.journal.events(kinds=_KINDS)).items()):
        if changed := changed_since(service, standing):
            named = " ".join(changed[:3]) + (f" And {len(changed) - 3} more." if len(changed) > 3 else "")
            told.append(f"{period} was reconciled on {standing.at[:10]}; changed since: {named}")
    return told
