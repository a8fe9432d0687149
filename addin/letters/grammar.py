"""The small language of the templates: flat names, `if`, and loops over known lists; nothing else.

Both kinds of template are read as lines (a paragraph of a Word letter is one line), so that every fault is told with
the place a person can go to. The environments are sandboxed, know no globals and one filter, and refuse unknown names.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from jinja2 import StrictUndefined, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from addin.letters.names import ROW_NAMES
from addin.logic.outcome import Problem

#: One whole tag: a value, a block or a remark.
TAG: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}")
_OPENER: Final = re.compile(r"\{[{%#]")
_CLOSER: Final = re.compile(r"[}%#]\}")
_LOOP: Final = re.compile(r"\{%\s*for\s+(\w+)\s+in\s+(" + "|".join(sorted(ROW_NAMES)) + r")\s*%\}")
_BLOCK: Final = re.compile(r"\{%-?\s*(\w+)")
_FANCY: Final = re.compile("[\u2018\u2019\u201c\u201d\u00ab\u00bb\u2013\u2014\u00a0]")
#: Everything a template may be made of; any other construct is refused.
_ALLOWED: Final = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.If, nodes.For, nodes.Getattr, nodes.Filter,
    nodes.Const, nodes.And, nodes.Or, nodes.Not, nodes.Compare, nodes.Operand, nodes.CondExpr,
)  # fmt: skip


def short(value: str) -> str:
    """The first sixteen characters of a digest, enough to recognise a file; the index holds all of it."""
    return value[:16]


def environment(finish: Callable[[object], str] | None = None) -> ImmutableSandboxedEnvironment:
    """The environment templates are compiled in; `finish` writes each printed value in the target's own notation.

    It works on the value as it is printed, after any filter, so that no filter can cut an escape in half.
    """
    env = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
        finalize=finish,
    )
    env.globals.clear()
    env.filters = {"short": short}
    return env


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line of template stands, for people: "claims/loss.docx, paragraph 12"."""

    file: str
    unit: str = "line"
    offset: int = 0

    def at(self, line: int) -> str:
        """The place of a line, counted from one."""
        return f"{self.file}, {self.unit} {line + self.offset}"


def names_used(lines: Sequence[str]) -> frozenset[str]:
    """The names a template asks for, in every branch.

    Raises:
        TemplateSyntaxError: the template cannot be read.
    """
    return frozenset(meta.find_undeclared_variables(_parser().parse("\n".join(lines))))


def _parser() -> ImmutableSandboxedEnvironment:
    return environment()


def check_lines(lines: Sequence[str], place: Place, known: frozenset[str]) -> list[Problem]:
    """Every fault in one template's tags, in the order of its lines."""
    found: list[Problem] = []
    whole: list[str] = []
    hurt: dict[int, str] = {}  # what can still be read of lines with a fault
    torn = False
    for number, line in enumerate(lines, start=1):
        faults = _check_spelling(line, place.at(number))
        found += faults
        torn = torn or bool(faults and "{%" in line)
        whole.append("" if faults else "".join(TAG.findall(line)))
        if faults:
            hurt[number] = "".join(tag for tag in TAG.findall(line) if not _check_spelling(tag, ""))
    check = _TreeCheck(whole, place, known)
    try:
        check.walk(_parser().parse("\n".join(whole)), {})
    except TemplateSyntaxError as fault:
        if not torn:  # else a block may only miss the partner that stands in a tag that cannot be read
            found.append(_syntax(fault, whole, place))
        _check_values_alone(check, dict(enumerate(whole, start=1)))
    _check_values_alone(check, hurt)
    return found + check.found


def _check_values_alone(check: _TreeCheck, lines: Mapping[int, str]) -> None:
    """Every printed value by itself, where the whole cannot be read: one fault must not hide the others."""
    rows: dict[str, str] = {}  # two loops may give their rows the same name: the last one before a tag counts
    for number, whole in enumerate(check.lines, start=1):
        rows |= {loop[1]: loop[2] for loop in _LOOP.finditer(whole)}
        check.lines[number - 1] = lines.get(number, whole)  # where a fault finds its tag to show
        for tag in TAG.findall(lines.get(number, "")):
            if tag.startswith("{{"):
                with contextlib.suppress(TemplateSyntaxError):  # told already, as what keeps the whole from being read
                    check.walk(_parser().parse("\n" * (number - 1) + tag), rows)


def _check_spelling(line: str, where: str) -> list[Problem]:
    """Tags left open, closers without a tag, and typographic signs that Word put inside a tag."""
    found = []
    for tag in TAG.findall(line):
        if sign := _FANCY.search(tag):
            message = f"The tag {tag} holds the typographic sign {sign.group()!r}."
            found.append(Problem("LET-T03", message, cell=where, hint="Type it again with a plain sign."))
        if len(_OPENER.findall(tag)) > 1:
            message = f"A tag is opened inside {tag}."
            found.append(Problem("LET-T01", message, cell=where, hint="Close the first tag."))
    rest = TAG.sub(" ", line)
    if match := _OPENER.search(rest):
        message = f"The tag {rest[match.start() :][:40].strip()!r} is not closed."
        found.append(Problem("LET-T01", message, cell=where, hint="A tag opens and closes in one paragraph."))
    elif match := _CLOSER.search(rest):
        message = f"{rest[: match.end()][-40:].strip()!r} closes a tag that was never opened."
        found.append(Problem("LET-T02", message, cell=where, hint="Look for a missing or single brace."))
    return found


def _syntax(fault: TemplateSyntaxError, lines: Sequence[str], place: Place) -> Problem:
    """A fault of the tag language; a block left open is placed at its opening, not at the end of the file."""
    stack: list[tuple[int, str]] = []
    for number, line in enumerate(lines, start=1):
        for tag in TAG.findall(line):
            word = match.group(1) if (match := _BLOCK.match(tag)) else ""
            if word in ("if", "for"):
                stack.append((number, tag))
            elif word in ("endif", "endfor") and stack:
                stack.pop()
    if "nexpected end of template" in (fault.message or "") and stack:
        number, tag = stack[-1]
        return Problem("LET-T05", f"The tag {tag} has no end.", cell=place.at(number), hint="Add the end tag.")
    line = lines[fault.lineno - 1] if 0 < fault.lineno <= len(lines) else ""
    return Problem("LET-T06", f"The tag {line} cannot be read: {fault.message}", cell=place.at(fault.lineno))


class _TreeCheck:
    """Walks a parsed template and tells every name, column and construct it may not use."""

    def __init__(self, lines: Sequence[str], place: Place, known: frozenset[str]) -> None:
        self.lines, self.place, self.known = list(lines), place, known
        self.found: list[Problem] = []

    def walk(self, node: nodes.Node, rows: Mapping[str, str]) -> None:
        """`rows` maps the loop names in force to their lists."""
        if isinstance(node, nodes.For):
            self._loop(node, rows)
        elif isinstance(node, nodes.Getattr):
            self._column(node, rows)
        elif isinstance(node, nodes.Name):
            if node.name not in self.known and node.name not in rows:
                says = f"uses the unknown name {node.name!r}."
                self._tell("LET-T07", node, node.name, says, _suggest(node.name, self.known))
        else:
            self._construct(node)
            for child in node.iter_child_nodes():
                self.walk(child, rows)

    def _construct(self, node: nodes.Node) -> None:
        word = type(node).__name__.lower()
        if isinstance(node, nodes.Filter) and node.name != "short":
            says = f"uses the unknown filter {node.name!r}."
            self._tell("LET-T09", node, node.name, says, "Only the filter 'short' is there.")
        elif not isinstance(node, _ALLOWED):
            says = f"does more than a template may ({word})."
            self._tell("LET-T09", node, word, says, "Use names, if, and for over a list.")

    def _loop(self, node: nodes.For, rows: Mapping[str, str]) -> None:
        name = node.iter.name if isinstance(node.iter, nodes.Name) else ""
        if name not in ROW_NAMES or not isinstance(node.target, nodes.Name):
            lists = ", ".join(sorted(ROW_NAMES))
            self._tell("LET-T09", node, "for", "loops over something that is not a list.", f"The lists are {lists}.")
            return
        self.walk(node.iter, rows)
        for child in (*node.body, *node.else_):
            self.walk(child, {**rows, node.target.name: name})

    def _column(self, node: nodes.Getattr, rows: Mapping[str, str]) -> None:
        base = node.node.name if isinstance(node.node, nodes.Name) else ""
        if base not in rows:
            hint = f"Write one name, such as {base + '_' + node.attr!r}."
            self._tell("LET-T08", node, node.attr, "uses a dotted name; names are flat.", hint)
        elif node.attr not in ROW_NAMES[rows[base]]:
            says = f"uses the unknown column {node.attr!r} of {rows[base]}."
            self._tell("LET-T07", node, node.attr, says, _suggest(node.attr, ROW_NAMES[rows[base]]))

    def _tell(self, code: str, node: nodes.Node, word: str, says: str, hint: str) -> None:
        tags = TAG.findall(self.lines[node.lineno - 1])
        pattern = re.compile(rf"\b{re.escape(word)}\b")
        tag = next((item for item in tags if pattern.search(item)), tags[0] if tags else word)
        where = self.place.at(node.lineno)
        self.found.append(Problem(code, f"The tag {tag} {says}", word, cell=where, hint=hint))


def _suggest(word: str, known: frozenset[str]) -> str:
    close = get_close_matches(word, sorted(known), n=1)
    return f"Did you mean {close[0]!r}?" if close else "See 'casebook check templates --names'."
