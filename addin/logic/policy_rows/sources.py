"""Where policy values come from, and how an entry is written."""

from __future__ import annotations

from datetime import date
from typing import Final

#: `(key, value, unit, note)`.
Entry = tuple[str, str, str, str]
#: `(key, value, unit, source, note, valid_from)`.
Row = tuple[str, str, str, str, str, date]
#: Entries that share a source.
Block = tuple[str, tuple[Entry, ...]]

ASSUMED: Final = "Assumption, to be confirmed by the house"
GENERAL: Final = "General knowledge of the trade, to be verified"
CARRIER_TERMS: Final = "UPS UK terms and conditions of carriage, from general knowledge; the contract decides"
CMR: Final = "CMR Convention 1956 (international carriage by road)"
MONTREAL: Final = "Montreal Convention 1999 (international carriage by air)"
CARRIER_PAGES: Final = "UPS help pages of other countries; the UK page was not at hand"
CARRIER_API: Final = "UPS API documentation, July 2026"
COMMISSIONER: Final = "Information Commissioner's guidance on video surveillance and UK GDPR article 12"
RECORDS_LAW: Final = "HM Revenue and Customs on VAT records; Limitation Act 1980, from general knowledge"
