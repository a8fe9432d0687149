"""Pseudonyms for a pack: initials for people, districts for postcodes, nothing by which a customer can be reached.

Fields declared personal never come here at all: they are sealed in the events a pack is made of. This is for what
people typed into reasons and notes. It works by patterns, so it can miss a name nobody declared; the pack says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from addin.logic.intake.redact import redact
from addin.logic.values import Actor

_EMAIL: Final = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE: Final = re.compile(
    r"(?<![\w/.-])(?:\+\d{1,3}[\s()-]{0,2}|0(?=[\s()-]{0,2}[1-9]))\d?(?:[\s()-]{0,2}\d){8,11}(?![\w-])"
)
_POSTCODE: Final = re.compile(r"\b([A-Za-z]{1,2}\d[A-Za-z\d]?) ?\d[A-Za-z]{2}\b")
#: Numbers that the register itself gives, and what a text must hold before anything of it can tell who somebody is.
_OURS: Final = re.compile(r"\b[A-Z]{2,5}-\d{4}-\d{6}\b")
_RISKY: Final = re.compile(r"[@\d]|\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Sir|Lady|Mme|Mlle|Madame|Monsieur)\b")
_NAME: Final = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Sir|Lady|Mme|Mlle|Madame|Monsieur)\b\.?\s+(?:[A-Z][\w'’-]*\s?){1,3}"
)


class Mask:
    """Who stands for whom in one pack; the same people give the same initials."""

    shows_people = False

    def __init__(
        self, people: Mapping[str, Actor], accounts: Iterable[str] = (), order_pattern: str = r"\d{10}"
    ) -> None:
        self._order = order_pattern
        self._short: dict[str, str] = {}
        taken: dict[str, int] = {}
        for account in sorted({*people, *filter(None, accounts)}):
            actor = people.get(account)
            letters = _initials(actor.name if actor else account)
            taken[letters] = taken.get(letters, 0) + 1
            self._short[account] = letters if taken[letters] == 1 else f"{letters}{taken[letters]}"
        words = {account: short for account, short in self._short.items() if len(account) > 2}
        words |= {actor.name: self._short[account] for account, actor in people.items() if len(actor.name) > 2}
        self._words = {word.casefold(): short for word, short in words.items()}
        listed = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
        self._known = re.compile(rf"(?<![\w.@-])(?:{listed})(?![\w@-])", re.IGNORECASE) if listed else None

    def who(self, account: str) -> str:
        """A person's initials; empty for nobody."""
        return self._short.get(account) or (_initials(account) if account else "")

    def text(self, words: str) -> str:
        """What somebody typed, without what tells who or where a person is."""
        if not words:
            return ""
        if _RISKY.search(_OURS.sub("", words)) is None:  # most texts: nothing in them but words and our own numbers
            return self._without_names(words).strip()
        safe = _EMAIL.sub("[email]", redact(words, self._order).text)
        safe = _NAME.sub("[name] ", _PHONE.sub("[phone]", safe))
        safe = _POSTCODE.sub(lambda match: match[1].upper(), safe)
        return self._without_names(safe).strip()

    def _without_names(self, words: str) -> str:
        if self._known is None:
            return words
        return self._known.sub(lambda match: self._words[match[0].casefold()], words)


class NoMask(Mask):
    """For the full copy: people by name, texts as they were typed."""

    shows_people = True

    def __init__(self, people: Mapping[str, Actor]) -> None:
        super().__init__(people)
        self._people = people

    def who(self, account: str) -> str:
        """A person's name and account; the account alone for one the settings do not know."""
        actor = self._people.get(account)
        return f"{actor.name} ({account})" if actor else account

    def text(self, words: str) -> str:
        """What somebody typed."""
        return words.strip()


def _initials(name: str) -> str:
    parts = [part for part in re.split(r"[^A-Za-z]+", name) if part]
    return "".join(part[0].upper() for part in parts)[:3] or "?"
