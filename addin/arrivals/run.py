"""One file, or all that lie in the inbox, into the register.

1. A file is taken whole or not at all: its cases, its facts and its own event are one transaction.
2. The same file again does nothing; the same row in another file does nothing again.
3. A row that a rule speaks of opens a case, unless a case about the same thing is open: that one is told instead.
4. What was taken moves to `inbox/done/`, with a list of every row that a person should look at; what was refused moves
   to `inbox/refused/`, with a text that says why. A file outside the inbox stays where it is.
"""

from __future__ import annotations

import csv
import hashlib
import io
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from addin.arrivals.asking import Asked, asked_of, rows_of
from addin.arrivals.places import Place, place_of, waiting_files
from addin.errors import CasebookError
from addin.imports import reader
from addin.imports.exchange import REJECTED, Answer, Job, Look
from addin.imports.profiles import Profile, chosen, load_profiles
from addin.imports.reader import LARGEST, read_file
from addin.imports.refusal import Refused
from addin.logic.calendar import add_working_days
from addin.logic.case_type import Case, Context
from addin.logic.events import Draft, Json
from addin.logic.imports.facts import SAME, TOLD, comparable
from addin.logic.imports.rules import silent_since
from addin.logic.outcome import Outcome, Problem, RowResult, Status
from addin.logic.system_kinds import IMPORT_REFUSED, IMPORT_TAKEN
from addin.logic.values import formula_like
from addin.service import Service

Tick = Callable[[], None]
#: How often `tick` is called for a file.
STEPS: Final = 3
#: How many rows are handed to the rules, and how many are told of singly.
_WANTED: Final = 20_000
_LISTED: Final = 5_000
_ROWS: Final = 1_048_576


@dataclass(frozen=True)
class _Run:
    """One file that was read, on its way into the register."""

    service: Service
    place: Place
    profile: Profile
    answer: Answer
    sha256: str
    size: int
    asked: Asked


def import_file(service: Service, path: Path, what: str = "", *, tick: Tick = lambda: None) -> Outcome:
    """Import one file: of a kind or profile by name, or (when empty) of the profile whose columns it has.

    Raises:
        CasebookError: when the file cannot be read from the disk, a profile is wrong, or `what` names none.
    """
    profiles = load_profiles(service.folder)
    allowed = chosen(profiles, what) if what else list(profiles.values())
    content = _content(path)
    place = place_of(service.folder, path, service.clock().astimezone(UTC))
    digest = hashlib.sha256(content).hexdigest()
    if (before := _taken_before(service, digest)) is not None:
        place.done()
        return Outcome(Status.DONE, f"{place.shown} was imported before (event {before}); nothing is done twice.")
    tick()
    try:
        return _take(service, place, allowed, content, digest, tick)
    except Refused as refused:
        if place.is_inside and refused.code == "IMP-PROFILE" and not what:
            return Outcome.refused(Problem(refused.code, f"{place.shown}: {refused.message}", hint=_LEFT))
        return _refuse(service, place, refused, digest, len(content))


_LEFT: Final = "It was left in the inbox: a statement is for Reconcile; a new format needs a profile."


def expect_files(folder: Path) -> None:
    """Start the process that reads ahead of the press, when a file waits in the inbox of this register.

    Beside the click that is going on: under a virus scanner the start of a process takes longer than a press.
    """
    if waiting_files(folder):
        threading.Thread(target=reader.make_ready, daemon=True).start()


def import_inbox(service: Service, *, tick: Tick = lambda: None) -> Outcome:
    """Import every file that lies in the inbox and that a profile knows; others stay where they are."""
    paths = waiting_files(service.folder)
    if not paths:
        hint = "Put exports (.csv, .xlsx) into the folder inbox of the register, then press."
        return Outcome.refused(Problem("IMP-NONE", "There is no file in the inbox.", hint=hint))
    return _together([import_file(service, path, tick=tick) for path in paths])


def _together(found: Sequence[Outcome]) -> Outcome:
    """The outcomes of several files as one."""
    if len(found) == 1:
        return found[0]
    if all(one.ok for one in found):
        status = Status.DONE
    else:
        status = Status.REFUSED if all(one.status is Status.REFUSED for one in found) else Status.PROBLEMS
    return Outcome(
        status, "\n".join(one.message for one in found),
        tuple(row for one in found for row in one.rows),
        tuple(problem for one in found for problem in one.problems),
        max(one.seq for one in found), found[-1].head,
        tuple(file for one in found for file in one.files),
    )  # fmt: skip


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        hint = "Check the name, close the file where it is open, then try again."
        raise CasebookError(f"{path.name} cannot be read: {error.strerror}.", hint=hint, code="IMP-FILE") from error


def _taken_before(service: Service, digest: str) -> int | None:
    taken = service.journal.events(kinds=[IMPORT_TAKEN.name])
    return next((event.seq for event in taken if event.data.get("sha256") == digest), None)


def _refuse(service: Service, place: Place, refused: Refused, digest: str, size: int) -> Outcome:
    data: dict[str, Json] = {
        "file": place.shown, "why": refused.message[:500], "code": refused.code, "sha256": digest, "bytes": size
    }  # fmt: skip
    service.record(IMPORT_REFUSED.name, data)
    place.refused(f"{refused.message} {refused.hint}")
    return Outcome.refused(Problem(refused.code, f"{place.shown}: {refused.message}", hint=refused.hint))


def _take(
    service: Service, place: Place, profiles: Sequence[Profile], content: bytes, digest: str, tick: Tick
) -> Outcome:
    ctx = service.context()
    types = sorted({code for codes in TOLD.values() for code in codes} | {"INV"})
    open_cases = [case for case in service.journal.cases(types=types) if not case.is_final]
    job = Job(
        profiles=tuple(profiles), look=_look(ctx), watched=_watched(open_cases, profiles),
        most_rows=_ROWS, most_wanted=_WANTED, most_listed=_LISTED,
    )  # fmt: skip
    answer = read_file(content, job)
    tick()
    profile = next(one for one in profiles if one.id == answer.profile)
    _refuse_unreadable(answer, profile, ctx)
    newest = answer.newest >= _newest_before(service, profile.kind)
    asked = asked_of(
        service, profile.of, rows_of(answer, profile.of), open_cases, file=place.shown, newest=newest
    )  # fmt: skip
    _refuse_flood(asked, answer, ctx)
    run = _Run(service, place, profile, answer, digest, len(content), asked)
    outcome = service.take_rows(asked.requests, lambda rows: _event(run, rows))
    tick()
    return _told(run, outcome, ctx.now)


def _look(ctx: Context) -> Look:
    """The sieve's limits, from the same policy that the rules read."""
    policy, now = ctx.policy, ctx.now.astimezone(UTC).replace(microsecond=0)
    hours = min(policy.number("order_status.picking_hours"), policy.number("order_status.not_prepared_hours"))
    always = ("AT_ACCESS_POINT", "DAMAGE_REPORTED", "LOST_DECLARED")
    return Look(
        now=now,
        silent_since=silent_since(ctx).astimezone(UTC).replace(microsecond=0),
        waiting_since=now - timedelta(hours=hours),
        unscanned_until=_unscanned_until(ctx),
        statuses=(*policy.items("import.coming_back"), *policy.items("import.exceptions"), *always),
        grades=policy.items("import.third_party_grades"),
    )


def _unscanned_until(ctx: Context) -> date:
    """The latest day of a label that the rule on labels never scanned speaks of."""
    days = ctx.policy.days("order_status.not_scanned_working_days")
    day = ctx.today
    while add_working_days(day, days) >= ctx.today:
        day -= timedelta(days=1)
    return day


def _watched(open_cases: Sequence[Case], profiles: Sequence[Profile]) -> dict[str, tuple[str, ...]]:
    """The numbers that open cases are about, by column."""
    names = {name for profile in profiles for name in SAME[profile.kind]}
    found: dict[str, set[str]] = defaultdict(set)
    for case in open_cases:
        for name in names:
            if case.text(name):
                found[name] |= {case.text(name), comparable(case.text(name))}
    return {name: tuple(sorted(values)) for name, values in found.items()}


def _newest_before(service: Service, kind: str) -> str:
    """The newest entry of the files of a kind that were taken before; empty when there was none."""
    taken = service.journal.events(kinds=[IMPORT_TAKEN.name])
    return max((str(event.data.get("newest", "")) for event in taken if event.data.get("kind") == kind), default="")


def _refuse_unreadable(answer: Answer, profile: Profile, ctx: Context) -> None:
    if answer.rows == 0:
        raise Refused("IMP-NO-ROWS", "The file has a header and no rows.", "Export it again for the right period.")
    few = answer.rejected <= ctx.policy.number("import.rejected_allowed") and answer.rejected < answer.rows
    if few or answer.rejected * 100 <= ctx.policy.decimal("import.most_rejected_percent") * answer.rows:
        return
    first = next((line for line in answer.lines if line.verdict == REJECTED), None)
    words = f" Line {first.row}: {first.words.rstrip('.')}." if first else ""
    raise Refused(
        "IMP-REJECTED",
        f"{answer.rejected:,} of {answer.rows:,} rows cannot be read, so that nothing was taken.{words}",
        f"Check that it is an export of the kind '{profile.title}', its order of days and its marks of numbers.",
    )


def _refuse_flood(asked: Asked, answer: Answer, ctx: Context) -> None:
    limit = ctx.policy.number("import.most_cases")
    if not answer.too_many and asked.openings <= limit:
        return
    count = f"{asked.openings:,}" if not answer.too_many else f"more than {limit:,}"
    words = f"The file would open {count} cases, more than a person can look at; nothing was taken."
    hint = "Check that it is today's export; a higher limit is the policy value import.most_cases."
    raise Refused("IMP-FLOOD", words, hint)


def _event(run: _Run, rows: Sequence[RowResult]) -> Draft:
    """The event that tells of the file, with its control totals."""
    answer = run.answer
    opened = _cases(run, rows, "open")
    data: dict[str, Json] = {
        "file": run.place.shown, "title": run.profile.title, "profile": run.profile.id, "kind": run.profile.kind,
        "sha256": run.sha256, "bytes": run.size, "rows": answer.rows, "accepted": answer.accepted,
        "review": answer.review, "rejected": answer.rejected, "repeated": answer.repeated, "newest": answer.newest,
        "controls": dict(answer.controls), "opened": list(opened), "opened_count": len(opened),
        "filled_count": len(_cases(run, rows, "edit")), "not_done": sum(not row.ok for row in rows),
    }  # fmt: skip
    return Draft(IMPORT_TAKEN.name, "", data)


def _cases(run: _Run, rows: Sequence[RowResult], verb: str) -> tuple[str, ...]:
    pairs = zip(run.asked.requests, rows, strict=True)
    return tuple(dict.fromkeys(row.case_id for (asked, _), row in pairs if asked == verb and row.ok and row.seqs))


def _told(run: _Run, outcome: Outcome, now: datetime) -> Outcome:
    """File what was taken away, and say what came of it."""
    answer, rows = run.answer, outcome.rows
    result = run.place.done(_result(run, rows))
    opened, filled = _cases(run, rows, "open"), _cases(run, rows, "edit")
    failed = [row for row in rows if not row.ok]
    parts = [
        f"{run.place.shown} ({run.profile.title}): {answer.rows:,} rows, {answer.accepted:,} accepted, "
        f"{answer.review:,} to review, {answer.rejected:,} rejected, {answer.repeated:,} repeated.",
        f"{_counted(len(opened)).capitalize()} opened, {_counted(len(filled))} filled in.",
        _odd(run.asked),
        f"{_counted(len(failed))} could not be opened or filled in: {failed[0].message}" if failed else "",
        "; ".join(f"{name}: {value}" for name, value in answer.controls.items()) + ".",
        _stale(run, now),
        f"Rows to look at: {result}." if result else "",
    ]
    status = Status.PROBLEMS if answer.rejected or failed or run.asked.odd else Status.DONE
    text = " ".join(part for part in parts if part)
    problems = tuple(problem for row in failed for problem in row.problems)
    return Outcome(status, text, rows, problems, outcome.seq, outcome.head, (result,) if result else ())


def _counted(number: int) -> str:
    return "no case" if not number else "1 case" if number == 1 else f"{number:,} cases"


def _odd(asked: Asked) -> str:
    if not asked.odd:
        return ""
    line, words = asked.odd[0]
    more = f" ({len(asked.odd) - 1:,} more such lines)" if len(asked.odd) > 1 else ""
    return f"Line {line}: {words}{more}"


def _stale(run: _Run, now: datetime) -> str:
    days = run.service.policy.days("import.stale_days")
    if not run.answer.newest or datetime.fromisoformat(run.answer.newest) > now - timedelta(days=days):
        return ""
    return f"Its newest entry is of {datetime.fromisoformat(run.answer.newest):%d/%m/%Y}: is it today's export?"


def _result(run: _Run, rows: Sequence[RowResult]) -> str:
    """Every row that a person should look at, as CSV; empty when there is none."""
    lines = sorted(_result_lines(run, rows))
    if not lines:
        return ""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["Line", "Verdict", "What", "Why", "Done"])
    writer.writerows([number, *map(_safe, cells)] for number, *cells in lines)
    if run.answer.unlisted:
        writer.writerow(["", "", "", f"and {run.answer.unlisted:,} more rows like these", ""])
    return out.getvalue()


def _result_lines(run: _Run, rows: Sequence[RowResult]) -> Iterator[tuple[int, str, str, str, str]]:
    for line in run.answer.lines:
        yield line.row, line.verdict, line.thing, line.words, ""
    for number, (verb, request), row in zip(run.asked.lines, run.asked.requests, rows, strict=True):
        if row.seqs or not row.ok:
            yield number, verb if row.ok else "not done", row.case_id, request.reason, row.message
    for verdict, lines in (("known", run.asked.known), ("review", run.asked.odd)):
        for number, words in lines:
            yield number, verdict, "", words, ""


def _safe(text: str) -> str:
    """A cell that no spreadsheet program takes for a formula."""
    return f"'{text}" if formula_like(text) else text
