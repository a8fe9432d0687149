"""Tracking numbers: read one as typed, say whose it is and whether its check digit agrees.

1. A UPS parcel number is `1Z`, six characters of the shipper's account, two of service, seven of parcel and one
   numeric check digit (source: UPS API pattern `^1Z[0-9A-Z]{16}$`; jkeen/tracking_number_data, `couriers/ups.json`).
2. The service characters say nothing here: the published table holds for the United States only.
3. Other UPS numbers (9, 10, 12 or 18 digits, notices left at the door, hand-written waybills, `1R`, Mail
   Innovations) are a kind of their own, and so are postal S10 numbers. What is neither is *not UPS*. None of them is
   ever called a broken `1Z`.
4. A failed check is a warning with suggestions; nothing is corrected for the user.

The `1Z` check is weak, and a pass proves nothing. A value that moves by five in a doubled position (2, 4, 6 ... of the
body) is not seen, so S/5, B/8, Z/2 and D/0 are invisible there; nor is a letter that is replaced by the digit it stands
for (E for 6, S for 0). Examples that pass wrongly: `1Z5489390357567127` for `1Z5R89390357567127` written with 4 for R,
`1Z5R84390357567127` with 4 for 9. Two neighbouring digits in the wrong order are always seen, and so are O/0, I/1, G/6,
Q/0 and L/1. Some numbers in UPS's own documentation fail (`1Z999AA10123456785`). So match against the despatch
manifest as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from addin.logic.outcome import Problem
from addin.logic.values import clean_id, lookalikes

_SEPARATORS: Final = re.compile(r"[\s\-‐‑‒–—−]+")
_UPS: Final = re.compile(r"1Z[0-9A-Z]{15}[0-9]")
_UPS_START: Final = re.compile(r"1Z")
#: `1Z` with a look-alike in the prefix or with a letter as its check digit; only worth a suggestion.
_UPS_MISTYPED: Final = re.compile(r"[1ILT7][Z2][0-9A-Z]{16}")
_WAYBILL: Final = re.compile(r"[AHJKTV][0-9]{10}")
_UPS_OTHERS: Final = (
    (re.compile(r"[0-9]{9}|[0-9]{10}|[0-9]{12}|[0-9]{18}"), "9, 10, 12 or 18 digits"),
    (_WAYBILL, "a hand-written waybill"),
    (re.compile(r"1R[0-9A-Z]{16}"), "a same-day number (1R)"),
    (re.compile(r"MI[0-9]{6}[0-9A-Z]{1,22}"), "Mail Innovations"),
)
_S10: Final = re.compile(r"[A-Z]{2}[0-9]{9}([A-Z]{2})")
_S10_WEIGHTS: Final = (8, 6, 4, 2, 3, 5, 9, 7)
#: A carrier's number, whoever's: 8 to 35 letters and digits, at least five of them digits.
_ANY_CARRIER: Final = re.compile(r"(?=(?:[A-Z]*[0-9]){5})[0-9A-Z]{8,35}")
#: What is read wrongly from a label, and what it probably is.
_MISREAD: Final = {"O": "0", "I": "1", "S": "5", "B": "8", "Z": "2"}

#: ISO 3166-1 alpha-2: an S10 number ends in the country whose post issued it (UPU standard S10).
_ISO_3166: Final = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY "
    "BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK "
    "FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR "
    "IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK "
    "ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM "
    "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF "
    "TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW"
)
_COUNTRIES: Final = frozenset(_ISO_3166.split())


class TrackingKind(StrEnum):
    """Whose number it is, as far as its shape tells."""

    UPS_1Z = "UPS 1Z"
    UPS_OTHER = "other UPS"
    S10 = "s10"
    NOT_UPS = "not UPS"
    NONE = "no number"


@dataclass(frozen=True, slots=True)
class TrackingNumber:
    """A tracking number as typed and as understood.

    `norm` has no spaces, hyphens or invisible characters and is upper case; `format_ok` says whether the structure of
    its kind holds (False for `NOT_UPS` and `NONE`, whose structure we do not know); `check_ok` is None where there is
    no check digit to test; `expected_check` is the digit that would be right, empty when none can be computed;
    `suggestions` are numbers one misread character away whose check digit agrees, to be shown and never applied.
    """

    raw: str
    norm: str
    kind: TrackingKind
    format_ok: bool
    check_ok: bool | None = None
    expected_check: str = ""
    suggestions: tuple[str, ...] = ()
    detail: str = ""

    @property
    def ok(self) -> bool:
        """True when nothing speaks against the number: the structure holds and no check digit fails."""
        return self.format_ok and self.check_ok is not False

    @property
    def is_ups(self) -> bool:
        """True for a `1Z` number and for the other shapes UPS uses (which other carriers may use as well)."""
        return self.kind in (TrackingKind.UPS_1Z, TrackingKind.UPS_OTHER)

    @property
    def grouped(self) -> str:
        """The number as letters print it: `1Z 999 AA1 01 2345 6784`; other kinds unchanged."""
        n = self.norm
        if self.kind is not TrackingKind.UPS_1Z or not self.format_ok:
            return n
        return f"{n[:2]} {n[2:5]} {n[5:8]} {n[8:10]} {n[10:14]} {n[14:]}"

    def problem(self, field: str = "tracking") -> Problem | None:
        """What a form says about the number; a failed check digit and a foreign number are warnings."""
        return _problem(self, field)


def normalise(text: str) -> str:
    """The number without spaces, hyphens and invisible characters, in capitals; full-width forms made plain."""
    return _SEPARATORS.sub("", clean_id(text)).upper()


def ups_check_digit(body: str) -> str:
    """The check digit of the 15 characters after `1Z`.

    A digit is worth itself, a letter `(code - 3) % 10` (A=2 ... I=0, S=0 ... Z=7); every second value is doubled and
    not digit-summed, so this is not Luhn (source: jbittel/drogher `shippers/ups.py`; Algorithm::CheckDigits M10_011).

    Raises:
        ValueError: when the body is not 15 capitals and digits.
    """
    if not re.fullmatch(r"[0-9A-Z]{15}", body):
        raise ValueError("The body of a UPS number has 15 capitals and digits.")
    return _mod10(body)


def _mod10(body: str) -> str:
    total = 0
    for index, char in enumerate(body):
        value = int(char) if char.isdigit() else (ord(char) - 3) % 10
        total += value * (2 if index % 2 else 1)
    return str(-total % 10)


def s10_check_digit(serial: str) -> str:
    """The check digit of the eight digits of a postal S10 number (weights 8 6 4 2 3 5 9 7, modulo 11; UPU S10).

    Raises:
        ValueError: when the serial is not eight digits.
    """
    if not re.fullmatch(r"[0-9]{8}", serial):
        raise ValueError("The serial of an S10 number has eight digits.")
    rest = 11 - sum(int(d) * w for d, w in zip(serial, _S10_WEIGHTS, strict=True)) % 11
    return {10: "0", 11: "5"}.get(rest, str(rest))


def read_tracking(text: str) -> TrackingNumber:
    """A tracking number as typed or pasted, understood; never fails, whatever the text."""
    norm = normalise(text)
    if _UPS_START.match(norm):
        return _read_ups(text, norm)
    for shape, detail in _UPS_OTHERS:
        if shape.fullmatch(norm):
            return _read_other_ups(text, norm, detail)
    if (s10 := _S10.fullmatch(norm)) is not None:
        expected = s10_check_digit(norm[2:10])
        known = s10[1] in _COUNTRIES
        return TrackingNumber(text, norm, TrackingKind.S10, known, norm[10] == expected, expected, detail=s10[1])
    found = TrackingKind.NOT_UPS if _ANY_CARRIER.fullmatch(norm) else TrackingKind.NONE
    return TrackingNumber(text, norm, found, format_ok=False, suggestions=_suggest(norm))


def _read_ups(raw: str, norm: str) -> TrackingNumber:
    body = norm[2:17]
    expected = _mod10(body) if re.fullmatch(r"[0-9A-Z]{15}", body) else ""
    if not _UPS.fullmatch(norm):
        expected = expected if len(norm) == 18 else ""
        return TrackingNumber(raw, norm, TrackingKind.UPS_1Z, False, None, expected, _suggest(norm))
    agrees = norm[17] == expected
    return TrackingNumber(raw, norm, TrackingKind.UPS_1Z, True, agrees, expected, () if agrees else _suggest(norm))


def _read_other_ups(raw: str, norm: str, detail: str) -> TrackingNumber:
    if not _WAYBILL.fullmatch(norm):
        return TrackingNumber(raw, norm, TrackingKind.UPS_OTHER, True, detail=detail)
    # A waybill's ten digits carry the same check; whoever wrote it by hand is to be told, not stopped.
    expected = _mod10(norm[1:10])
    return TrackingNumber(raw, norm, TrackingKind.UPS_OTHER, True, norm[10] == expected, expected, detail=detail)


def _suggest(norm: str) -> tuple[str, ...]:
    """Every `1Z` number that is one misread character away and whose check digit agrees, in reading order."""
    if not _UPS_MISTYPED.fullmatch(norm):
        return ()
    return tuple(dict.fromkeys(n for n in _one_away(norm) if _UPS.fullmatch(n) and n[17] == _mod10(n[2:17])))


def _one_away(norm: str) -> Iterator[str]:
    if not norm.startswith("1Z"):
        yield f"1Z{norm[2:]}"
        return
    for index in range(2, len(norm)):
        if (digit := _MISREAD.get(norm[index])) is not None:
            yield norm[:index] + digit + norm[index + 1 :]


def check_tracking(text: str) -> Problem | None:
    """What a form says about a tracking number as typed; None when nothing speaks against it."""
    return read_tracking(text).problem()


def _problem(number: TrackingNumber, field: str) -> Problem | None:
    shown = number.norm if len(number.norm) <= 40 else f"{number.norm[:40]}..."
    perhaps = f"Did you mean {' or '.join(number.suggestions)}? " if number.suggestions else ""
    if number.kind is TrackingKind.NONE:
        return Problem("TRK-NONE", f"{shown or 'Nothing'} is not a tracking number.", field, hint="Copy it again.")
    if number.kind is TrackingKind.NOT_UPS:
        hint = f"{perhaps}Check which carrier has the parcel."
        return Problem("TRK-NOT-UPS", f"{shown} is not a UPS number.", field, hint=hint, warn=True)
    if number.kind is TrackingKind.S10 and not number.format_ok:
        hint = "Copy it again from the label."
        return Problem("TRK-S10", f"{shown}: no country has the code {number.detail}.", field, hint=hint, warn=True)
    if not number.format_ok:
        message = f"{shown} begins like a UPS number but {_fault(number.norm)}."
        return Problem("TRK-FORMAT", message, field, hint=f"{perhaps}Copy it again from the label.")
    if number.check_ok is False:
        message = f"{shown}: the check digit should be {number.expected_check}, so a character is probably wrong."
        hint = f"{perhaps}Key it again from the label, or say why it is right."
        return Problem("TRK-CHECK", message, field, hint=hint, warn=True)
    return None


def _fault(norm: str) -> str:
    if foreign := lookalikes(norm):
        return f"has letters of another alphabet ({foreign})"
    if len(norm) != 18:
        return f"has {len(norm)} characters instead of 18"
    if not re.fullmatch(r"[0-9A-Z]+", norm):
        return "has a character that is neither a letter nor a digit"
    return "does not end in a digit"
