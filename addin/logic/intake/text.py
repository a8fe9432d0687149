"""Text made comparable without losing the place of a word.

`fold` gives two strings of equal length, `plain` (letter case kept) and `lower`, free of accents, invisible and
bidirectional marks, full-width forms and curly quotes, and maps each position back to the text as written. So rules
match simple text, and every fact still points at the words of the message.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from addin.logic.intake.model import Basis, Fact

#: A message longer than this is read in parts; longer words than any number are of no use here.
READ_LIMIT: Final = 10_000
_QUOTES: Final = {"‘": "'", "’": "'", "ʼ": "'", "´": "'", "`": "'", "“": '"', "”": '"', "«": '"', "»": '"'}
_DASHES: Final = dict.fromkeys("‐‑‒–—−", "-")
_PLAIN: Final = (
    _QUOTES
    | _DASHES
    | {"№": "no", "\u2028": "\n", "\u2029": "\n", "\x85": "\n", "ı": "i", "❓": "?", "❔": "?", "⁉": "?", "؟": "?"}
)
_HIDDEN: Final = frozenset({"Cf", "Mn", "Me", "Cs"})

_DIGIT: Final = re.compile(r"\d")
_CLAUSE_END: Final = re.compile(r"[,;:.!?](?=\s|$)|\n|\s-\s|[()]")
_SENTENCE_END: Final = re.compile(r"[;.!?]+(?=\s|$)|\n+")
#: Where one errand ends and the next begins.
_ERRAND_END: Final = re.compile(
    r"[;!?]+(?=\s|$)|(?<!no)(?<!approx)\.+(?=\s|$)|\n+|\b(?:also|plus|secondly|meanwhile|then|aussi|ainsi que)\b"
    r"|(?:^|\s)\(?\d[).](?=\s)|[,+]\s(?=(?:order |for )?#?\d{6})|,?\s(?:and|&|et)\s(?=(?:for|on|order|rma|pls|"
    r"please|can|could|cancel|refund|redirect|return|change|check|where)\b)"
    r"|[,;]?\s(?:and|&|et)\s(?=#?\d{6})"
)


@dataclass(frozen=True)
class Folded:
    """A text and its comparable forms; `lower` and `plain` have the same length."""

    written: str
    plain: str
    lower: str
    index: tuple[int, ...] | None = None
    claimed: list[tuple[int, int]] = field(default_factory=list)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the comparable text stands in the text as written."""
        if self.index is None or start >= end:
            return start, end
        return self.index[start], self.index[end - 1] + 1

    def fact(self, name: str, value: str, span: tuple[int, int], basis: Basis = Basis.STATED, note: str = "") -> Fact:
        """A fact with the words as written."""
        start, end = self.place(*span)
        return Fact(name, value, start, end, self.written[start:end], basis, note)

    def local(self, place: int) -> int:
        """The position in the comparable text of a place in the text as written."""
        return place if self.index is None else bisect_left(self.index, place)

    def only(self, spans: Sequence[tuple[int, int]]) -> Folded:
        """The same text with everything outside the stretches blanked, places unchanged."""
        return replace(self, plain=_keep(self.plain, spans), lower=_keep(self.lower, spans), claimed=list(self.claimed))

    def free(self, start: int, end: int) -> bool:
        """True when no number found before covers any of the stretch."""
        return all(end <= left or start >= right for left, right in self.claimed)

    def claim(self, start: int, end: int) -> None:
        """Marks a stretch as belonging to a number, so that no other rule reads a part of it."""
        self.claimed.append((start, end))

    def hits(self, pattern: re.Pattern[str], *, cased: bool = False) -> Iterator[re.Match[str]]:
        """The matches that no other number has claimed."""
        for match in pattern.finditer(self.plain if cased else self.lower):
            if self.free(*match.span()):
                yield match

    @cached_property
    def has_digit(self) -> bool:
        """True when any digit stands in the text; without one there is no number, amount or time to find."""
        return _DIGIT.search(self.plain) is not None

    @cached_property
    def clauses(self) -> Sequence[tuple[int, int]]:
        """Stretches between commas, dashes, brackets and ends of sentences."""
        return tuple(_cut(self.lower, _CLAUSE_END))

    @cached_property
    def sentences(self) -> Sequence[tuple[int, int]]:
        """Stretches between ends of sentences and lines."""
        return tuple(_cut(self.lower, _SENTENCE_END))

    @cached_property
    def errands(self) -> Sequence[tuple[int, int]]:
        """Stretches that each ask for one thing, as far as punctuation and "also", "plus", "then" tell."""
        return tuple(_cut(self.lower, _ERRAND_END))

    def clause(self, at: int) -> tuple[int, int]:
        """The clause a position stands in, its closing mark included."""
        return _around(self.clauses, at, len(self.lower))

    def clause_words(self, at: int) -> str:
        """The clause a position stands in, trimmed."""
        left, right = self.clause(at)
        return self.lower[left:right].strip()

    def sentence(self, at: int) -> tuple[int, int]:
        """The sentence a position stands in, its closing mark included."""
        return _around(self.sentences, at, len(self.lower))

    def errand(self, at: int) -> int:
        """The number of the errand a position belongs to."""
        return next((i for i, (_, end) in enumerate(self.errands) if at < end), len(self.errands) - 1)

    def before(self, at: int, reach: int = 48) -> str:
        """The words before a position within its sentence."""
        start, _ = self.sentence(at)
        return self.lower[max(start, at - reach) : at]

    def after(self, at: int, reach: int = 48) -> str:
        """The words after a position within its sentence."""
        _, end = self.sentence(max(at - 1, 0))
        return self.lower[at : max(at, min(end, at + reach))]


def _keep(text: str, spans: Sequence[tuple[int, int]]) -> str:
    out, done = [], 0
    for start, end in spans:
        out += [" " * (start - done), text[start:end]]
        done = end
    return "".join([*out, " " * (len(text) - done)])


def _cut(text: str, marks: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    start = 0
    for mark in marks.finditer(text):
        if mark.end() > start:
            yield start, mark.end()
            start = mark.end()
    if start < len(text) or start == 0:
        yield start, len(text)


def _around(cuts: Sequence[tuple[int, int]], at: int, size: int) -> tuple[int, int]:
    return next(((start, end) for start, end in cuts if start <= at < end), (size, size))


def fold(written: str) -> Folded:
    """A text's comparable forms."""
    if written.isascii():
        return Folded(written, written, written.lower())
    plain: list[str] = []
    index: list[int] = []
    for position, char in enumerate(written):
        for part in _folded_char(char):
            plain.append(part)
            index.append(position)
    cased = "".join(plain)
    lower = "".join(low if len(low := c.lower()) == 1 else c for c in plain)
    return Folded(written, cased, lower, tuple(index))


def _folded_char(char: str) -> str:
    if char.isascii():
        return char
    if (plain := _PLAIN.get(char)) is not None:
        return plain
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    parts = unicodedata.normalize("NFKD", char)
    kept = "".join(_PLAIN.get(c, c) for c in parts if unicodedata.category(c) not in _HIDDEN)
    if kept.isascii() or len(kept) <= 4:
        return kept
    return char


_NEGATION: Final = re.compile(
    r"(?:\b(?:don'?t|do not|doesn'?t|does not|didn'?t|did not|never asked|no need|not|without|rather than|instead of|"
    r"no longer wants?|isn'?t|is not|nothing to do with|stop|no|ne|(?<!toujours )(?<!tjrs )pas(?! encore\b)|sans|pas "
    r"besoin)\b"
    r"(?:\W{1,3}\w+){0,4}\W{1,3}|\b(?:no|not)\W{1,3})$"
)
_UNNEGATION: Final = re.compile(
    r"\b(?:not (?:yet|received|had|got|sure|only|done|seen|been|know)|why not|do ?n[o']t (?:know|forget)|not forget|"
    r"n'?oubli\w+ pas|no (?:idea|news|problem|worries|reply|answer)|"
    r"no longer (?:need|want)(?!\w* (?:to|a|the) (?:return|refund|exchange|cancel)))\b"
)
_NEGATED_AFTER: Final = re.compile(
    r"\W{1,2}(?:surtout )?pas\b(?! encore)|"
    r"\W{0,3}(?:\w+\W{1,3}){0,2}?(?:is |are )?(?:not|n'?t|no longer) (?:needed|required|wanted|necessary)\b"
)


#: "no" that stands for "number".
_NUMBER_WORD: Final = re.compile(
    r"\b(?:order|ord|rma|ref|case|tracking|ticket|claim|return|commande|serial|tel)\W{0,2}no\b|\bno\b(?=\W{0,3}\d)"
)
#: "no refund yet", "no reply so far": somebody waits for it.
_STILL_WAITING: Final = re.compile(r"\W{1,3}(?:\w+\W{1,3}){0,2}?(?:yet|so far|still|a ce jour|since (?!she|he|they))\b")


#: "Don't cancel yet": somebody asks that it be left alone for now.
_LEAVE_ALONE: Final = re.compile(r"\b(?:do ?n'?t|do not|not to|ne)\W{1,3}(?:(?:yet|just|pls|please|ever)\W{1,3})?$")
#: "Why no refund?" is a complaint.
_ASKED_WHY: Final = re.compile(
    r"\b(?:why|how come|pourquoi)\b(?: \w+){0,3} (?:no|not|any|n'?t|pas(?: de)?)(?: \w+){0,1} $"
)


def negated(text: Folded, start: int, end: int) -> bool:
    """True when the words around say that the thing is *not* wanted ("no need for a refund", "don't cancel").

    "Not received" and "not done yet" are complaints, not negations of the wish.
    """
    left, right = text.clause(start)
    window = _NUMBER_WORD.sub(lambda match: "#" * len(match[0]), text.lower[max(left, start - 48) : start])
    if _STILL_WAITING.match(text.lower, end) is not None:
        return _LEAVE_ALONE.search(window) is not None
    if _ASKED_WHY.search(window) is not None:
        return False
    found = _NEGATION.search(window)
    if found is not None and _UNNEGATION.search(window[found.start() :]) is None:
        return True
    return _NEGATED_AFTER.match(text.lower[end : min(right, end + 40)]) is not None


_HEDGE: Final = re.compile(
    r"\b(?:i think|think|maybe|may be|prob|probs|probably|perhaps|not sure|unsure|believe|guess|might|"
    r"should be|assume|if|whether|unless|"
    r"apparently|presumably|possibly|je crois|peut-etre|je pense|sans doute)\b"
)


def hedged(text: Folded, start: int) -> bool:
    """True when the clause is a guess or a question, so that it states nothing."""
    left, right = text.clause(start)
    clause = text.lower[left:right]
    return clause.rstrip().endswith("?") or _HEDGE.search(clause) is not None
