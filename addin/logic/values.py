"""Values every part speaks in: money, roles, actors, clean text.

Money is a Decimal with a currency and never a float; ids are text; instants carry an offset.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import StrEnum
from typing import Final

#: ISO 4217 minor units where they are not two.
_MINOR_UNITS: Final = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(), 0),  # noqa: SIM905
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),  # noqa: SIM905
}
#: The highest power of ten that an amount may have: exact arithmetic stays far from its 28 digits.
_LARGEST: Final = 20
#: The currencies in use (ISO 4217, list one, without funds, metals and test codes).
CURRENCIES: Final = frozenset(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP
    CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF
    IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD
    MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB
    RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD
    UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG
    """.split()  # noqa: SIM905
)
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
#: Characters that make a cell a formula when a text is pasted or opened as CSV, full-width forms included.
FORMULA_LEADS: Final = "=+-@\t\r＝＋－＠"
#: Invisible characters that make two equal-looking ids differ.
_INVISIBLE: Final = dict.fromkeys(
    map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e")
)
#: Letters of other alphabets that look like Latin capitals or digits (domain rule: flag, never map silently).
_LOOKALIKE: Final = frozenset("АВЕКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧоасерхуі")
#: Excel's limit for the text of one cell.
CELL_LIMIT: Final = 32_767


class Role(StrEnum):
    """What a person may do; a person may hold several (settings)."""

    COORDINATOR = "coordinator"
    QC = "qc"
    SENIOR_QA = "senior_qa"
    FINANCE = "finance"
    SECURITY = "security"
    LOSS_PREVENTION = "loss_prevention"
    LEGAL = "legal"
    AUDITOR = "auditor"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the operating-system account, its display name and its roles."""

    id: str
    name: str
    roles: frozenset[Role]

    def may(self, roles: Iterable[Role]) -> bool:
        """True when the actor holds one of these roles."""
        return not self.roles.isdisjoint(roles)

    def acting_as(self, roles: Iterable[Role]) -> Role:
        """The role under which a move is recorded: the first of the move's roles that the actor holds."""
        for role in sorted(roles, key=list(Role).index):
            if role in self.roles:
                return role
        return min(self.roles, key=list(Role).index, default=Role.SYSTEM)


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An exact amount in one currency, at most as many decimals as the currency has.

    Raises:
        TypeError: for a float, which cannot hold pence.
        ValueError: for more decimals than the currency has, a non-finite amount or a bad currency code.
    """

    amount: Decimal
    currency: str = "GBP"

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError(f"Money needs a Decimal, not {type(self.amount).__name__}: floats cannot hold pence.")
        if not _CURRENCY.fullmatch(self.currency):
            raise ValueError(f"{self.currency!r} is not an ISO 4217 currency code.")
        if not self.amount.is_finite():
            raise ValueError("An amount of money must be a finite number.")
        if self.amount.adjusted() > _LARGEST:
            raise ValueError("That amount is too large to be money.")
        quantum = Decimal(1).scaleb(-self.exponent)
        exact = self.amount.quantize(quantum, rounding=ROUND_HALF_UP)
        if exact != self.amount:
            raise ValueError(f"{self.amount} has more than {self.exponent} decimals.")
        object.__setattr__(self, "amount", exact + 0)

    @property
    def exponent(self) -> int:
        """How many decimals the currency has (ISO 4217)."""
        return _MINOR_UNITS.get(self.currency, 2)

    @property
    def minor(self) -> int:
        """The amount in minor units (pence) as an integer."""
        return int(self.amount.scaleb(self.exponent))

    @classmethod
    def from_minor(cls, minor: int, currency: str = "GBP") -> Money:
        """Money out of minor units (pence)."""
        return cls(Decimal(minor).scaleb(-_MINOR_UNITS.get(currency, 2)), currency)

    @classmethod
    def parse(cls, text: str, currency: str = "GBP") -> Money:
        """Read "GBP 1250.00" (the stored form) or "1250.00" in the given currency.

        Raises:
            ValueError: for anything else.
        """
        code, _, number = text.strip().rpartition(" ")
        try:
            return cls(Decimal(number), code or currency)
        except InvalidOperation:
            raise ValueError(f"{text!r} is not an amount of money.") from None

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"Cannot mix {self.currency} and {other.currency}.")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        return f"{self.currency} {self.amount}"

    def pretty(self) -> str:
        """The amount as a person reads it: "£1,250.00", "EUR 90.00"."""
        sign = "-" if self.amount < 0 else ""
        figure = f"{abs(self.amount):,.{self.exponent}f}"
        return f"{sign}£{figure}" if self.currency == "GBP" else f"{sign}{self.currency} {figure}"


def rounded(amount: Decimal, currency: str = "GBP") -> Money:
    """An amount rounded half up to the currency's minor unit, as Excel's ROUND does."""
    places = _MINOR_UNITS.get(currency, 2)
    return Money(amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP), currency)


def total(amounts: Iterable[Money], currency: str = "GBP") -> Money:
    """The sum of amounts of one currency; zero of `currency` when there are none."""
    result: Money | None = None
    for amount in amounts:
        result = amount if result is None else result + amount
    return result if result is not None else Money(Decimal(0), currency)


def clean_id(text: str) -> str:
    """An id as typed, made comparable: NFKC, no invisible or control characters, no outer spaces."""
    return unicodedata.normalize("NFKC", clean_text(text).translate(_INVISIBLE)).strip()


def lookalikes(text: str) -> str:
    """The letters in `text` that only look like Latin ones; empty when there are none."""
    return "".join(c for c in text if c in _LOOKALIKE)


def clean_text(text: str) -> str:
    """Free text made safe to keep and show: line ends as `\\n`, and no character that a workbook cannot hold.

    Left out are control characters but line ends and tabs, halves of characters, and U+FFFE and U+FFFF.
    """
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        c for c in unified if c in "\n\t" or (c not in "\ufffe\uffff" and unicodedata.category(c) not in ("Cc", "Cs"))
    )


def cell_length(text: str) -> int:
    """How long a spreadsheet program finds a text: it counts a character beyond U+FFFF as two."""
    return len(text) + sum(c > "\uffff" for c in text)


def formula_like(text: str) -> bool:
    """True when a spreadsheet program could take the text for a formula (leading spaces do not hide it)."""
    bare = text.lstrip(" \u00a0\u3000")
    return bool(bare) and (bare[0] in FORMULA_LEADS or text[0] in "\t\r")
