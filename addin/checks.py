"""`casebook check`: what one typed number or postcode is, as a line for a person and for a program."""

from __future__ import annotations

from addin.logic.outcome import Problem
from addin.logic.postcode import read_postcode
from addin.logic.tracking import read_tracking


def tracking_line(text: str) -> dict[str, object]:
    """A tracking number: its kind, whether its structure holds and its check digit agrees, and what might be meant."""
    found = read_tracking(text)
    problem = found.problem()
    return {
        "value": text,
        "ok": found.ok,
        "norm": found.norm,
        "kind": found.kind.value,
        "is_ups": found.is_ups,
        "format_ok": found.format_ok,
        "check_ok": found.check_ok,
        "expected_check": found.expected_check,
        "suggestions": list(found.suggestions),
        "sentence": _sentence(found.grouped or text, found.kind.value, problem),
    }


def postcode_line(text: str) -> dict[str, object]:
    """A postcode: normalised, where it lies, whose bank holidays hold there, and what to look out for."""
    found = read_postcode(text)
    return {
        "value": text,
        "ok": found.ok,
        "norm": found.norm,
        "area": found.area,
        "district": found.district,
        "territory": found.territory.value,
        "division": found.division.value if found.division else None,
        "flags": sorted(flag.value for flag in found.flags),
        "sentence": _sentence(found.norm or text, found.territory.value, found.problem()),
    }


def _sentence(shown: str, kind: str, problem: Problem | None) -> str:
    return f"{shown}  {kind}" + (f"  {problem}" if problem is not None else "")
