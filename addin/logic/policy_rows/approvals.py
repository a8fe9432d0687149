"""Who may approve what: limits and signatures."""

from __future__ import annotations

from typing import Final

from addin.logic.policy_rows.sources import ASSUMED, Block, Entry

#: Who may approve what. Up to a limit means up to and including it.
_APPROVAL: Final[tuple[Entry, ...]] = (
    ("approval.refund.delegate", "GBP 500.00", "money", "Up to here a Senior QA delegate may approve."),
    ("approval.refund.senior_qa", "GBP 5000.00", "money", "Up to here Senior QA alone; above, Finance as well."),
    ("approval.claim.file_above", "GBP 1000.00", "money", "A claim above this needs Senior QA before it is filed."),
    ("approval.claim.write_off_roles", "finance; senior_qa", "list", "All of them sign a write-off."),
    ("approval.special.cost_above", "GBP 75.00", "money", "A special delivery that costs more needs Senior QA."),
    ("approval.special.value_above", "GBP 5000.00", "money", "Goods worth more need Senior QA."),
    ("approval.carrier_return.value_above", "GBP 1000.00", "money", "Above, or to a new address: Senior QA."),
    ("approval.inventory.team_lead_below", "GBP 500.00", "money", "An adjustment below this: team lead."),
    ("approval.inventory.senior_qa_below", "GBP 5000.00", "money", "Below: Senior QA. From here: all of the next."),
    (
        "approval.inventory.top_roles",
        "senior_qa; finance; loss_prevention",
        "list",
        "From the upper limit, or serialised.",
    ),
    ("approval.destroy.roles", "senior_qa; finance", "list", "All of them, in writing, before goods are destroyed."),
    ("approval.destroy.witnesses", "2", "count", ""),
    ("approval.destroy.saleable_allowed", "no", "yes/no", "Saleable goods are never destroyed."),
)

#: What this file gives to the policy.
BLOCKS: Final[tuple[Block, ...]] = ((ASSUMED, _APPROVAL),)
