"""Bank account numbers (IBAN): whether one is sound, and how it is shown without being told.

Source: ISO 13616; the check is ISO 7064 MOD 97-10.
"""

from __future__ import annotations

import re
from typing import Final

from addin.logic.outcome import Problem

_FORM: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
#: Lengths of the countries most refunds go to; others are held to their check digits alone.
_LENGTHS: Final = {
    "AT": 20, "BE": 16, "CH": 21, "DE": 22, "DK": 18, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GG": 22, "IE": 22,
    "IT": 27, "JE": 22, "LU": 20, "MC": 27, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "SE": 24,
}  # fmt: skip


def bare(account: str) -> str:
    """An account number without blanks, in capitals."""
    return "".join(account.split()).upper()


def check_iban(value: str) -> Problem | None:
    """None for a sound IBAN; a problem that does not repeat the number, which is personal."""
    account = bare(value)
    length = _LENGTHS.get(account[:2])
    if not _FORM.fullmatch(account) or (length is not None and len(account) != length):
        return Problem("FLD-IBAN", "This is not an IBAN.", hint="Two letters, two digits, then the account.")
    digits = "".join(str(int(sign, 36)) for sign in account[4:] + account[:4])
    if int(digits) % 97 != 1:
        return Problem("FLD-IBAN", "The check digits do not agree.", hint="Copy it again from the customer's form.")
    return None


def ending(account: str) -> str:
    """The last four signs, which is all that is shown."""
    return bare(account)[-4:]
