"""Amounts as the British and the French write them, and what each is an amount of.

1. "£1,250", "1 250,00 €", "1.250,00 EUR", "6.4k", "1 090 GBP": a group of three digits is thousands, one or two
   digits after the last mark are pence, since no amount has three decimals.
2. "£1.250" could be a slip for either; it is suggested with a flag, not stated.
3. The words beside an amount say what it is; an amount without such words keeps the kind `amount`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from addin.logic.intake.model import Basis, Fact
from addin.logic.intake.text import Folded
from addin.logic.values import Money

_NUMBER: Final = r"(\d{1,3}(?:[ ,.']\d{3}){1,3}(?:[.,]\d{1,2})?(?!\d)|\d{1,9}(?:[.,]\d{1,2})?(?!\d))"
_UNIT: Final = r"(£|€|\$|gbp\b|eur\b|usd\b|euros?\b|pounds?\b|quid\b|livres?\b|sterling\b)"
_LEADING: Final = re.compile(rf"(£|€|\$|\bgbp|\beur|\busd)\s?{_NUMBER}\s?(k\b)?")
_TRAILING: Final = re.compile(rf"(?<![\d.,/:-]){_NUMBER}\s?(k)?\s?{_UNIT}")
_CURRENCY: Final = {"£": "GBP", "gbp": "GBP", "€": "EUR", "eur": "EUR", "$": "USD", "usd": "USD"}
_LONG: Final = {"euro": "EUR", "euros": "EUR"}

_GOODS: Final = (
    r"(?:bag|bags|belt|watch|scarf|scarves|item|items|goods|piece|article|ring|bracelet|necklace|shoes|boots|wallet|"
    r"purse|jewel\w*|coat|jacket|dress|tie|blanket|cup|plate|set|perfume|handbag|product|sac|montre|foulard|ceinture)"
)
_SHIPPING: Final = r"(?:delivery|shipping|postage|carriage|livraison|port|p&p|del)"
#: What stands after the amount, tried first.
_AFTER: Final = (
    ("delivery", re.compile(rf"\s?(?:for |of )?(?:the )?{_SHIPPING}\b")),
    ("goods_value", re.compile(rf"\s?(?:worth of )?(?:\w{{1,12}} )?{_GOODS}\b")),
    ("refund_goods", re.compile(r"\s?(?:refund|back|to refund|remboursement|a rembourser)\b")),
    ("order_value", re.compile(r"\s?(?:order|basket|total|in total|commande)\b(?!\W{1,3}(?:no\W{0,2})?#?\d)")),
)
#: What stands before it in the same clause; the last word wins.
_BEFORE: Final = (
    ("delivery", re.compile(rf"\b{_SHIPPING}\b")),
    ("goods_value", re.compile(rf"\b(?:{_GOODS}|worth|retail(?:s|ed)?|priced?|value|valued|valeur)\b")),
    ("refund_goods", re.compile(r"\b(?:refund\w*|rembours\w*|reimburs\w*|credit)\b")),
    ("order_value", re.compile(r"\b(?:orders?|basket|order total|total|cmd|commande|spent|paid)\b")),
    ("cost", re.compile(r"\b(?:costs?|quote\w*|fee|charge\w*|surcharge)\b")),
    ("claim_amount", re.compile(r"\bclaim(?:ing|ed)?(?: for| of)?\b")),
    ("deduction", re.compile(r"\b(?:deduct\w*|deduction|less|minus|keep back)\b")),
)


#: "Value 38k": an amount without its currency.
_BARE: Final = re.compile(
    r"\b(?:value|valued at|worth|order value|total)\W{1,3}(?:of |is |about |approx\.? )?(\d{1,4}(?:[.,]\d)?)\s?k\b"
)


def find_money(text: Folded, currency: str = "GBP") -> Iterator[Fact]:
    """Every amount with its kind, claimed so that its digits are read as nothing else."""
    for match in list(text.hits(_BARE)):
        if (bare := read_amount(match[1], thousands=True)) is not None:
            text.claim(*match.span(1))
            amount = str(Money(bare, currency))
            yield text.fact(_kind(text, *match.span(1)), amount, match.span(1), Basis.SUGGESTED, "currency assumed")
    for pattern, number, unit in ((_LEADING, 2, 1), (_TRAILING, 1, 3)):
        for match in list(text.hits(pattern)):
            thousand = match[3] if pattern is _LEADING else match[2]
            mark = match[unit]
            code = _CURRENCY.get(mark) or _LONG.get(mark, "GBP" if mark else currency)
            value = read_amount(match[number], thousands=bool(thousand))
            if value is None:
                continue
            text.claim(*match.span())
            unsure = bool(re.fullmatch(r"\d{1,3}\.\d{3}", match[number])) and code != "EUR"
            basis, note = (Basis.SUGGESTED, "point as thousands mark") if unsure else (Basis.STATED, "")
            yield text.fact(_kind(text, match.start(), match.end()), str(Money(value, code)), match.span(), basis, note)


def read_amount(words: str, *, thousands: bool = False) -> Decimal | None:
    """An amount in digits as a Decimal with at most two decimals; None when it is no amount of money.

    >>> read_amount("1 090,50")
    Decimal('1090.50')
    """
    packed = words.replace(" ", "").replace("'", "")
    mark = max(packed.rfind(","), packed.rfind("."))
    decimals = len(packed) - mark - 1 if mark >= 0 else 0
    if mark >= 0 and decimals in (1, 2):
        packed = re.sub(r"[.,]", "", packed[:mark]) + "." + packed[mark + 1 :]
    else:
        packed = re.sub(r"[.,]", "", packed)
    value = Decimal(packed) * (1000 if thousands else 1)
    return value.quantize(Decimal("0.01")) if value < Decimal(10) ** 9 else None


def _kind(text: Folded, start: int, end: int) -> str:
    after = text.lower[end : min(text.clause(max(end - 1, 0))[1], end + 30)]
    for name, pattern in _AFTER:
        if pattern.match(after):
            return name
    left, _ = text.clause(start)
    lead = text.lower[max(left, start - 60) : start]
    if (kind := _last(lead)) is not None:
        return kind
    # "order 123, £90": an amount that stands alone belongs to what was named just before it.
    bare = not re.search(r"[a-z]", lead)
    earlier, _ = text.clause(max(left - 1, 0))
    return (_last(text.lower[max(earlier, left - 60) : left]) if bare and left else None) or "amount"


def _last(lead: str) -> str | None:
    best: tuple[int, str] | None = None
    for name, pattern in _BEFORE:
        for match in pattern.finditer(lead):
            if best is None or match.start() >= best[0]:
                best = (match.start(), name)
    return best[1] if best else None
