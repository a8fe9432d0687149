"""What comes to a case from outside its own moves: comments on its ticket, and texts that were made for it.

Each is an event on the case, with what was said sealed where it is personal; none of them moves the case.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from addin.logic.calendar import LONDON
from addin.logic.events import Json, Kind
from addin.logic.joining import Effect

if TYPE_CHECKING:
    from addin.logic.case_type import Case

COMMENTED: Final = Kind("ticket.commented.v1", "A comment on ticket {ticket} came in for {case}")
TEXT_MADE: Final = Kind("message.made.v1", "{actor} made the text {template} for {case}")
#: How much of a comment stands on the case; the whole of it is in the file that brought it.
_SHOWN: Final = 600
#: How many comments and texts a case shows; older ones are in its events.
_KEPT: Final = 40


def comment(case: Case, *, ticket: str, comment_id: str, at: datetime, author: str, text: str) -> Effect:
    """A comment on the case's ticket, as an effect on the case."""
    words = " ".join(text.split())[:_SHOWN].replace(";", ",")
    line = f"{at.astimezone(LONDON):%d/%m/%Y %H:%M} {author or 'unknown'}: {words}"
    sets = {"ticket_log": (*case.items("ticket_log"), line)[-_KEPT:]}
    return Effect(case.case_id, COMMENTED, sets, {"ticket": ticket, "comment": comment_id})


def text_made(case: Case, *, now: datetime, template: str, channel: str, facts: Mapping[str, Json]) -> Effect:
    """A text that was made for a case, as an effect on it; `facts` name the template's and the text's digests."""
    sha = str(facts.get("text_sha256", ""))[:12]
    line = f"{now.astimezone(LONDON):%d/%m/%Y %H:%M} {template} for {channel}, text {sha}"
    sets = {"texts_made": (*case.items("texts_made"), line)[-_KEPT:]}
    return Effect(case.case_id, TEXT_MADE, sets, {"template": template, "channel": channel, **facts})
