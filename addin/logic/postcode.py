"""Postcodes: format, territory, and whose bank holidays hold there.

1. A postcode that passes is well formed, not real: only the postal address file or the carrier knows that.
2. Outward shapes are AN, ANN, ANA, AAN, AANN, AANA and the inward one NAA; the first letter is never Q V X, the second
   never I J Z, a third-position letter is one of A-H J K P S T U W, a fourth-position one of A B E H M N P R V W X Y,
   and inward letters are never C I K M O V (published rules of UK postcodes; some older lists omit P in third place).
3. `GIR 0AA` is an old special code: accepted by format and always flagged. Forces' numbers (`BFPO 12`, `BF1 ...`) are
   no place a UK parcel carrier serves.
4. `BT` is Northern Ireland, `JE`, `GY`, `IM` are Crown dependencies outside the UK (export), and Scottish islands take
   longer. Bank holidays follow the destination's division.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from addin.logic.calendar import Division
from addin.logic.outcome import Problem
from addin.logic.values import clean_id

_INWARD: Final = r"[0-9][ABD-HJLNP-UW-Z]{2}"
_OUTWARD: Final = (
    r"[A-PR-UWYZ][0-9]{1,2}|[A-PR-UWYZ][0-9][A-HJKPSTUW]"
    r"|[A-PR-UWYZ][A-HK-Y][0-9]{1,2}|[A-PR-UWYZ][A-HK-Y][0-9][ABEHMNPRVWXY]"
)
_CIVIL: Final = re.compile(rf"(?P<outward>{_OUTWARD}) ?(?P<inward>{_INWARD})")
_FORCES: Final = re.compile(rf"(?P<outward>BFPO) ?(?P<number>[0-9]{{1,4}})|(?P<old>BF1) ?(?P<inward>{_INWARD})")
_LEGACY: Final = re.compile(r"GIR ?0AA")
#: Letters typed where a digit must stand.
_MISREAD: Final = str.maketrans("OISB", "0158")

#: The 124 geographic postcode areas.
_AREA_LIST: Final = (
    "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G "
    "GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW "
    "OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC "
    "WD WF WN WR WS WV YO ZE"
)
_AREAS: Final = frozenset(_AREA_LIST.split())
_SCOTTISH_LIST: Final = "AB DD DG EH FK G HS IV KA KW KY ML PA PH TD ZE"
_SCOTLAND: Final = frozenset(_SCOTTISH_LIST.split())
#: Districts of the area TD that lie (mostly) in England.
_ENGLISH_TD: Final = frozenset({12, 15})

_Districts = Mapping[str, tuple[range, ...]]
_ALL: Final = range(100)
#: Scottish islands by area and district; HS, ZE and KW15-17 are sure, the rest as carriers' surcharge lists have them.
_SCOTTISH_ISLANDS: Final[_Districts] = {
    "HS": (_ALL,),
    "ZE": (_ALL,),
    "KW": (range(15, 18),),
    "KA": (range(27, 29),),
    "PA": (range(20, 21), range(41, 50), range(60, 79)),
    "PH": (range(42, 45),),
    "IV": (range(41, 52), range(55, 57)),
}
#: Mainland districts that carriers commonly treat as Highlands, with longer transit.
_HIGHLANDS: Final[_Districts] = {
    "IV": (_ALL,),
    "KW": (range(1, 15),),
    "PH": (range(19, 27), range(30, 42), range(49, 51)),
    "PA": (range(21, 41),),
}
#: English islands: Wight and Scilly.
_ENGLISH_ISLANDS: Final[_Districts] = {"PO": (range(30, 42),), "TR": (range(21, 26),)}


class Territory(StrEnum):
    """Where a postcode lies, as far as carriers and customs care."""

    MAINLAND = "GB mainland"
    HIGHLANDS = "Scottish Highlands"
    SCOTTISH_ISLANDS = "Scottish islands"
    NORTHERN_IRELAND = "Northern Ireland"
    JERSEY = "Jersey"
    GUERNSEY = "Guernsey"
    ISLE_OF_MAN = "Isle of Man"
    BFPO = "BFPO"
    NONE = ""


#: Territories to which goods leave the UK's VAT or customs area, so a shipment is an export.
EXPORT: Final = frozenset({Territory.JERSEY, Territory.GUERNSEY, Territory.ISLE_OF_MAN})
_BY_AREA: Final = {
    "BT": Territory.NORTHERN_IRELAND,
    "JE": Territory.JERSEY,
    "GY": Territory.GUERNSEY,
    "IM": Territory.ISLE_OF_MAN,
}


class PostcodeFlag(StrEnum):
    """What a person should know about a well-formed postcode."""

    BFPO = "bfpo"
    LEGACY = "legacy"
    EXPORT = "export"
    NORTHERN_IRELAND = "northern-ireland"
    ISLAND = "island"
    HIGHLANDS = "highlands"
    UNKNOWN_AREA = "unknown-area"


@dataclass(frozen=True, slots=True)
class Postcode:
    """A postcode as typed and as understood.

    `norm` has one space and capitals and is empty when the format fails; `area` is the leading letters (SW), `district`
    the area with its number (SW1), `outward` what stands before the space (SW1X). `division` says whose bank holidays
    hold there, None where the UK's do not (Crown dependencies, forces) or nothing is known.
    """

    raw: str
    norm: str = ""
    ok: bool = False
    outward: str = ""
    inward: str = ""
    area: str = ""
    district: str = ""
    territory: Territory = Territory.NONE
    division: Division | None = None
    flags: frozenset[PostcodeFlag] = frozenset()
    suggestions: tuple[str, ...] = ()

    @property
    def is_export(self) -> bool:
        """True for Jersey, Guernsey and the Isle of Man."""
        return self.territory in EXPORT

    def problem(self, field: str = "postcode") -> Problem | None:
        """What a form says about the postcode; only a wrong format is a fault, the rest are warnings."""
        return _problem(self, field)


def normalise(text: str) -> str:
    """Capitals with one space before the last three characters (or after BFPO), whether or not the format holds."""
    packed = re.sub(r"\s+", "", clean_id(text)).upper()
    if packed.startswith("BFPO"):
        return f"BFPO {packed[4:]}".strip()
    return f"{packed[:-3]} {packed[-3:]}" if len(packed) > 3 else packed


def read_postcode(text: str) -> Postcode:
    """A postcode as typed, understood; never fails, whatever the text."""
    norm = normalise(text)
    if _LEGACY.fullmatch(norm):
        flags = frozenset({PostcodeFlag.LEGACY})
        division = Division.ENGLAND_AND_WALES
        return Postcode(text, norm, True, "GIR", "0AA", "GIR", "GIR", Territory.MAINLAND, division, flags)
    if (forces := _FORCES.fullmatch(norm)) is not None:
        outward, inward = norm.split(" ")
        area = "BFPO" if forces["outward"] else "BF"
        flags = frozenset({PostcodeFlag.BFPO})
        return Postcode(text, norm, True, outward, inward, area, outward, Territory.BFPO, None, flags)
    if (found := _CIVIL.fullmatch(norm)) is None:
        return Postcode(text, suggestions=_suggest(norm))
    return _placed(text, norm, found["outward"], found["inward"])


def _placed(raw: str, norm: str, outward: str, inward: str) -> Postcode:
    area, digits, _ = re.split(r"([0-9]+)", outward, maxsplit=1)
    number = int(digits)
    territory = _territory(area, number)
    return Postcode(
        raw,
        norm,
        True,
        outward,
        inward,
        area,
        f"{area}{digits}",
        territory,
        _division(area, number, territory),
        _flags(area, number, territory),
    )


def _territory(area: str, number: int) -> Territory:
    if area in _BY_AREA:
        return _BY_AREA[area]
    if _within(_SCOTTISH_ISLANDS, area, number):
        return Territory.SCOTTISH_ISLANDS
    return Territory.HIGHLANDS if _within(_HIGHLANDS, area, number) else Territory.MAINLAND


def _within(table: _Districts, area: str, number: int) -> bool:
    return any(number in districts for districts in table.get(area, ()))


def _division(area: str, number: int, territory: Territory) -> Division | None:
    if territory in EXPORT:
        return None
    if territory is Territory.NORTHERN_IRELAND:
        return Division.NORTHERN_IRELAND
    if area in _SCOTLAND and not (area == "TD" and number in _ENGLISH_TD):
        return Division.SCOTLAND
    return Division.ENGLAND_AND_WALES


def _flags(area: str, number: int, territory: Territory) -> frozenset[PostcodeFlag]:
    marks = {
        PostcodeFlag.EXPORT: territory in EXPORT,
        PostcodeFlag.NORTHERN_IRELAND: territory is Territory.NORTHERN_IRELAND,
        PostcodeFlag.ISLAND: territory is Territory.SCOTTISH_ISLANDS or _within(_ENGLISH_ISLANDS, area, number),
        PostcodeFlag.HIGHLANDS: territory is Territory.HIGHLANDS,
        PostcodeFlag.UNKNOWN_AREA: area not in _AREAS,
    }
    return frozenset(flag for flag, holds in marks.items() if holds)


def _suggest(norm: str) -> tuple[str, ...]:
    """Well-formed postcodes with a letter read back as the digit it resembles; shown, never applied."""
    outward, _, inward = norm.partition(" ")
    if not inward or not 2 <= len(outward) <= 4:
        return ()
    inwards = {inward, inward[0].translate(_MISREAD) + inward[1:]}
    outwards = {outward[:i] + outward[i].translate(_MISREAD) + outward[i + 1 :] for i in range(1, len(outward))}
    tried = (f"{left} {right}" for left in sorted({outward, *outwards}) for right in sorted(inwards))
    return tuple(code for code in tried if code != norm and _CIVIL.fullmatch(code))


def check_postcode(text: str) -> Problem | None:
    """What a form says about a postcode as typed; None when nothing speaks against it."""
    return read_postcode(text).problem()


def _problem(code: Postcode, field: str) -> Problem | None:
    if not code.ok:
        perhaps = f"Did you mean {' or '.join(code.suggestions)}? " if code.suggestions else ""
        shown = clean_id(code.raw)[:20] or "Nothing"
        hint = f"{perhaps}Type it like SW1A 1AA and check it with the sender."
        return Problem("PCD-FORMAT", f"{shown} is not a UK postcode.", field, hint=hint)
    warnings = (
        (PostcodeFlag.LEGACY, "is an old special code, not a place.", "Ask for the real address."),
        (PostcodeFlag.BFPO, "is a forces' address; parcel carriers do not deliver there.", "Send it by post."),
        (PostcodeFlag.UNKNOWN_AREA, "begins with letters that are no postcode area.", "Check it with the sender."),
        (
            PostcodeFlag.EXPORT,
            f"is outside the UK ({code.territory}): an export.",
            "Follow the export rules.",
        ),
    )
    for flag, words, hint in warnings:
        if flag in code.flags:
            return Problem(f"PCD-{flag.name.replace('_', '-')}", f"{code.norm} {words}", field, hint=hint, warn=True)
    return None
