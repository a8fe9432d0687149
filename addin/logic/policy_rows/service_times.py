"""Working hours, priority, escalation and intake."""

from __future__ import annotations

from typing import Final

from addin.logic.policy_rows.sources import ASSUMED, Block, Entry

_TIMES: Final[tuple[Entry, ...]] = (
    ("hours.start", "08:00", "time", "Working hours, London."),
    ("hours.end", "18:00", "time", ""),
    ("hours.weekdays", "Mon; Tue; Wed; Thu; Fri", "list", ""),
    ("hours.division", "england-and-wales", "text", "Whose bank holidays the office keeps."),
    ("sla.ack_minutes.P1", "15", "minutes", "Working minutes until somebody has taken the case."),
    ("sla.ack_minutes.P2", "60", "minutes", ""),
    ("sla.ack_minutes.P3", "240", "minutes", ""),
    ("sla.ack_minutes.P4", "600", "minutes", "One working day of ten hours."),
    ("sla.resolve_hours.P1", "4", "working hours", "Working hours until it is solved or the next step is agreed."),
    ("sla.resolve_hours.P2", "10", "working hours", "One working day."),
    ("sla.resolve_hours.P3", "30", "working hours", "Three working days."),
    ("sla.resolve_hours.P4", "50", "working hours", "Five working days."),
    ("sla.pauses_for", "Customer; Carrier", "list", "The service clock stands while a case waits on one of these."),
    ("priority.value_high", "GBP 5000.00", "money", "High impact from here."),
    ("priority.value_medium", "GBP 1000.00", "money", "Medium impact from here."),
    ("priority.legal_days_high", "3", "days", "High impact when a legal date is this near."),
    ("priority.legal_days_medium", "5", "days", "Medium impact when a legal date is this near."),
    ("priority.orders_high", "20", "count", "High impact when more orders are affected."),
    ("priority.orders_medium", "1", "count", "Medium impact from as many orders: a customer is at risk."),
    ("priority.high_causes", "THEFT_SUSPECTED", "list", "Causes of a stock difference that have high impact."),
    ("priority.urgent_working_days", "2", "working days", "Medium urgency up to here."),
    ("escalation.ack_minutes", "15", "minutes", "Then the next level is told."),
    ("escalation.update_hours.P1", "1", "hours", "Longest time between two updates."),
    ("escalation.update_hours.P2", "4", "hours", ""),
    ("escalation.update_hours.P3", "24", "hours", ""),
    ("escalation.update_hours.P4", "24", "hours", "As P3."),
    ("escalation.chase_hours.P1", "1", "working hours", "From one chase to the next, unless a date is agreed."),
    ("escalation.chase_hours.P2", "4", "working hours", ""),
    ("escalation.chase_hours.P3", "10", "working hours", ""),
    ("escalation.chase_hours.P4", "20", "working hours", ""),
    ("escalation.chases_before_next", "3", "count", "Chased as often, it goes to the next level."),
    ("escalation.level.1", "Coordinator", "text", "The ladder, from the bottom."),
    ("escalation.level.2", "Senior Quality Assurance Coordinator", "text", ""),
    ("escalation.level.3", "Warehouse and e-commerce manager", "text", ""),
    ("escalation.level.4", "Finance, Legal, Data protection or IT, by topic", "text", ""),
    (
        "escalation.targets",
        "Senior QA; IT; 3PL; Carrier; Customer Service; Finance; Security; Legal; Manager",
        "list",
        "Teams to choose from; one that rules know by name stays.",
    ),
    ("handover.accept_hours", "1", "working hours", "A handover nobody has accepted by then is shown as late."),
    ("workload.points.P1", "4", "points", "What an open case weighs in its owner's load."),
    ("workload.points.P2", "3", "points", ""),
    ("workload.points.P3", "2", "points", ""),
    ("workload.points.P4", "1", "points", "One that waits weighs nothing."),
    ("workload.digest_lines", "15", "count", "As many of the most late stand in the digest."),
    ("outbox.dead_after_runs", "5", "count", "A text that failed in as many runs is a dead letter."),
    ("intake.duplicate_hours", "24", "hours", "Same order and type within this time may be the same request."),
    ("intake.most_messages", "2000", "count", "A file with more messages is refused before any is recorded."),
    ("intake.max_characters", "100000", "count", "A longer pasted text is refused as a whole."),
    (
        "id.order_pattern",
        r"[0-9]{10}",
        "pattern",
        "Order numbers, also in messages; a regular expression.",
    ),
    ("id.serial_pattern", r"[A-Za-z0-9][A-Za-z0-9./-]{1,29}", "pattern", "Serial numbers of articles."),
    ("id.ticket_pattern", r"[A-Za-z0-9][A-Za-z0-9/_-]{1,39}", "pattern", "External ticket references; format unknown."),
)

#: What this file gives to the policy.
BLOCKS: Final[tuple[Block, ...]] = ((ASSUMED, _TIMES),)
