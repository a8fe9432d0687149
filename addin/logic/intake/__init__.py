"""Chat intake: paste a message or a whole transcript, get proposals of cases with the words that gave each fact.

Deterministic, explainable, pure. It keeps the text word for word but for card and bank numbers, reads British and
French ways of writing, and leaves every decision to the coordinator: what is stated becomes a field, what is guessed
becomes a candidate with a flag, and no text ever approves anything.
"""

from addin.logic.intake.conversation import read_conversation
from addin.logic.intake.model import Basis, Confidence, Fact, IntakeProfile, Proposal, Reading, Redaction
from addin.logic.intake.read import read_message
from addin.logic.intake.report import as_object
from addin.logic.intake.transcript import ChatMessage, MessageKind, split_transcript

__all__ = [
    "Basis",
    "ChatMessage",
    "Confidence",
    "Fact",
    "IntakeProfile",
    "MessageKind",
    "Proposal",
    "Reading",
    "Redaction",
    "as_object",
    "read_conversation",
    "read_message",
    "split_transcript",
]
