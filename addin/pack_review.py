"""What becomes of a month-end pack after it was made: signed off by a reviewer, accepted, or returned; each an event.

A reviewer's event carries a signature of their own over the digest of the pack's manifest, made with their own key, so
that "I reviewed this very pack" does not rest on the journal alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from addin.errors import HostError
from addin.logic.events import Event, Json
from addin.logic.outcome import Outcome, Problem, Status
from addin.logic.pack_rules import DONE, PackFacts, Step, judge_sign_off
from addin.logic.system_kinds import PACK_ACCEPTED, PACK_MADE, PACK_RETURNED, PACK_REVIEWED
from addin.pack_tasks import own_key
from addin.packs.check import check_pack
from addin.packs.keys import reviewed_text
from addin.service import Service

_KINDS: Final = {Step.REVIEW: PACK_REVIEWED, Step.ACCEPT: PACK_ACCEPTED, Step.RETURN: PACK_RETURNED}
_PACK_KINDS: Final = (PACK_MADE.name, *(kind.name for kind in _KINDS.values()))


def sign_off(service: Service, path: Path, reason: str, step: Step) -> Outcome:
    """Take one step with the pack at a path.

    Raises:
        HostError: the file is not there.
        ConfigError: the reviewer's signing key cannot be used.
    """
    try:
        proof = check_pack(path)
    except OSError as error:
        raise HostError(
            f"{path} cannot be read: {error.strerror}.", hint="Check the path.", code="HOST-MISSING"
        ) from error
    first, facts = _facts(service, proof.manifest_sha256)
    if step is not Step.RETURN and proof.faults:
        return Outcome.refused(*[Problem("PCK-01", fault.message) for fault in proof.faults[:5]])
    problems = list(judge_sign_off(facts, service.actor, reason, step))
    if problems or first is None:
        return Outcome.refused(*problems)
    data: dict[str, Json] = {
        "period": first.data["period"], "file": first.data["file"], "pack": first.seq,
        "manifest": proof.manifest_sha256,
    }  # fmt: skip
    if step is Step.REVIEW:
        key = own_key(service, "Made with the first review")
        data |= {
            "key": key.public.fingerprint,
            "signature": key.sign(reviewed_text(proof.manifest_sha256)).hex(),
        }
    event = service.record(_KINDS[step].name, data, reason=reason)
    words = f"The pack of {data['period']} (event {first.seq}) is {DONE[step]} by {service.actor.name}"
    return Outcome(Status.DONE, f"{words}: event {event.seq}.", seq=event.seq)


def sign_off_month(service: Service, period: str, reason: str, step: Step) -> Outcome:
    """Take one step with the pack that was made last of a month."""
    made = [event for event in service.journal.events(kinds=[PACK_MADE.name]) if event.data.get("period") == period]
    if not made:
        hint = "Make it first: type the month and press 'Sign pack'."
        return Outcome.refused(Problem("PCK-01", f"There is no pack of {period} yet.", "period", hint=hint))
    return sign_off(service, service.folder / str(made[-1].data["file"]), reason, step)


def _facts(service: Service, manifest: str) -> tuple[Event | None, PackFacts | None]:
    """The event that made the pack of a manifest, and how it stands."""
    first: Event | None = None
    reviewed = accepted = ""
    for event in service.journal.events(kinds=_PACK_KINDS):
        if event.data.get("manifest") != manifest or not manifest:
            continue
        if event.kind == PACK_MADE.name:
            first = first or event
        elif event.kind == PACK_RETURNED.name:
            reviewed = accepted = ""
        elif event.kind == PACK_REVIEWED.name:
            reviewed = event.actor
        else:
            accepted = event.actor
    if first is None:
        return None, None
    return first, PackFacts(first.actor, first.data.get("draft") is True, reviewed, accepted)


__all__ = ["sign_off", "sign_off_month"]
