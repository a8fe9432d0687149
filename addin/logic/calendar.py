"""Days and clocks: bank holidays, working days, working hours, Europe/London and stored instants.

1. No clock is read here: whoever asks brings the instant.
2. Instants are aware; what is stored is UTC to the second (`2026-11-24T09:14:00+00:00`). A person reads and types
   Europe/London, where one hour of autumn happens twice and one of spring never.
3. Legal days are calendar days. Working days leave out Saturdays, Sundays and the bank holidays of one division:
   the office's own for service levels, the destination's for delivery promises.
4. dd/mm is always British. A date that reads differently in America is flagged only when the caller asks.
"""

from __future__ import annotations

from enum import StrEnum


class Division(StrEnum):
    """The three sets of bank holidays in the United Kingdom."""

    ENGLAND_AND_WALES = "england-and-wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern-ireland"
