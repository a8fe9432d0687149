"""What can be told from the words of a British address: premises, PO boxes, kinds of places, surnames.

1. Nothing here says that an address exists; only the postal address file or the carrier knows that.
2. An address counts as complete when it names its premises: a number, or a house, building or firm before the street.
   What these words cannot show a person may state in a field of its own, so no real address is shut out.
3. A PO box is found by its words; villages called Box and roads called Boxley are no PO boxes.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from addin.logic.postcode import Territory, read_postcode

PLACE_KINDS: Final = (
    "Home", "Work", "Hotel", "Parcel shop or locker", "Freight forwarder", "PO box", "Boutique", "Other",
)  # fmt: skip
#: Places where anybody may take a parcel over (domain: forwarder, hotel, parcel shop, locker, PO box).
OPEN_PLACES: Final = frozenset({"Hotel", "Parcel shop or locker", "Freight forwarder", "PO box"})

_PO_BOX: Final = re.compile(r"\b(?:p\.?\s*o\.?|post\s+office)\s*box\b|^\s*box\s+(?:no\.?\s*)?\d+\s*$", re.I | re.M)
_BFPO: Final = re.compile(r"\bb\.?f\.?p\.?o\b", re.I)
_PLACES: Final = (
    (
        "Parcel shop or locker",
        re.compile(r"\b(?:locker|parcel ?shop|access point|collect\+|click and collect)\b", re.I),
    ),
    (
        "Freight forwarder",
        re.compile(r"\b(?:forward(?:er|ing)|freight|re-?ship(?:ping|per)?|mail ?box(?:es)?)\b", re.I),
    ),
    ("Hotel", re.compile(r"\b(?:hotel|hostel|aparthotel|bed and breakfast|b&b)\b", re.I)),
)
_STREET: Final = (
    "street|st|road|rd|lane|ln|avenue|ave|drive|dr|close|cl|square|sq|crescent|cres|terrace|place|pl|gardens|gdns|"
    "grove|hill|mews|row|way|walk|parade|rise|yard|circus|broadway|embankment|boulevard|wharf|quay|approach|gate"
)
#: A line that is a street and nothing before it: "Saddler Sq", "Church Lane", "High Street".
_ONLY_STREET: Final = re.compile(
    rf"(?:[^\W\d][\w'’.-]*\s+){{0,3}}(?:{_STREET})\.?(?:\s+(?:north|south|east|west))?", re.I
)
#: Words that name a house, looked for where an address was written in one line without commas.
_HOUSE: Final = re.compile(
    r"\b(?:cottages?|house|farm|farmhouse|barn|lodge|hall|manor|mill|villa|court|flat|apartment|apt|unit|rectory|"
    r"vicarage|grange|towers?|chambers|buildings?|works|studios?|bungalow|croft|stables|priory|abbey|inn|hotel|shop|"
    r"store|offices?|floor|suite|basement|penthouse|annexe|hospital|college|school|centre|ltd|limited|plc|llp)\b",
    re.I,
)
_HAS_NUMBER: Final = re.compile(r"\d")
_COUNTRIES: Final = {
    "": "", "uk": "GB", "u.k.": "GB", "gb": "GB", "gbr": "GB", "united kingdom": "GB", "great britain": "GB",
    "britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "northern ireland": "GB", "cymru": "GB",
    "jersey": "JE", "je": "JE", "guernsey": "GG", "gg": "GG", "gy": "GG", "isle of man": "IM", "im": "IM",
    "ireland": "IE", "eire": "IE", "ie": "IE", "republic of ireland": "IE", "france": "FR", "fr": "FR",
}  # fmt: skip
_BY_TERRITORY: Final = {Territory.JERSEY: "JE", Territory.GUERNSEY: "GG", Territory.ISLE_OF_MAN: "IM"}
_TITLES: Final = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "lady", "lord", "mme", "m"})
_SUFFIXES: Final = frozenset({"jr", "jnr", "sr", "snr", "esq", "obe", "mbe", "cbe", "phd", "ii", "iii"})


def lines_of(address: str) -> tuple[str, ...]:
    """The parts of an address, whether written in lines or with commas, without its postcode."""
    parts = (part.strip(" .") for part in re.split(r"[\n,;]", address))
    return tuple(part for part in parts if part and not read_postcode(part).ok)


def names_premises(address: str) -> bool:
    """True when the address says which house: a number anywhere, or a name before the street or the town.

    "18 Saddler Sq, London", "Rose Cottage, Church Lane, Dunsford" and "Oakhill Farm, Dunsford" do; "Saddler Sq,
    London" and "London" do not.
    """
    lines = tuple(line for line in map(_without_postcode, lines_of(address)) if line)
    if not lines or any(_HAS_NUMBER.search(line) for line in lines):
        return bool(lines)
    streets = [_ONLY_STREET.fullmatch(line) is not None for line in lines]
    if len(lines) == 1:
        return not streets[0] and _HOUSE.search(lines[0]) is not None
    # Two streets in a row: the first is a house that is named like one ("Oak Hill, High Street, Bath").
    return not streets[0] or streets[1]


def _without_postcode(line: str) -> str:
    """A line without a postcode at its end ("London SW1X 9ZZ"), whose digits are no house number."""
    words = line.split()
    for count in (2, 1):
        if len(words) > count and read_postcode(" ".join(words[-count:])).ok:
            return " ".join(words[:-count])
    return line


def is_po_box(address: str) -> bool:
    """True for a post office box."""
    return _PO_BOX.search(address) is not None


def is_forces(address: str, postcode: str) -> bool:
    """True for a British Forces address."""
    return _BFPO.search(address) is not None or read_postcode(postcode).territory is Territory.BFPO


def place_kind(address: str) -> str:
    """The kind of place the words speak of ("Hotel", "PO box" ...), "" when they do not say."""
    if is_po_box(address):
        return "PO box"
    return next((kind for kind, words in _PLACES if words.search(address)), "")


def country_code(country: str, postcode: str) -> str:
    """The country of an address: as typed, else as the postcode tells, else "".

    The Crown dependencies are countries of their own here: goods sent there leave the United Kingdom.
    """
    typed = " ".join(country.split()).casefold()
    found = _COUNTRIES.get(typed, typed.upper())
    code = read_postcode(postcode)
    if found in ("", "GB") and code.ok:
        return _BY_TERRITORY.get(code.territory, "GB")
    return found


def is_british(country: str) -> bool:
    """True where British postcodes hold: the United Kingdom, the Crown dependencies, or no country said."""
    return country in ("", "GB", "JE", "GG", "IM")


def same_address(first: str, first_postcode: str, second: str, second_postcode: str) -> bool:
    """True when two addresses say the same, whatever the capitals, commas, line ends and spaces."""
    return _essence(first, first_postcode) == _essence(second, second_postcode)


def _essence(address: str, postcode: str) -> tuple[str, str]:
    code = read_postcode(postcode)
    shown = code.norm or "".join(postcode.split()).upper()
    lines = " ".join(_without_postcode(line) for line in lines_of(address))
    return re.sub(r"[^\w]+", " ", _plain(lines)).strip(), shown


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def masked(address: str, postcode: str) -> str:
    """An address as it may be repeated to the customer: first letters and the district, "1* S***** S*, SW1X".

    It lets the customer see that the right address is meant, and tells nobody else where it is.
    """
    lines = [_without_postcode(line) for line in lines_of(address)]
    shown = " ".join(word[0] + "*" * (len(word) - 1) for line in lines[:2] for word in line.split())
    return ", ".join(part for part in (shown, read_postcode(postcode).outward) if part)


def surname(name: str) -> str:
    """The last name of a person as typed, plain and lower case; "" when there is none."""
    words = re.sub(r"[^\w\s'-]+", " ", _plain(name)).split()
    named = [word for word in words if word not in _TITLES | _SUFFIXES]
    return named[-1] if named else ""


def same_name(first: str, second: str) -> bool:
    """True when two names are written alike, titles, accents and capitals apart."""
    return _name_words(first) == _name_words(second)


def _name_words(name: str) -> tuple[str, ...]:
    words = re.sub(r"[^\w\s'-]+", " ", _plain(name)).split()
    return tuple(word for word in words if word not in _TITLES | _SUFFIXES)
