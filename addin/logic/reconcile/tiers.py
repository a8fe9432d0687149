"""The tiers of matching, declared as data: on which keys lines meet, what must agree, and what a find is worth.

1. Tiers are tried in order on what the earlier ones left; a line that was consumed takes no part any more.
2. A pair is made only where it is the one possibility on both sides. Never by order in the file, never the first of
   several: so shuffled input gives the same result, and a line that appears twice is never paired silently.
3. A blank key never meets anything.
4. `MATCHED` is final; `PROPOSED` waits for a person; `EXCEPTION` is listed with its reason.

Sources: matching engine T1 to T6 of the house's rules; "missing links must be confirmed, not inferred".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Found(StrEnum):
    """What a tier's find is worth."""

    MATCHED = "matched"
    PROPOSED = "proposed"
    EXCEPTION = "exception"


class Shape(StrEnum):
    """How many lines of each side a find takes."""

    PAIR = "pair"
    ONE_TO_MANY = "one to many"
    MANY_TO_ONE = "many to one"
    TWICE = "twice"
    """Lines of one side that say the same: all lines under the key are taken, none is paired."""
    ANY = "any"


class Amounts(StrEnum):
    """How the amounts of a pair must stand to each other: seen from the left line, the right one is ..."""

    EQUAL = "equal"
    MORE = "more"
    LESS = "less"
    ANY = "any"
    TOLD = "told"
    """Paired whatever they are; a difference of amount or currency is told as an exception."""


class Times(StrEnum):
    """How the days of a pair must stand to each other."""

    ANY = "any"
    WITHIN = "within"
    NOT_LATER = "right not later"
    LATER = "right later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """One row of the table.

    `keys` are the columns whose texts must be the same and not blank; pairs and sums always share the currency, except
    where differences are told. `one` is what the only possible pair (or the group whose sums agree) is worth, under
    the reason `label`; `several` what a line is worth that has more than one candidate, or whose candidate has (None
    leaves it to later tiers). `days` bounds `Times.WITHIN`. A pair whose column `unless_other` is filled on both sides
    and differs is only proposed: two different references contradict a match.
    """

    id: str
    title: str
    keys: tuple[str, ...]
    shape: Shape = Shape.PAIR
    amounts: Amounts = Amounts.EQUAL
    times: Times = Times.ANY
    days: int = 0
    one: Found = Found.MATCHED
    label: str = ""
    several: Found | None = None
    several_label: str = ""
    unless_other: str = ""

    def __post_init__(self) -> None:
        if not self.keys:
            raise ValueError(f"Tier {self.id} has no keys: everything would meet everything.")
        if self.shape in (Shape.ONE_TO_MANY, Shape.MANY_TO_ONE) and self.one is Found.MATCHED:
            raise ValueError(f"Tier {self.id} makes groups: a person confirms them, so they are only proposed.")
        if self.several is Found.MATCHED:
            raise ValueError(f"Tier {self.id} would close a line that has several candidates; it may only propose.")
        if self.days < 0:
            raise ValueError(f"Tier {self.id}: a number of days is zero or more.")

    @property
    def labels(self) -> tuple[str, str]:
        """The reasons it gives to a find and to several."""
        return self.label or self.title, self.several_label or f"{self.label or self.title}: several"


#: The columns lines may be matched on. Two-file profiles may name others.
REFERENCE: Final = "own_ref"
PAYMENT: Final = "payment_ref"
ORDER: Final = "order_no"

AMOUNT_DIFFERS: Final = "R03"
CURRENCY_DIFFERS: Final = "R04"
DOUBLE_LEFT: Final = "R05"
DOUBLE_RIGHT: Final = "R06"
UNRESOLVED: Final = "R07"
LEFT_ALONE: Final = "R01"
RIGHT_ALONE: Final = "R02"
#: A pair in two currencies that agrees at the rate of the statement.
FX_DIFFERENCE: Final = "FX"


def refund_tiers(days: int) -> tuple[Tier, ...]:
    """The tiers for refunds against a provider's or a bank's lines; `days` is policy `recon.date_window_days`."""
    return (
        Tier(id="T1", title="Refund reference", keys=(REFERENCE,), amounts=Amounts.TOLD, label="T1"),
        Tier(id="T4", title="One refund, parts under its reference", keys=(REFERENCE,), shape=Shape.ONE_TO_MANY,
             one=Found.PROPOSED, label="T4"),
        Tier(id="T5", title="Several refunds under one reference", keys=(REFERENCE,), shape=Shape.MANY_TO_ONE,
             one=Found.PROPOSED, label="T5"),
        Tier(id="TW", title="The same refund twice", keys=(REFERENCE,), shape=Shape.TWICE, one=Found.EXCEPTION,
             label=DOUBLE_LEFT, several_label=DOUBLE_RIGHT),
        Tier(id="T6", title="Same refund reference, no agreement", keys=(REFERENCE,), shape=Shape.ANY,
             one=Found.EXCEPTION, label=UNRESOLVED),
        Tier(id="T2", title="Payment and amount", keys=(PAYMENT,), label="T2", unless_other=REFERENCE),
        Tier(id="T3", title="Order and amount, near in time", keys=(ORDER,), times=Times.WITHIN, days=days,
             one=Found.PROPOSED, label="T3"),
        Tier(id="T4", title="One refund, several parts of its payment", keys=(PAYMENT,), shape=Shape.ONE_TO_MANY,
             one=Found.PROPOSED, label="T4"),
        Tier(id="T5", title="Several refunds, one line of their payment", keys=(PAYMENT,), shape=Shape.MANY_TO_ONE,
             one=Found.PROPOSED, label="T5"),
        Tier(id="T6", title="Same payment, no agreement", keys=(PAYMENT,), shape=Shape.ANY, one=Found.EXCEPTION,
             label=UNRESOLVED),
        Tier(id="T6", title="Same order, no agreement", keys=(ORDER,), shape=Shape.ANY, one=Found.EXCEPTION,
             label=UNRESOLVED),
    )  # fmt: skip
