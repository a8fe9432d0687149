"""The provider's answer to a batch: references, settlements and failures, recorded refund by refund.

Each line is a press of the same moves as the buttons, under a key of its own: the same file read twice records nothing
twice, and a line that does not fit says why while the others go through.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from addin.logic.case_type import Case
from addin.logic.cases import case_types
from addin.logic.encoding import any_text
from addin.logic.forms import Value
from addin.logic.outcome import Outcome, Problem, RowResult, failed, summary
from addin.payments.profiles import Answer, Profile
from addin.service import RowRequest, Service

#: A provider's answer is never larger than this, in bytes.
_LARGEST: Final = 50_000_000
_ATTEMPT: Final = re.compile(r"(?P<refund>[A-Z]{3}-\d{4}-\d{6,})-(?P<attempt>\d+)")


@dataclass(frozen=True, slots=True)
class _Said:
    """One line of the answer: which refund and attempt, what became of it, and the values it brings."""

    line: int
    refund_no: str
    attempt: int | None
    became: str
    texts: Mapping[str, str]
    reason: str


def record_answers(service: Service, profile: Profile, content: bytes) -> Outcome:
    """Record a provider's answer file; every line of it is answered."""
    if profile.answer is None:
        hint = "Add a table [answer] to the profile."
        words = f"The payment profile {profile.name} does not say how the provider answers."
        return Outcome.refused(Problem("PAY-04", words, hint=hint))
    table = _table(content)
    if isinstance(table, Problem):
        return Outcome.refused(table)
    header, rows = table
    missing = [title for title in _titles(profile.answer) if title not in header]
    if missing:
        words = f"The file has no column {', '.join(repr(title) for title in missing)}."
        return Outcome.refused(Problem("PAY-05", words, hint=f"It has: {', '.join(header)[:200]}."))
    refunds = {case.text("refund_no"): case for case in service.journal.cases(types=["RFD"])}
    results: list[RowResult | None] = []
    asked: dict[str, list[tuple[int, RowRequest]]] = {verb: [] for verb in _ORDER}
    for at, said in enumerate(_said(header, rows, profile.answer)):
        case = refunds.get(said.refund_no)
        problem = _wrong(said, case)
        results.append(failed(case.case_id if case else "", (problem,)) if problem else None)
        if problem is None and case is not None:
            for verb, request in _requests(said, case, service.settings.currency):
                asked[verb].append((at, request))
    for verb in _ORDER:  # all lines of one move together: a file of thousands is three transactions
        going = [(at, request) for at, request in asked[verb] if (done := results[at]) is None or done.ok]
        if going:
            outcome = service.press(verb, [request for _, request in going])
            results = _filled(results, [at for at, _ in going], outcome.rows)
    return summary([row for row in results if row is not None])


#: The moves of an answer, in the order in which they are made.
_ORDER: Final = ("accept", "settle", "fail")


def _filled(
    results: Sequence[RowResult | None], places: Sequence[int], rows: Sequence[RowResult]
) -> list[RowResult | None]:
    found = list(results)
    for at, row in zip(places, rows, strict=True):
        found[at] = row
    return found


def _titles(answer: Answer) -> tuple[str, ...]:
    return tuple(
        t for t in (answer.refund, answer.status, answer.reference, answer.day, answer.arn, answer.reason) if t
    )


def _table(content: bytes) -> tuple[list[str], list[list[str]]] | Problem:
    if len(content) > _LARGEST:
        return Problem("PAY-06", "The file is too large to be an answer.", hint="Check which file it is.")
    text = any_text(content).text
    first = text.splitlines()[0] if text.strip() else ""
    if not first:
        return Problem("PAY-06", "The file is empty.", hint="Ask the provider for it again.")
    delimiter = max(",;\t|", key=first.count)
    try:
        found = [
            [cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        ]
    except csv.Error as error:
        return Problem("PAY-06", f"The file is not a table: {error}.", hint="Save it as CSV.")
    return found[0], [row for row in found[1:] if any(row)]


def _said(header: Sequence[str], rows: Sequence[Sequence[str]], answer: Answer) -> Iterator[_Said]:
    at = {title: place for place, title in enumerate(header)}
    known = {"accepted": answer.accepted, "settled": answer.settled, "failed": answer.failed}
    words = {word.casefold(): became for became, said in known.items() for word in said}

    def cell(row: Sequence[str], title: str) -> str:
        place = at.get(title, -1) if title else -1
        return row[place] if 0 <= place < len(row) else ""

    for number, row in enumerate(rows, 2):
        named = cell(row, answer.refund)
        found = _ATTEMPT.fullmatch(named)
        texts = {
            "refund_psp_reference": cell(row, answer.reference), "settled_date": cell(row, answer.day),
            "arn": cell(row, answer.arn),
        }  # fmt: skip
        yield _Said(
            number, found["refund"] if found else named, int(found["attempt"]) if found else None,
            words.get(cell(row, answer.status).casefold(), ""), {k: v for k, v in texts.items() if v},
            cell(row, answer.reason),
        )  # fmt: skip


def _requests(said: _Said, case: Case, currency: str) -> Iterator[tuple[str, RowRequest]]:
    """The moves that lead where the provider says the refund is, each with its values and its own key."""
    values, problems = _values(said, currency)
    for verb, names in _steps(said, case):
        changes = {name: values[name] for name in names if name in values}
        reason = (said.reason or "No reason given by the provider.") if verb == "fail" else ""
        yield verb, RowRequest(case.case_id, changes, reason, _key(said, verb), tuple(problems))


def _wrong(said: _Said, case: Case | None) -> Problem | None:
    where = f"Line {said.line}"
    if case is None:
        words = f"{where} names {said.refund_no or 'no refund'}, which this register does not have."
        return Problem("PAY-07", words, "refund_no", hint="A refund that nobody logged: tell Finance.")
    if not said.became:
        words = f"{where}: the provider's word for what became of it is not known to the profile."
        return Problem("PAY-08", words, "psp_status", hint="Add the word to [answer] of the profile.")
    if said.attempt is not None and said.attempt != (case.count("attempt") or 0):
        words = f"{where} answers attempt {said.attempt}; the refund is at attempt {case.count('attempt') or 0}."
        return Problem("PAY-09", words, "attempt", hint="Compare with the provider before anything else.")
    return None


def _steps(said: _Said, case: Case) -> list[tuple[str, tuple[str, ...]]]:
    """The moves that lead where the provider says it is; a settlement of what nobody accepted yet accepts it first."""
    if said.became == "failed":
        return [("fail", ())]
    accept = ("accept", ("refund_psp_reference",))
    if said.became == "accepted":
        return [accept]
    settle = ("settle", ("settled_date", "arn"))
    return [accept, settle] if case.status == "Submitted to PSP" else [settle]


def _values(said: _Said, currency: str) -> tuple[dict[str, Value], list[Problem]]:
    fields = case_types()["RFD"].fields
    values: dict[str, Value] = {}
    problems: list[Problem] = []
    for name, text in said.texts.items():
        value, problem = fields[name].read(text, currency)
        if problem is not None and not problem.warn:
            problems.append(replace(problem, message=f"Line {said.line}: {problem.message}"))
        elif value is not None:
            values[name] = value
    return values, problems


def _key(said: _Said, verb: str) -> str:
    whole = "|".join([said.refund_no, str(said.attempt), verb, *(f"{k}={v}" for k, v in sorted(said.texts.items()))])
    return f"answer|{verb}|{hashlib.sha256(whole.encode()).hexdigest()}"
