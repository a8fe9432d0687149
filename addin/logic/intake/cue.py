"""One row of the table of cues, and the words several rows share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Cue:
    """One row: when the pattern is found, the message may be about this case type."""

    code: str
    weight: int
    pattern: re.Pattern[str]
    subtype: str = ""


def cue(code: str, weight: int, pattern: str, subtype: str = "") -> Cue:
    """A row of the table."""
    return Cue(code, weight, re.compile(pattern), subtype)


#: Words that stand for one thing in several rows.
NEW: Final = (
    r"(?:chang\w{0,3}|chgs?|chgd|chng|updat\w{0,3}|amend\w{0,3}|correct\w{0,3}|edit|modif\w{0,6}|new|different|wrong|other|"
    r"alternat\w{0,4}|swap)"
)
WANT: Final = (
    r"(?:wants?|wanna|would like|wish(?:es)?|'d like|like|asks?|asking|asked|need|needs|request\w{0,4}|"
    r"prefer\w{0,3}|decid\w{1,3}|try|veut|voudrait|souhaite)"
)
PARCEL: Final = r"(?:parcel|package|pkg|box|order|shipment|consignment|colis|carton)"
CARRIER: Final = r"(?:ups|carrier|courier|driver|transporteur|dpd|dhl|fedex|evri|royal mail)"
ITEM: Final = r"(?:bag|belt|watch|scarf|item|items|piece|goods|article|ring|shoes|wallet|contents?|product|units?|pcs)"
