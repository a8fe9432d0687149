"""Returned goods: the grades, what may be done with each, who approves it, and what the 3PL's word counts.

1. The 3PL's grade is an input; the house grades itself, and a third grader settles a disagreement.
2. Each grade has its meaning, its dispositions, its approver and its further signatures in one policy table (`grade`).
3. What may be refunded, and where the goods go, follows from the grade's row; what was swapped or may be a counterfeit
   is held.

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
#: What a grade's row may say of the refund, and how a person reads it.
REFUND_EFFECTS: Final = {
    "full": "in full", "deduct": "in full, less a proven deduction",
    "faulty": "in full as faulty goods, without deduction", "hold": "held until the review is over",
    "open": "not decided yet, while its clock runs",
}  # fmt: skip
#: What a grade's row may say of the stock, and how a person reads it.
STOCK_EFFECTS: Final = {
    "available": "back to stock", "quarantine": "to quarantine", "hold": "on hold",
    "secure": "to the secure cage, with a chain of custody",
}  # fmt: skip

RESTOCK: Final = "Restock"
RETURN_TO_CUSTOMER: Final = "Return to customer"
DESTROY: Final = "Destroy"
SECURE: Final = "Secure and investigate"


DISPOSITIONS: Final = (
    RESTOCK, "Atelier repair", "Second-choice channel", "Staff channel", "Deduct and quarantine", RETURN_TO_CUSTOMER,
    "Hold for claim", "Repair", "Supplier claim", "Hold with parts list", SECURE, DESTROY,
)  # fmt: skip


def refund_effect(grade: str, policy: Policy) -> str:
    """What the customer gets back for goods of a grade, as the policy has it: a word of `REFUND_EFFECTS`."""
    return _effect(grade, "refund", policy) or "open"


def stock_effect(grade: str, policy: Policy) -> str:
    """Where goods of a grade go, as the policy has it: a word of `STOCK_EFFECTS`."""
    return _effect(grade, "stock", policy) or "hold"


def _effect(grade: str, part: str, policy: Policy) -> str:
    row = f"grade.{grade}.{part}"
    return policy.text(row) if policy.has(row) else ""


def is_secured(grade: str, policy: Policy) -> bool:
    """True for a grade whose goods go to the secure cage: swapped, or perhaps a counterfeit."""
    return stock_effect(grade, policy) == "secure"


def deductible(policy: Policy) -> tuple[str, ...]:
    """The grades that allow a deduction from the refund."""
    return tuple(grade for grade in GRADES if refund_effect(grade, policy) == "deduct")


def grade_words(grade: str, policy: Policy) -> str:
    """What a grade means and leads to, in words; "" for no grade."""
    if not policy.has(f"grade.{grade}.meaning"):
        return ""
    refund, stock = REFUND_EFFECTS[refund_effect(grade, policy)], STOCK_EFFECTS[stock_effect(grade, policy)]
    return f"{policy.text(f'grade.{grade}.meaning')}. Refund: {refund}. Goods: {stock}."


def options(grade: str, policy: Policy) -> tuple[str, ...]:
    """What may be done with goods of a grade; destroying them is always an option but has rules of its own."""
    listed = policy.items(f"grade.{grade}.options") if policy.has(f"grade.{grade}.options") else ()
    return listed if grade == PENDING or is_secured(grade, policy) else (*listed, DESTROY)


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
