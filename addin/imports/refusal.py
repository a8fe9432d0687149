"""A file that cannot be imported, in words for the person who dropped it; nothing of it was taken."""

from __future__ import annotations


class Refused(Exception):
    """The whole file is refused: what is wrong with it, and what to do."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.code, self.message, self.hint = code, message, hint
