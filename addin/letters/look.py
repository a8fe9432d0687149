"""How the words of a Word template look: styles, inheritance and direct formatting worked out to plain measures.

Only what a letter is made of is known: fonts, sizes, colours, spacing, indents, tab stops, borders. Anything else that
would show on the page is refused by name (`CannotSet`), so that a page drawn without an office never lacks something
that the Word file has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from lxml import etree

from addin.errors import LetterError

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_A: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
Node = etree._Element

#: What changes nothing that a reader sees on a letter's page.
_SILENT: Final = frozenset({
    "lang", "noProof", "kern", "szCs", "bCs", "iCs", "rStyle", "webHidden", "rtl", "cs", "eastAsianLayout",
    "snapToGrid", "pStyle", "rPr", "keepLines", "widowControl", "outlineLvl", "suppressAutoHyphens", "adjustRightInd",
    "textAlignment", "autoSpaceDE", "autoSpaceDN", "suppressLineNumbers", "contextualSpacing", "overflowPunct",
    "sectPr", "rFonts", "fitText", "w", "position", "rPrChange", "pPrChange", "kinsoku", "wordWrap", "topLinePunct",
})  # fmt: skip


class CannotSet(LetterError):
    """A template holds something that only an office program can draw."""

    code = "LET-PAGE"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"The letter holds {what}; this computer cannot draw that without an office program.",
            hint="Make the PDF with Word or LibreOffice, or take it out of the template.",
        )


@dataclass(frozen=True, slots=True)
class TextLook:
    """How a run looks; sizes and tracking in points, colour as six hex digits."""

    font: str = "Times New Roman"
    size: str = "10"
    bold: bool = False
    italic: bool = False
    underline: bool = False
    caps: bool = False
    colour: str = "000000"
    tracking: str = "0"


@dataclass(frozen=True, slots=True)
class Edge:
    """A line: width in points and colour."""

    width: str
    colour: str


@dataclass(frozen=True, slots=True)
class ParagraphLook:
    """How a paragraph stands; all measures in points, `line` as a multiple of the font's own line height."""

    before: str = "0"
    after: str = "0"
    line: str = "1"
    left: str = "0"
    right: str = "0"
    first: str = "0"
    side: str = "start"
    keep_next: bool = False
    page_before: bool = False
    stops: tuple[tuple[str, str], ...] = ()
    fill: str = ""
    edges: Mapping[str, Edge] = field(default_factory=dict)


def points(value: str | None, per_point: int = 20) -> str:
    """A measure of Word (twentieths of a point unless said otherwise) in points."""
    return f"{round(float(value or 0)) / per_point:g}"


def attribute(node: Node | None, name: str = "val", default: str = "") -> str:
    """An attribute of Word's own namespace."""
    return default if node is None else str(node.get(f"{W}{name}", default))


def local(node: Node) -> str:
    """The name of an element without its namespace; empty for those of other vocabularies."""
    tag = str(node.tag)
    return tag.removeprefix(W) if tag.startswith(W) else ""


def on(node: Node | None) -> bool:
    """True for a switch that is set: there, and not "0", "false" or "none"."""
    return node is not None and attribute(node, default="1") not in ("0", "false", "off", "none")


class Styles:
    """The styles of one template.

    Raises:
        CannotSet: when a look is asked for that this way cannot draw.
    """

    def __init__(self, styles: Node | None, theme: Node | None) -> None:
        self._styles = {} if styles is None else {attribute(s, "styleId"): s for s in styles.iter(f"{W}style")}
        self._defaults = None if styles is None else styles.find(f"{W}docDefaults")
        self._fonts = _theme_fonts(theme)
        default = (key for key, s in self._styles.items() if attribute(s, "type") == "paragraph" and on_default(s))
        self._normal = next(default, "")

    def chain(self, style_id: str) -> Iterator[Node]:
        """A style and what it is based on, the base first."""
        found, seen = [], set()
        while style_id in self._styles and style_id not in seen:
            seen.add(style_id)
            found.append(self._styles[style_id])
            style_id = attribute(self._styles[style_id].find(f"{W}basedOn"))
        yield from reversed(found)

    def text(self, properties: Node | None, run: Node | None) -> TextLook:
        """How a run looks in a paragraph of these properties."""
        look = TextLook()
        for node in self._text_sources(properties, run):
            look = self._text(look, node)
        return look

    def _text_sources(self, properties: Node | None, run: Node | None) -> Iterator[Node]:
        if self._defaults is not None:
            yield from self._defaults.iterfind(f"{W}rPrDefault/{W}rPr")
        style = attribute(None if properties is None else properties.find(f"{W}pStyle")) or self._normal
        for item in self.chain(style):
            yield from item.iterfind(f"{W}rPr")
        if run is not None:
            for item in self.chain(attribute(run.find(f"{W}rStyle"))):
                yield from item.iterfind(f"{W}rPr")
            yield run

    def _text(self, look: TextLook, node: Node) -> TextLook:
        for item in node:
            name = local(item)
            if name == "sz":
                look = replace(look, size=points(attribute(item), 2))
            elif name == "b":
                look = replace(look, bold=on(item))
            elif name == "i":
                look = replace(look, italic=on(item))
            elif name == "u":
                look = replace(look, underline=on(item))
            elif name == "caps":
                look = replace(look, caps=on(item))
            elif name == "color":
                colour = attribute(item)
                look = replace(look, colour="000000" if colour == "auto" else colour)
            elif name == "spacing":
                look = replace(look, tracking=points(attribute(item)))
            elif name and name not in _SILENT and on(item):
                raise CannotSet(f"text of the kind '{name}'")
        fonts = node.find(f"{W}rFonts")
        named = self._fonts.get(attribute(fonts, "asciiTheme")[:5], "") or attribute(fonts, "ascii")
        return replace(look, font=named) if named else look

    def paragraph(self, properties: Node | None) -> ParagraphLook:
        """How a paragraph stands."""
        look = ParagraphLook()
        if self._defaults is not None:
            for node in self._defaults.iterfind(f"{W}pPrDefault/{W}pPr"):
                look = _paragraph(look, node)
        style = attribute(None if properties is None else properties.find(f"{W}pStyle")) or self._normal
        for item in self.chain(style):
            for node in item.iterfind(f"{W}pPr"):
                look = _paragraph(look, node)
        return look if properties is None else _paragraph(look, properties)


def on_default(style: Node) -> bool:
    """True for the style that paragraphs without one have."""
    return attribute(style, "default") in ("1", "true")


def _theme_fonts(theme: Node | None) -> dict[str, str]:
    found = {}
    for kind in () if theme is None else ("major", "minor"):
        face = theme.find(f".//{_A}{kind}Font/{_A}latin") if theme is not None else None
        if face is not None:
            found[kind] = str(face.get("typeface", ""))
    return found


def _paragraph(look: ParagraphLook, node: Node) -> ParagraphLook:
    for item in node:
        name = local(item)
        if name == "spacing":
            look = _spacing(look, item)
        elif name == "ind":
            look = _indent(look, item)
        elif name == "jc":
            side = attribute(item)
            sides = {"both": "justify", "right": "end", "end": "end", "center": "center"}
            look = replace(look, side=sides.get(side, "start"))
        elif name == "tabs":
            look = replace(look, stops=_stops(look.stops, item))
        elif name == "keepNext":
            look = replace(look, keep_next=on(item))
        elif name == "pageBreakBefore":
            look = replace(look, page_before=on(item))
        elif name == "shd":
            look = replace(look, fill=shade(item))
        elif name == "pBdr":
            look = replace(look, edges=edges(item))
        elif name and name not in _SILENT and on(item):
            raise CannotSet("a numbered or bulleted list" if name == "numPr" else f"a paragraph of the kind '{name}'")
    return look


def _spacing(look: ParagraphLook, item: Node) -> ParagraphLook:
    before, after = item.get(f"{W}before"), item.get(f"{W}after")
    look = replace(look, before=points(before) if before else look.before, after=points(after) if after else look.after)
    line = item.get(f"{W}line")
    if line is None:
        return look
    if attribute(item, "lineRule", "auto") != "auto":
        raise CannotSet("lines of a fixed height")
    return replace(look, line=points(line, 240))


def _indent(look: ParagraphLook, item: Node) -> ParagraphLook:
    left = item.get(f"{W}left") or item.get(f"{W}start")
    right = item.get(f"{W}right") or item.get(f"{W}end")
    hanging, first = item.get(f"{W}hanging"), item.get(f"{W}firstLine")
    indent = f"-{points(hanging)}" if hanging and points(hanging) != "0" else points(first) if first else look.first
    return replace(
        look, left=points(left) if left else look.left, right=points(right) if right else look.right, first=indent
    )


def _stops(before: tuple[tuple[str, str], ...], item: Node) -> tuple[tuple[str, str], ...]:
    found = dict(before)
    for stop in item.iterfind(f"{W}tab"):
        place, kind = points(attribute(stop, "pos")), attribute(stop)
        if kind == "clear":
            found.pop(place, None)
        else:
            found[place] = kind
    return tuple(sorted(found.items(), key=lambda one: float(one[0])))


def shade(item: Node | None) -> str:
    """The colour a cell or paragraph is filled with; empty for none."""
    fill = attribute(item, "fill")
    return "" if fill in ("", "auto", "FFFFFF") else fill


def edges(item: Node | None) -> dict[str, Edge]:
    """The lines of a table, cell or paragraph by side, as Word names the sides; no line is None in width 0."""
    found = {}
    for side in () if item is None else item:
        if attribute(side) in ("nil", "none"):
            found[local(side)] = Edge("0", "000000")
        else:
            colour = attribute(side, "color", "auto")
            found[local(side)] = Edge(points(attribute(side, "sz", "4"), 8), "000000" if colour == "auto" else colour)
    return found
