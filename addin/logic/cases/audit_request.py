"""Audit request (AUD): what an auditor asked for, the pack that answers it, who reviewed it, and the queries after.

1. Scope, period and population are stated, and the sample can be drawn again: its seed is the auditor's.
2. A pack is known by its version and its digest; from the preparation on it is frozen.
3. The reviewer is not the preparer, and nothing is delivered unreviewed.
4. Sample sizes are offered, never called sufficient.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from addin.logic.case_type import WORKING, Case, CaseType, Context, Deadline, Move, Rule
from addin.logic.closing import TICKETED
from addin.logic.common_form import CLOSED
from addin.logic.forms import Field, FieldKind, Value
from addin.logic.outcome import Problem
from addin.logic.values import Role

REQUESTED: Final = "Requested"
PREPARED: Final = "Prepared"
REVIEWED: Final = "Reviewed"
DELIVERED: Final = "Delivered"
QUERIES: Final = "Queries"
#: An auditor may ask and query, and changes nothing else.
_ASKERS: Final = WORKING | {Role.AUDITOR}


def _f(name: str, title: str, kind: FieldKind = FieldKind.TEXT, **more: object) -> Field:
    return Field(name=name, title=title, kind=kind, **more)  # type: ignore[arg-type]


_FORM: Final = (
    _f("scope", "Scope", FieldKind.NOTE, queue=True, width=34, roles=_ASKERS, help="Which cases, which question."),
    _f("period_from", "Period from", FieldKind.DAY, queue=True, width=12, roles=_ASKERS),
    _f("period_to", "Period to", FieldKind.DAY, queue=True, width=12, roles=_ASKERS),
    _f("date_needed", "Needed on", FieldKind.DAY, queue=True, late=True, width=12, roles=_ASKERS),
    _f("population", "Population", FieldKind.NOTE, width=26, help="What it is drawn from, in words."),
    _f("population_size", "Population size", FieldKind.COUNT, width=9),
    _f("sample_seed", "Sample seed", roles=_ASKERS, width=20, help="With a word that the auditor chooses."),
    _f("sample_size", "Sample size", FieldKind.COUNT, roles=_ASKERS, width=9),
    _f("completeness", "Completeness", FieldKind.NOTE, width=30, help="Numbers without gaps, voids, totals."),
    _f("pack_version", "Pack version", FieldKind.ID, queue=True, width=12),
    _f("pack_sha256", "Pack digest", FieldKind.ID, width=20, help="SHA-256, 64 characters."),
    _f("review_comment", "Review comment", FieldKind.NOTE, late=True, width=26),
    _f("delivered_to", "Delivered to", personal=True, late=True, width=18),
    _f("delivered_how", "Delivered by", late=True, width=14),
    _f("queries", "Queries", FieldKind.NOTE, late=True, width=30, roles=_ASKERS),
    _f("answers", "Answers", FieldKind.NOTE, late=True, width=30),
    _f("prepared_by", "Prepared by", FieldKind.ID, system=True),
    _f("prepared_at", "Prepared", FieldKind.INSTANT, system=True, width=16),
    _f("reviewed_by", "Reviewed by", FieldKind.ID, system=True, queue=True),
    _f("reviewed_at", "Reviewed", FieldKind.INSTANT, system=True, width=16),
    _f("delivered_at", "Delivered at", FieldKind.INSTANT, system=True, width=16),
    _f("queries_raised", "Queries raised", FieldKind.COUNT, system=True, width=8),
)  # fmt: skip


# Rules -----------------------------------------------------------------------------------------------------------


def _period_holds(case: Case, ctx: Context) -> Problem | None:
    """A period ends on or after the day it begins. Source: domain rules."""
    begins, ends = case.day("period_from"), case.day("period_to")
    if begins is None or ends is None or begins <= ends:
        return None
    return Problem("AUD-01", "The period ends before it begins.", "period_to", hint="Check both days.")


def _period_over(case: Case, ctx: Context) -> Problem | None:
    """A pack is made of a period that is over. Source: cut-off rule of the audit file."""
    ends = case.day("period_to")
    if ends is None or ends < ctx.today:
        return None
    words = f"The period runs until {ends:%d/%m/%Y} and is not over."
    return Problem("AUD-02", words, "period_to", hint="Wait, or shorten the period with the auditor.")


def _digest_holds(case: Case, ctx: Context) -> Problem | None:
    """A pack is known by its SHA-256. Source: domain rules, pack version and hash."""
    if re.fullmatch(r"[0-9a-fA-F]{64}", case.text("pack_sha256")):
        return None
    return Problem("AUD-03", "The digest is not a SHA-256 of 64 characters.", "pack_sha256", hint="Copy it again.")


def _not_the_preparer(case: Case, ctx: Context) -> Problem | None:
    """The reviewer is not the preparer. Source: evidence of review, domain rules."""
    if ctx.actor.id != case.text("prepared_by"):
        return None
    return Problem("AUD-04", "You prepared this pack.", "reviewed_by", hint="Another person reviews it.")


def _sample_fits(case: Case, ctx: Context) -> Problem | None:
    """A sample is not larger than its population and has at least one item. Source: domain rules."""
    size, of = case.count("sample_size"), case.count("population_size")
    if size is None or of is None or 1 <= size <= of:
        return None
    words = f"A sample of {size} does not fit a population of {of}."
    return Problem("AUD-05", words, "sample_size", hint="Check both numbers.")


def _usual_size(case: Case, ctx: Context) -> Problem | None:
    """The sample's size is the auditor's choice; an unusual one is told. Source: policy `audit.sample_sizes`."""
    size, usual = case.count("sample_size"), ctx.policy.items("audit.sample_sizes")
    if size is None or str(size) in usual:
        return None
    words = f"{size} is none of the usual sample sizes ({', '.join(usual)})."
    return Problem("AUD-06", words, "sample_size", hint="The auditor chooses; ask when in doubt.")


def _seed_new(case: Case, ctx: Context) -> Problem | None:
    """Each request has a seed of its own, or the same cases would be drawn again. Source: reproducible samples."""
    for other in ctx.of_type("AUD"):
        if other.case_id != case.case_id and other.text("sample_seed") == case.text("sample_seed") != "":
            words = f"{other.case_id} used the same seed."
            return Problem("AUD-07", words, "sample_seed", hint="Ask the auditor for another word.")
    return None


# Moves -----------------------------------------------------------------------------------------------------------


def _prepared(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"prepared_by": ctx.actor.id, "prepared_at": ctx.now, "reviewed_by": None, "reviewed_at": None}


def _reviewed(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    words = f"Pack {case.text('pack_version')} reviewed: {case.text('review_comment')}"
    return {
        "reviewed_by": ctx.actor.id, "reviewed_at": ctx.now, "decision": words,
        "decision_by": ctx.actor.id, "decision_at": ctx.now,
    }  # fmt: skip


def _delivered(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"delivered_at": ctx.now}


def _queried(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"queries_raised": (case.count("queries_raised") or 0) + 1, "answers": None}


def _sent_back(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    names = ("prepared_by", "prepared_at", "reviewed_by", "reviewed_at", "decision", "decision_by", "decision_at")
    return dict.fromkeys(names)


def _needed(case: Case, ctx: Context) -> date | None:
    return case.day("date_needed")


_MOVES: Final = (
    Move(verb="prepare", label="Prepared", start=frozenset({REQUESTED}), to=PREPARED, event="audit.prepared.v1",
         says="{actor} prepared pack {pack_version} for {case} ({pack_sha256})", sets=_prepared,
         needs=("scope", "period_from", "period_to", "date_needed", "population", "population_size", "sample_seed",
                "sample_size", "completeness", "pack_version", "pack_sha256"),
         rules=(Rule("AUD-02", "A pack is made of a period that is over.", _period_over),
                Rule("AUD-03", "A pack is known by its SHA-256.", _digest_holds),
                Rule("AUD-05", "A sample fits its population.", _sample_fits),
                Rule("AUD-07", "Each request has a seed of its own.", _seed_new))),
    Move(verb="review", label="Review", start=frozenset({PREPARED}), to=REVIEWED, event="audit.reviewed.v1",
         says="{actor} reviewed pack {pack_version} of {case}, prepared by {prepared_by}", needs=("review_comment",),
         sets=_reviewed, roles=frozenset({Role.SENIOR_QA, Role.FINANCE, Role.LEGAL}),
         rules=(Rule("AUD-04", "The reviewer is not the preparer.", _not_the_preparer),)),
    Move(verb="send_back", label="Send back", start=frozenset({PREPARED, REVIEWED}), to=REQUESTED, reason=True,
         event="audit.sent_back.v1", says="{actor} sent the pack of {case} back to be prepared anew", sets=_sent_back),
    Move(verb="deliver", label="Delivered", start=frozenset({REVIEWED}), to=DELIVERED, event="audit.delivered.v1",
         says="{actor} delivered pack {pack_version} of {case} by {delivered_how}", sets=_delivered,
         needs=("delivered_to", "delivered_how"),
         lasting="the pack was delivered."),
    Move(verb="query", label="Query", start=frozenset({DELIVERED, QUERIES}), to=QUERIES, event="audit.queried.v1",
         says="{actor} recorded a query on {case}: {queries}", needs=("queries",), roles=_ASKERS, sets=_queried),
    Move(verb="answer", label="Answer", start=frozenset({QUERIES}), to=DELIVERED, event="audit.answered.v1",
         says="{actor} answered the query on {case}: {answers}", needs=("answers",)),
    Move(verb="close", label="Close", start=frozenset({DELIVERED}), to=CLOSED, event="audit.closed.v1",
         says="{actor} closed the audit request {case}", needs=("decision",), rules=(TICKETED,)),
)  # fmt: skip

CASE: Final = CaseType(
    code="AUD",
    name="Audit request",
    family="audit",
    sheet="Improvement",
    form=_FORM,
    states=(REQUESTED, PREPARED, REVIEWED, DELIVERED, QUERIES, CLOSED),
    moves=_MOVES,
    openers=_ASKERS,
    rules=(
        Rule("AUD-01", "A period ends after it begins.", _period_holds),
        Rule("AUD-06", "An unusual sample size is told.", _usual_size, warn=True),
    ),
    deadlines=(
        Deadline(id="AUD-NEEDED", label="Pack needed", due=_needed, until=frozenset({DELIVERED, QUERIES}),
                 source="the auditor's date"),
    ),
    frozen_from=frozenset({PREPARED, REVIEWED, DELIVERED, QUERIES}),
    sample={
        "scope": "All manual refunds and their approvals", "period_from": "01/10/2026", "period_to": "31/10/2026",
        "date_needed": "04/12/2026", "population": "Refunds closed in the period", "population_size": "212",
        "sample_seed": "2026-10|LOG|juniper", "sample_size": "25", "completeness": "212 numbers, no gap, 3 voids.",
        "pack_version": "2026-10-v1", "pack_sha256": "ab" * 32, "ticket_ref": "TCK-20510",
    },
)  # fmt: skip
