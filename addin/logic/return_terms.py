"""Returned goods: the grades, what may be done with each, who approves it, and what the 3PL's word counts.

1. The 3PL's grade is an input; the house grades itself, and a third grader settles a disagreement.
2. Each grade has its dispositions, its approver and its further signatures in one policy table (`grade`).
3. What may be refunded at once follows from the grade; what was swapped or may be a counterfeit is held.

The grades are the proposed ones, to be confirmed by the house.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from addin.logic.values import Role

if TYPE_CHECKING:  # whoever reads a file wants the grades, and not what a case is
    from addin.logic.case_type import Case
    from addin.logic.policy import Policy

FIRST: Final = "1ST"
PENDING: Final = "PENDING"
WRONG_ITEM: Final = "KO_WRONG_ITEM"
AUTHENTICITY: Final = "KO_AUTHENTICITY"
TRANSIT: Final = "KO_DAMAGE_TRANSIT"
FAULT: Final = "KO_DAMAGE_FAULT"
WORN: Final = "KO_WORN"
INCOMPLETE: Final = "KO_INCOMPLETE"
SECOND: Final = "2ND"
GRADES: Final = (FIRST, SECOND, WORN, TRANSIT, FAULT, WRONG_ITEM, AUTHENTICITY, INCOMPLETE, PENDING)
#: Grades whose goods go to the secure cage; their refund waits for the review.
SECURED: Final = frozenset({WRONG_ITEM, AUTHENTICITY})

RESTOCK: Final = "Restock"
RETURN_TO_CUSTOMER: Final = "Return to customer"
DESTROY: Final = "Destroy"
SECURE: Final = "Secure and investigate"


DISPOSITIONS: Final = (
    RESTOCK, "Atelier repair", "Second-choice channel", "Staff channel", "Deduct and quarantine", RETURN_TO_CUSTOMER,
    "Hold for claim", "Repair", "Supplier claim", "Hold with parts list", SECURE, DESTROY,
)  # fmt: skip
#: Grades of goods that can still be sold.
SALEABLE: Final = frozenset({FIRST, SECOND})


def options(grade: str, policy: Policy) -> tuple[str, ...]:
    """What may be done with goods of a grade; destroying them is always an option but has rules of its own."""
    listed = policy.items(f"grade.{grade}.options") if policy.has(f"grade.{grade}.options") else ()
    return listed if grade in SECURED | {PENDING} else (*listed, DESTROY)


def approver(grade: str, policy: Policy) -> frozenset[Role]:
    """Who may press 'Approve' for a grade: the first role of its row; what an operator may, Senior QA may too."""
    row = f"grade.{grade}.approvers"
    return frozenset({Role(policy.items(row)[0]), Role.SENIOR_QA}) if policy.has(row) else frozenset({Role.SENIOR_QA})


def final_grade(case: Case) -> str:
    """The grade that counts; empty while the house has none or disagrees with the 3PL and nobody has settled it."""
    house, theirs, third = case.text("grade"), case.text("third_party_grade"), case.text("grade_third")
    if third and case.has("third_by"):
        return third
    if house == PENDING or not case.has("graded_by"):
        return ""
    return house if theirs in ("", PENDING, house) else ""


def signers(case: Case, policy: Policy) -> tuple[Role, ...]:
    """Who must sign besides the approver: the further roles of the grade's row, Finance for a deduction, and those
    whom the policy names for destruction.
    """
    grade, wanted = case.text("final_grade"), []
    if policy.has(f"grade.{grade}.approvers"):
        wanted += [Role(name) for name in policy.items(f"grade.{grade}.approvers")[1:]]
    if grade == WORN and not case.money("deduction_amount"):
        wanted = [role for role in wanted if role is not Role.FINANCE]
    if case.money("deduction_amount"):
        wanted.append(Role.FINANCE)
    if case.text("disposition") == DESTROY:
        wanted += [Role(name) for name in policy.items("approval.destroy.roles") if name != Role.SENIOR_QA]
    return tuple(dict.fromkeys(wanted))


def disposition_terms(case: Case, grade: str) -> str:
    """What is agreed and approved, as one line a person can read and a later state can be compared with."""
    return f"{grade} | {case.text('disposition')} | deduct {case.money('deduction_amount') or '-'}"


def serial_differs(case: Case) -> bool:
    """True when another article or serial number came back than was sold; False while one of the two is unknown."""
    pairs = [(case.text(name).upper(), case.text(f"{name}_received").upper()) for name in ("sku", "serial")]
    return any(sold and back and sold != back for sold, back in pairs)
