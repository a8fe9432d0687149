"""What a connector promises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from addin.errors import CasebookError
from addin.logic.outbox import OutItem


@dataclass(frozen=True, slots=True)
class Receipt:
    """A text that went out: at which attempt, the receiver's own reference, and the files that were written."""

    attempts: int = 1
    reference: str = ""
    files: tuple[str, ...] = ()


class Undelivered(CasebookError):
    """A text did not go out.

    `permanent`: trying again with the same text is no use; `unreachable`: nothing else can be sent now either.
    """

    code = "OUT"

    def __init__(
        self, message: str, *, attempts: int = 1, permanent: bool = False, unreachable: bool = False, hint: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.attempts, self.permanent, self.unreachable = attempts, permanent, unreachable


class Connector(Protocol):
    """One way out; safe to be asked twice for the same text."""

    @property
    def name(self) -> str:
        """What events and people call it."""
        ...

    def deliver(self, item: OutItem) -> Receipt:
        """Send one text.

        Raises:
            Undelivered: when it did not go out.
        """
        ...

    def close(self) -> None:
        """Let go of what it holds."""
        ...
