"""The words that tell what a message asks for: one row per cue, tried on text without accents, in small letters.

A cue names its case type, a subtype where it tells one, and how much it says: 3 an explicit request, 2 a strong sign,
1 a hint that counts only beside others. What pieces of words a pattern needs is worked out from it (`literals`), so
that the table can grow without slowing long transcripts down. British and French words stand side by side. Add a cue
by adding a row.
"""

from __future__ import annotations

from typing import Final

from addin.logic.intake.cue import Cue
from addin.logic.intake.cues_claims import CLAIM_CUES
from addin.logic.intake.cues_orders import ORDER_CUES
from addin.logic.intake.cues_site import SITE_CUES

CUES: Final[tuple[Cue, ...]] = (*ORDER_CUES, *CLAIM_CUES, *SITE_CUES)
