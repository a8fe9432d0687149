"""What a carrier's words about a parcel mean, in the register's own list of statuses.

1. The carrier's text is kept beside the mapped status; a text that nothing here matches is `UNKNOWN`, never guessed.
2. The first line of the table that matches counts, so that the more particular ones stand first: a parcel "delivered to
   a UPS Access Point" is not with the customer, and one "delivered to the sender" has come back.
3. The carrier's type letters are not used: `D` does not mean delivered and `X` does not mean failed (UPS Track Alert).

Source of the wordings: UPS tracking pages and API documentation, July 2026; the full list was not at hand.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from addin.logic.values import clean_id

UNKNOWN: Final = "UNKNOWN"
#: The register's own words for a carrier's statuses, from label to the end.
TRACKING_STATUSES: Final = (
    "LABEL_CREATED", "COLLECTED", "IN_TRANSIT", "OUT_FOR_DELIVERY", "ATTEMPT_1", "ATTEMPT_2", "ATTEMPT_FINAL",
    "AT_ACCESS_POINT", "ADDRESS_ISSUE", "HELD", "DAMAGE_REPORTED", "REFUSED", "RETURNING", "RETURNED", "DELIVERED",
    "DELIVERED_NEIGHBOUR", "LOST_DECLARED", UNKNOWN,
)  # fmt: skip
#: The parcel's way is over, as far as the carrier is concerned.
ENDED: Final = frozenset({"DELIVERED", "DELIVERED_NEIGHBOUR", "RETURNED", "LOST_DECLARED"})

_TABLE: Final = tuple(
    (re.compile(pattern), status)
    for pattern, status in (
        (r"delivered (?:back )?to (?:the )?(?:sender|shipper)|return(?:ed)? (?:is |was )?complete", "RETURNED"),
        (r"return(?:ed|ing)? to (?:the )?(?:sender|shipper)|being returned|retour a l'expediteur", "RETURNING"),
        (r"declared (?:as )?lost|package (?:is|was) lost|unable to locate|presumed lost", "LOST_DECLARED"),
        (r"(?:no|not|without) (?:visible )?damage", UNKNOWN),
        (r"damage|merchandise is missing|contents? (?:is|are) missing", "DAMAGE_REPORTED"),
        (r"refused", "REFUSED"),
        (r"(?:not|n't) available.*second (?:delivery )?attempt|second (?:delivery )?attempt", "ATTEMPT_2"),
        (r"final (?:delivery )?attempt|third (?:delivery )?attempt", "ATTEMPT_FINAL"),
        (r"(?:not|n't) available.*first|first (?:delivery )?attempt|delivery attempt(?:ed)? ?(?:1|$)", "ATTEMPT_1"),
        (r"access point|parcel ?shop", "AT_ACCESS_POINT"),
        (r"(?:apartment|suite|street) number|address.*(?:incorrect|missing|incomplete|wrong|not found|"
         r"correction|corrected)|(?:incorrect|incomplete|missing|wrong) (?:street )?(?:address|number)",
         "ADDRESS_ISSUE"),
        (r"\b(?:not|un|never|cannot be|could ?n[o']t be|will be|to be|being) ?(?:yet )?deliver|undeliverable", UNKNOWN),
        (r"delivered.*neighbou?r|neighbou?r.*(?:accepted|signed|delivered)|left with.*neighbou?r",
         "DELIVERED_NEIGHBOUR"),
        (r"claim|investigation|weather|mechanical|customs|clearance|on hold|held|delay|rescheduled", "HELD"),
        (r"out for delivery|(?:loaded|placed) on (?:the )?delivery vehicle|en cours de livraison", "OUT_FOR_DELIVERY"),
        (r"(?:shipper|sender) (?:has )?created a label|label (?:has been )?created|order processed: ready for ups",
         "LABEL_CREATED"),
        (r"^delivered\b|(?:was|has been|successfully) delivered|^livre\b", "DELIVERED"),
        (r"origin scan|pick ?up scan|picked up|collected|drop-?off", "COLLECTED"),
        (r"arriv(?:al|ed)|departure scan|departed|in transit|on the way|export scan|import scan|"
         r"processing at ups|facility scan|en transit", "IN_TRANSIT"),
    )
)  # fmt: skip
_FOLD: Final = str.maketrans("éèêëàâîïôûùçÉÈÀ’", "eeeeaaiiouuceea'")


@lru_cache(maxsize=4_096)
def canonical_status(text: str) -> str:
    """The register's status for a carrier's words; `UNKNOWN` when none fits.

    One of the register's own codes (`OUT_FOR_DELIVERY`, "out for delivery") is taken as it is.
    """
    words = " ".join(clean_id(text).translate(_FOLD).casefold().split())
    code = words.upper().replace(" ", "_").replace("-", "_")
    if code in TRACKING_STATUSES:
        return code
    return next((status for pattern, status in _TABLE if pattern.search(words)), UNKNOWN)
