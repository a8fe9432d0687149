"""Where a person goes to fill in what a claim letter lacks: a column, the form of a case, or the settings.

What is missing in one place is told in one sentence; whoever prepares a claim often lacks a dozen values at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from addin.letters.letter import LetterTemplate
from addin.logic.case_type import Case, CaseType
from addin.logic.evidence import FIELD
from addin.logic.forms import Field
from addin.logic.outcome import Problem

_EMPTY: Final = "LET-EMPTY"
#: Names of a letter and the field of the form they come from, where the two differ.
_FIELDS: Final = {
    "tracking_grouped": "tracking", "event_type": "subtype", "goods": "goods_lines", "goods_total": "goods_lines",
    "our_ref": "claim_no_own", "decided_on": "carrier_decided_at", "delivered_at": "delivered_date",
    "evidence": FIELD, "committed_at": "expected_delivery", "filed_on": "filed_at",
}  # fmt: skip
#: Names of a letter that are settings, with the place of each in casebook.toml.
_SETTINGS: Final = {
    "house_name": "[house] name", "house_address": "[house] address", "house_signatory": "[house] signatory",
    "house_signatory_title": "[house] signatory_title", "ups_entity": "[carrier] entity",
    "ups_address": "[carrier] address", "ups_account_masked": "[carrier] account",
    "ups_account": "[carrier] account", "salutation": "[letters] salutation",
    "shipper_of_record": "[carrier] shipper_of_record", "greeting": "[letters] greeting",
    "rights_reserved": "[letters] rights",
}  # fmt: skip


def placed(problems: Iterable[Problem], template: LetterTemplate, case: Case, kind: CaseType) -> Iterator[Problem]:
    """The problems of a letter's values, each with its place; what one sheet lacks is one problem."""
    empty: dict[str, list[Field]] = {}
    seen: set[str] = set()
    for problem in problems:
        if setting := _SETTINGS.get(problem.field):
            yield replace(problem, cell="casebook.toml", hint=f"Fill in {setting} in casebook.toml.")
            continue
        name = _FIELDS.get(problem.field, problem.field)
        field = kind.fields.get(name)
        if name in seen:
            continue
        seen.add(name)
        if field is None:
            yield problem
        elif problem.code != _EMPTY:
            hint = f"{problem.hint} It stands on {_sheet(field, case, kind)}.".strip()
            yield replace(problem, field=name, hint=hint)
        elif name == FIELD:
            yield _no_evidence(template, case)
        else:
            empty.setdefault(_sheet(field, case, kind), []).append(field)
    for sheet, fields in empty.items():
        yield _lacking(template, sheet, fields)


def _sheet(field: Field, case: Case, kind: CaseType) -> str:
    return f"the sheet {kind.sheet}" if field.queue else f"the sheet Case of {case.case_id}"


def _lacking(template: LetterTemplate, sheet: str, fields: list[Field]) -> Problem:
    typed = [field for field in fields if not field.system] or fields
    if len(fields) == 1:
        (field,) = fields
        words = f"'{field.title}' is empty, and the letter '{template.title}' needs it."
        how = "It is worked out from other fields" if field.system else f"Fill in '{field.title}'"
        return Problem(_EMPTY, words, field.name, hint=f"{how} on {sheet}.")
    titles = [f"'{field.title}'" for field in fields]
    words = f"{', '.join(titles[:-1])} and {titles[-1]} are empty, and the letter '{template.title}' needs them."
    return Problem(_EMPTY, words, typed[0].name, hint=f"Fill them in on {sheet}.")


def _no_evidence(template: LetterTemplate, case: Case) -> Problem:
    words = f"No file is attached, and the letter '{template.title}' encloses what proves the claim."
    hint = f"Put files into inbox/evidence/{case.case_id}/ and press 'Take evidence', or use casebook attach."
    return Problem(_EMPTY, words, FIELD, hint=hint)
