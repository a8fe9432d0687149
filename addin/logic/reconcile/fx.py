"""Two currencies and a rate: whether a line agrees with a refund, to the minor unit, and by how much it does not.

Source: matching engine, tolerance rules: "recompute at the capture rate, tolerance 0.5% or GBP 1; the difference is
told, never silently matched". No rate is ever invented: without one on the statement line two currencies do not agree.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def converted(minor: int, exponent: int, rate: Decimal, into_exponent: int) -> int:
    """An amount in minor units of one currency as minor units of another, rounded half up."""
    amount = Decimal(minor).scaleb(-exponent) * rate
    return int(amount.scaleb(into_exponent).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def within(expected: int, found: int, exponent: int, percent: Decimal, least: Decimal) -> bool:
    """True when two amounts of one currency differ by no more than the greater of a share and a fixed amount.

    Args:
        expected: the recomputed amount in minor units.
        found: the amount on the line in minor units.
        exponent: decimals of their currency.
        percent: policy `recon.fx_percent`.
        least: policy `recon.fx_amount`, in units of the currency.
    """
    share = Decimal(abs(expected)) * percent / 100
    return Decimal(abs(expected - found)) <= max(share, least.scaleb(exponent))
