"""Who is asked for the passphrase of a signing key: whoever sits at a terminal, while a command is running there.

A button has no terminal, so it finds a passphrase in the environment (`settings.key_passphrase`) or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

#: Takes a fingerprint and answers its passphrase; "" when nobody can be asked.
Ask = Callable[[str], str]


def nobody(fingerprint: str) -> str:
    """Where nobody can be asked."""
    return ""


_ASKING: Final[ContextVar[Ask]] = ContextVar("asking", default=nobody)


@contextmanager
def asking(ask: Ask) -> Iterator[None]:
    """While the block runs, passphrases are asked for this way."""
    token = _ASKING.set(ask)
    try:
        yield
    finally:
        _ASKING.reset(token)


def remembering(ask: Ask) -> Ask:
    """The same, but what was answered once is not asked for again."""
    known: dict[str, str] = {}

    def answer(fingerprint: str) -> str:
        if not known.get(fingerprint):
            known[fingerprint] = ask(fingerprint)
        return known[fingerprint]

    return answer


def asked_for(fingerprint: str) -> str:
    """What whoever can be asked answers."""
    return _ASKING.get()(fingerprint)
