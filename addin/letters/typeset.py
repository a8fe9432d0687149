"""A Word template as a page program: the same letter, drawn without an office program.

1. The program is made once from the template, with its tags still inside; a letter fills it as it fills the Word file.
   So there is one wording, edited in Word, and the PDF follows it.
2. Words, also those of the template, stand in string literals. A value is escaped for them as it is printed: it can
   become neither markup nor code of the page program.
3. What this way cannot draw (pictures, lists, text boxes) is refused by name, never left out.
4. The compiler keeps what it has laid out and compares by contents. So whatever changes from letter to letter stands
   apart from what the whole page depends on: header and footer are files of their own, read only where they are drawn;
   the room they need is told from outside, and checked by the page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final
from xml.sax.saxutils import escape

from lxml import etree

from addin.letters.grammar import TAG
from addin.letters.look import (
    CannotSet,
    Edge,
    Node,
    ParagraphLook,
    Styles,
    TextLook,
    W,
    attribute,
    edges,
    local,
    on,
    points,
    shade,
)
from addin.letters.prepared import patched
from addin.letters.word_file import members, parsed

_R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
#: The face drawn in place of Word's default one: same widths, free to pass on.
STAND_INS: Final = {"Calibri": "Carlito"}
#: Between paragraphs, rows and runs: nothing that prints.
_MARKS: Final = frozenset({
    "bookmarkStart", "bookmarkEnd", "proofErr", "lastRenderedPageBreak", "permStart", "permEnd", "commentRangeStart",
    "commentRangeEnd", "pPr", "rPr", "sectPr", "tblPr", "tblGrid", "trPr", "tcPr", "softHyphen", "noBreakHyphen",
})  # fmt: skip
_HOLDERS: Final = frozenset({"hyperlink", "smartTag", "fldSimple", "ins"})
#: Fields that count pages; on a letter of one page nothing has to be counted, which spares the page a second pass.
_FIELDS: Final = {
    "PAGE": '{% if counted %}context counter(page).display("1"){% else %}"1"{% endif %}',
    "NUMPAGES": '{% if counted %}context str(counter(page).final().first()){% else %}"1"{% endif %}',
}
#: How a piece of plain words begins.
_WORDS: Final = re.compile(r'#(t\d+)?\("')
#: How the file is called that holds the names of looks; header and footer are "top.typ" and "bottom.typ".
LOOKS: Final = "looks.typ"
_CELL_MARGIN: Final = "5.4"  # at the sides of a cell whose table says nothing
_PRELUDE: Final = """#set document(title: TITLE, date: auto)
#set text(USUAL, lang: "en", region: "GB", hyphenate: false, top-edge: 0.952em, bottom-edge: -0.269em)
#set par(spacing: 0pt, leading: 0pt, justify: false)"""
#: What the page says when its header or footer is not as high as it was told; the side and the height follow.
HEIGHT: Final = "the height at"
#: What stands in a header or footer that differs from page to page.
COUNTED: Final = b"counter(page)"
#: The space inside a cell by side, in points.
Margins = dict[str, str]
#: A word no narrow column is sure to hold, and the sign, without width, at which it may be broken after some letters.
_LONG: Final = re.compile(r"[^\s-]{19,}")
_BREAK: Final = "\u200b"
_PIECE: Final = 6
#: Height of a line of Calibri and of its stand-in, in parts of the size: the edges above.
_LINE: Final = 1.221


class Page:
    """The page program of one template, with its Jinja tags: `page`, and its header ("top") and footer in `edges`.

    `looks` holds the names that all of them use, and no tags. `fonts` are the font families it asks for. Five names
    stand in tags that no template has: `edge_top` and `edge_bottom`, the heights of header and footer in points;
    `sure_top` and `sure_bottom`, "true" where the page need not check them; and `counted`, which is true when pages
    have to be counted.
    """

    def __init__(self, content: bytes, title: str) -> None:
        parts = {name: _tree(text) for name, text in patched(content)}
        others = {name: data for name, data in members(content) if name not in parts}
        theme = next((parsed(name, data) for name, data in others.items() if name.startswith("word/theme/")), None)
        sheet = others.get("word/styles.xml")
        self._styles = Styles(parsed("word/styles.xml", sheet) if sheet else None, theme)
        usual = self._usual_look(parts.values())
        self._texts: dict[TextLook, str] = {usual: ""}  # words of the usual look need no name
        self._named: dict[str, str] = {}
        self._relations = _relations(others.get("word/_rels/document.xml.rels"))
        body = parts["word/document.xml"].find(f"{W}body")
        if body is None:
            raise CannotSet("no text")
        frame, header, footer = self._frame(body, parts)
        words = self._blocks(body)
        self.fonts = tuple(sorted({STAND_INS.get(look.font, look.font) for look in self._texts}))
        given = _face(usual)
        start = _PRELUDE.replace("TITLE", quoted(title)).replace("USUAL", ", ".join(given.values()))
        names = f"#import {quoted(LOOKS)}: *"
        self.looks = "\n".join(self._definitions(given))
        self.page = "\n".join([start, names, frame, words])
        self.edges = {side: f"{names}\n#let edge = [{words}]" for side, words in (("top", header), ("bottom", footer))}

    def _usual_look(self, parts: Iterable[Node]) -> TextLook:
        """The look most words have."""
        found = Counter(
            self._styles.text(paragraph.find(f"{W}pPr"), run.find(f"{W}rPr"))
            for part in parts
            for paragraph in part.iter(f"{W}p")
            for run in paragraph.iterfind(f"{W}r")
        )
        return found.most_common(1)[0][0] if found else TextLook()

    def _definitions(self, usual: Mapping[str, str]) -> Iterator[str]:
        """The names of the looks, each by what it changes of the usual one, and of paragraphs, cells and lines."""
        for look, name in self._texts.items():
            changed = ", ".join(said for kind, said in _face(look).items() if said != usual[kind])
            if name:
                yield f"#let {name} = text.with({changed})"
        for call, name in self._named.items():
            yield f"#let {name}{call}"

    def _name(self, kind: str, call: str) -> str:
        """The name of a piece of program that is used again and again: said once, the page is read sooner."""
        return self._named.setdefault(call, f"{kind}{len(self._named)}")

    # -- the page ------------------------------------------------------------------------------------------------

    def _frame(self, body: Node, parts: dict[str, Node]) -> tuple[str, str, str]:
        """Paper and margins; header; footer. The body starts below a header that outgrows its margin, as in Word."""
        section = body.find(f"{W}sectPr")
        if section is None or len(list(body.iter(f"{W}sectPr"))) > 1:
            raise CannotSet("sections of different layout")
        size, margin = section.find(f"{W}pgSz"), section.find(f"{W}pgMar")
        width, height = points(attribute(size, "w", "11906")), points(attribute(size, "h", "16838"))
        edge = {side: points(attribute(margin, side, "1440")) for side in ("top", "bottom", "left", "right")}
        head, foot = (points(attribute(margin, side, "720")) for side in ("header", "footer"))
        header, footer = (self._edge_part(section, kind, parts) for kind in ("header", "footer"))
        inner = f"{float(width) - float(edge['left']) - float(edge['right']):g}"
        frame = f"""#let edge(side, told, away, sure) = context {{
  import repr(side) + ".typ": edge
  let drawn = block(width: {inner}pt, edge)
  if not sure {{
    let high = measure(drawn).height
    if calc.abs(high - told) > 0.01pt {{ panic({quoted(HEIGHT)} + " " + repr(side) + " " + repr(high)) }}
  }}
  place(side + left, dy: away, drawn)
}}
#set page(width: {width}pt, height: {height}pt,
  margin: (left: {edge["left"]}pt, right: {edge["right"]}pt,
    top: calc.max({edge["top"]}pt, {head}pt + {{{{ edge_top }}}}pt),
    bottom: calc.max({edge["bottom"]}pt, {foot}pt + {{{{ edge_bottom }}}}pt)),
  header-ascent: 0pt, header: edge(top, {{{{ edge_top }}}}pt, {head}pt, {{{{ sure_top }}}}),
  footer-descent: 0pt, footer: edge(bottom, {{{{ edge_bottom }}}}pt, -{foot}pt, {{{{ sure_bottom }}}}))"""
        return frame, header, footer

    def _edge_part(self, section: Node, kind: str, parts: dict[str, Node]) -> str:
        named = {attribute(ref, "type"): str(ref.get(f"{_R}id")) for ref in section.iterfind(f"{W}{kind}Reference")}
        if "first" in named and on(section.find(f"{W}titlePg")):
            raise CannotSet(f"a {kind} of its own on the first page")
        part = parts.get(f"word/{self._relations.get(named.get('default', ''), '')}")
        return "" if part is None else self._blocks(part)

    # -- paragraphs and tables -----------------------------------------------------------------------------------

    def _blocks(self, parent: Node) -> str:
        found, above = [_tags(parent.text)], 0.0
        for child in parent:
            name = local(child)
            if name == "p":
                look = self._styles.paragraph(child.find(f"{W}pPr"))
                gap = max(0.0, float(look.before) - above)  # between two paragraphs the larger distance counts
                found.append(self._paragraph(child, replace(look, before=f"{gap:g}")))
                above = float(look.after)
            elif name == "tbl":
                above = 0.0
                found.append(self._table(child))
            elif name == "sdt":
                found.append("".join(self._blocks(inner) for inner in child.iterfind(f"{W}sdtContent")))
            elif name not in _MARKS:
                raise CannotSet(f"a part of the kind '{_said(child)}'")
            found.append(_tags(child.tail))
        return "\n".join(piece for piece in found if piece)

    def _paragraph(self, paragraph: Node, look: ParagraphLook) -> str:
        words, size = self._words(paragraph, look)
        tall = float(size) * _LINE
        broken = "#pagebreak(weak: true)\n" if look.page_before else ""
        return f"{broken}#{self._paragraph_name(look, tall)}[{words or f'#v({tall:.2f}pt)'}]"

    def _words(self, paragraph: Node, look: ParagraphLook) -> tuple[str, str]:
        """What a paragraph says, as page program, and the size of its first words."""
        properties = paragraph.find(f"{W}pPr")
        pieces, cells = _joined(self._runs(paragraph, properties)), [""]
        for piece in pieces:
            if piece == "\t":
                cells.append("")
            else:
                cells[-1] += piece
        words = cells[0] if len(cells) == 1 else _tabbed(cells, look)
        if called := re.search(r"#(t\d+|)[(\[]", words):
            return words, next(one.size for one, name in self._texts.items() if name == called[1])
        return words, self._styles.text(properties, None if properties is None else properties.find(f"{W}rPr")).size

    def _paragraph_name(self, look: ParagraphLook, tall: float) -> str:
        """The function that sets a paragraph of this look; space between lines also stands below the last one."""
        gap = (float(look.line) - 1) * tall
        sides = {"top": float(look.before), "bottom": float(look.after) + gap, "left": float(look.left),
                 "right": float(look.right)}  # fmt: skip
        inset = ", ".join(f"{side}: {value:.2f}pt" for side, value in sides.items() if value)
        block = ["width: 100%", "above: 0pt", "below: 0pt", *([f"inset: ({inset})"] if inset else [])]
        block += ["sticky: true"] if look.keep_next else []
        block += [f'fill: rgb("{look.fill}")'] if look.fill else []
        block += [f"stroke: {_strokes(look.edges)}"] if look.edges else []
        paragraph = [f"leading: {gap:.2f}pt"] if gap else []
        paragraph += ["justify: true"] if look.side == "justify" else []
        inner = f"set par({', '.join(paragraph)}); " if paragraph else ""
        inner += f"set align({look.side}); " if look.side in ("center", "end") else ""
        inner += f"h({look.first}pt); " if look.first != "0" else ""
        if not inner:  # no function of ours: the compiler would remember each of its calls
            return self._name("p", f" = block.with({', '.join(block)})")
        return self._name("p", f"(body) = block({', '.join(block)}, {{ {inner}body }})")

    def _runs(self, parent: Node, properties: Node | None) -> Iterator[str]:
        """The pieces of a paragraph: words as page program, "\\t" for a tab."""
        code: str | None = None  # what a field asks for, while its parts go by
        counted = False
        if tags := _tags(parent.text):
            yield tags
        for child in parent:
            name, step = local(child), attribute(child.find(f"{W}fldChar"), "fldCharType")
            if step == "begin":
                code = ""
            elif step and code is not None and not counted and (counted := _counts(code)):
                yield self._count(code, child, properties)
            if step == "end":
                code, counted = None, False
            elif code is not None and (instruction := child.find(f"{W}instrText")) is not None:
                code += instruction.text or ""
            elif not step and not counted:
                yield from self._piece(name, child, properties)
            if tags := _tags(child.tail):
                yield tags

    def _piece(self, name: str, child: Node, properties: Node | None) -> Iterator[str]:
        if name == "r":
            yield from self._run(child, properties)
        elif name == "fldSimple" and _counts(attribute(child, "instr")):
            yield self._count(attribute(child, "instr"), child, properties)
        elif name in _HOLDERS:
            yield from self._runs(child, properties)
        elif name == "sdt":
            for inner in child.iterfind(f"{W}sdtContent"):
                yield from self._runs(inner, properties)
        elif name != "del" and name not in _MARKS:
            raise CannotSet(f"a part of the kind '{_said(child)}'")

    def _count(self, code: str, node: Node, properties: Node | None) -> str:
        run = node if local(node) == "r" else next(node.iterfind(f"{W}r"), node)
        return f"#{self._text_name(properties, run)}[#{_FIELDS[_asked(code)]}]"

    def _text_name(self, properties: Node | None, run: Node) -> str:
        look = self._styles.text(properties, run.find(f"{W}rPr"))
        return self._texts.setdefault(look, f"t{len(self._texts)}")

    def _run(self, run: Node, properties: Node | None) -> Iterator[str]:
        name = self._text_name(properties, run)
        look = next(look for look, known in self._texts.items() if known == name)
        for child in run:
            kind = local(child)
            if kind == "t":
                words = quoted_template(child.text or "")
                words = f"upper({words})" if look.caps else words
                yield f"#underline({name}({words}))" if look.underline else f"#{name}({words})"
            elif kind in ("br", "cr"):
                if attribute(child, "type") in ("page", "column"):
                    raise CannotSet("a page break inside a paragraph")
                yield "#linebreak()"
            elif kind == "tab":
                yield "\t"
            elif kind == "noBreakHyphen":
                yield f"#{name}({quoted(chr(0x2011))})"
            elif kind not in _MARKS:
                raise CannotSet("a picture" if kind in ("drawing", "pict", "object") else f"'{_said(child)}'")
            if tags := _tags(child.tail):
                yield tags

    def _table(self, table: Node) -> str:
        properties = table.find(f"{W}tblPr")
        widths = [points(attribute(column, "w")) for column in table.iterfind(f"{W}tblGrid/{W}gridCol")]
        lines, margins = self._table_look(properties)
        columns = ", ".join(f"{width}pt" for width in widths)
        alike = len({lines.get(side) for side in ("top", "insideH", "bottom")}) == 1
        drawn = f"(x: none, y: {_stroke(lines['top'])})" if alike and "top" in lines else "none"
        usual = self._usual_margins(table, margins)
        looks = f"columns: ({columns},), inset: {_inset(usual)}, stroke: {drawn}, align: start + top"
        found = [f"#{self._name('g', f' = table.with({looks})')}("]
        if alike:  # one line above, below and between: said once, not row by row
            lines = {side: edge for side, edge in lines.items() if side not in ("top", "insideH", "bottom")}
        found += [self._line(lines.get("top"))]
        first = True
        for row in table:
            if local(row) == "tr":
                rule = None if first else lines.get("insideH")
                found += [self._line(rule), self._row(row, (margins, usual), lines, len(widths))]
                first = False
            elif local(row) not in _MARKS:
                raise CannotSet(f"a table part of the kind '{_said(row)}'")
            found.append(_tags(row.tail))
        found += [self._line(lines.get("bottom")), ")"]
        made = "\n".join(piece for piece in found if piece)
        side = attribute(None if properties is None else properties.find(f"{W}jc"))
        shift = points(attribute(None if properties is None else properties.find(f"{W}tblInd"), "w"))
        if side in ("center", "right", "end"):
            return f"#align({'center' if side == 'center' else 'end'})[{made}]"
        return made if shift == "0" else f"#pad(left: {shift}pt)[{made}]"

    def _usual_margins(self, table: Node, margins: Margins) -> Margins:
        """The margins most of a table's cells have, said once for the whole table: setting it is quicker."""
        found = Counter(tuple(self._inside(cell, margins, "0")[1].items()) for cell in table.iterfind(f"{W}tr/{W}tc"))
        return dict(found.most_common(1)[0][0]) if found else margins

    def _table_look(self, properties: Node | None) -> tuple[dict[str, Edge], Margins]:
        """The lines and cell margins of a table: those of its style, then its own."""
        lines: dict[str, Edge] = {}
        margins = {"top": "0", "bottom": "0", "left": _CELL_MARGIN, "right": _CELL_MARGIN}
        style = attribute(None if properties is None else properties.find(f"{W}tblStyle"))
        sources = [node for item in self._styles.chain(style) for node in item.iterfind(f"{W}tblPr")]
        if any(len(part) for item in self._styles.chain(style) for part in item.iterfind(f"{W}tblStylePr")):
            raise CannotSet("a table style with special rows or columns")
        for node in (*sources, *(() if properties is None else (properties,))):
            lines |= edges(node.find(f"{W}tblBorders"))
            margins |= _margins(node.find(f"{W}tblCellMar"))
        return lines, margins

    def _row(self, row: Node, margins: tuple[Margins, Margins], lines: dict[str, Edge], columns: int) -> str:
        properties = row.find(f"{W}trPr")
        head = properties is not None and on(properties.find(f"{W}tblHeader"))
        height = points(attribute(None if properties is None else properties.find(f"{W}trHeight")))
        cells, filled = [_tags(row.text)], 0
        for cell in row:
            if local(cell) == "tc":
                span = int(attribute(cell.find(f"{W}tcPr/{W}gridSpan"), default="1"))
                last = filled + span >= columns
                cells.append(self._cell(cell, span, margins, _sides(lines, first=not filled, last=last), height))
                filled += span
            elif local(cell) not in _MARKS:
                raise CannotSet(f"a table part of the kind '{_said(cell)}'")
            cells.append(_tags(cell.tail))
        if filled < columns:
            cells.append(f"table.cell(colspan: {columns - filled})[],")
        words = "\n".join(piece for piece in cells if piece)
        return f"table.header(\n{words}\n)," if head else words

    def _cell(
        self, cell: Node, span: int, margins: tuple[Margins, Margins], sides: dict[str, Edge], height: str
    ) -> str:
        properties = cell.find(f"{W}tcPr")
        if properties is not None and properties.find(f"{W}vMerge") is not None:
            raise CannotSet("cells merged over several rows")
        own = margins[0] | _margins(None if properties is None else properties.find(f"{W}tcMar"))
        fill = shade(None if properties is None else properties.find(f"{W}shd"))
        lines = sides | edges(None if properties is None else properties.find(f"{W}tcBorders"))
        stand = attribute(None if properties is None else properties.find(f"{W}vAlign"))
        words, own, side = self._inside(cell, own, height)
        arguments = [] if own == margins[1] else [f"inset: {_inset(own)}"]
        arguments += [f"colspan: {span}"] if span > 1 else []
        arguments += [f'fill: rgb("{fill}")'] if fill else []
        arguments += [f"stroke: {_strokes(lines)}"] if lines else []
        upright = {"center": "horizon", "bottom": "bottom"}.get(stand, "top")
        arguments += [] if (side, upright) == ("start", "top") else [f"align: {side} + {upright}"]
        call = self._name("c", f" = table.cell.with({', '.join(arguments)})") if arguments else ""
        return f"{call}[{words}],"

    def _line(self, edge: Edge | None) -> str:
        if edge is None or edge.width == "0":
            return ""
        return self._name("r", f" = table.hline(stroke: {_stroke(edge)})") + ","

    def _inside(self, cell: Node, margins: Margins, height: str) -> tuple[str, Margins, str]:
        """What stands in a cell, its margins and its side: a single plain paragraph needs no block of its own."""
        content = [child for child in cell if local(child) not in _MARKS]
        look = self._styles.paragraph(content[0].find(f"{W}pPr")) if content else ParagraphLook()
        plain = replace(look, before="0", after="0", line="1", side="start", keep_next=False)
        alone = len(content) == 1 and local(content[0]) == "p" and not _tags(cell.text) and not _tags(content[0].tail)
        if not alone or height != "0" or plain != ParagraphLook() or look.side == "justify":
            words = self._blocks(cell)
            held = f"#grid(columns: (1fr, 0pt), [{words}], v({height}pt))" if height != "0" else words
            return held, margins, "start"
        words, size = self._words(content[0], look)
        tall = float(size) * _LINE
        gap = (float(look.line) - 1) * tall
        room = {
            "top": f"{float(margins['top']) + float(look.before):g}",
            "bottom": f"{float(margins['bottom']) + float(look.after) + gap:.4g}",
        }
        lead = f"#set par(leading: {gap:.2f}pt);" if gap else ""
        return f"{lead}{words or f'#v({tall:.2f}pt)'}", margins | room, look.side


def _face(look: TextLook) -> dict[str, str]:
    """How a look is said to the compiler, by what it says."""
    return {
        "font": f"font: {quoted(STAND_INS.get(look.font, look.font))}",
        "size": f"size: {look.size}pt",
        "fill": f'fill: rgb("{look.colour}")',
        "weight": f'weight: "{"bold" if look.bold else "regular"}"',
        "style": f'style: "{"italic" if look.italic else "normal"}"',
        "tracking": f"tracking: {look.tracking}pt",
    }


def _tree(text: str) -> Node:
    """A patched part as a tree; what stands inside tags is text, whatever signs it holds."""
    return parsed("a part", TAG.sub(lambda tag: escape(tag.group()), text).encode())


def _relations(data: bytes | None) -> dict[str, str]:
    return {str(rel.get("Id")): str(rel.get("Target")) for rel in (parsed("relations", data) if data else ())}


def _tags(text: str | None) -> str:
    """The tags between two elements, where docxtpl has put those of whole rows and paragraphs."""
    return "".join(TAG.findall(text or ""))


def _joined(pieces: Iterator[str]) -> Iterator[str]:
    """Neighbouring words of one look as one piece: Word parts them for reasons of its own."""
    held = ""
    for piece in pieces:
        start = piece[: piece.find("(") + 2]
        if _WORDS.fullmatch(start) and held.startswith(start) and held.endswith('")') and piece.endswith('")'):
            held = held[:-2] + piece[len(start) :]
            continue
        if held:
            yield held
        held = piece
    if held:
        yield held


def _counts(code: str) -> bool:
    """True for the fields that count pages; any other shows what Word last put there."""
    return _asked(code) in _FIELDS


def _asked(code: str) -> str:
    return next(iter(code.split()), "").upper()


def _said(node: Node) -> str:
    return str(etree.QName(node).localname)


def quoted(text: str) -> str:
    """A text as a string literal of the page program."""
    return f'"{as_literal(text)}"'


def as_literal(value: object) -> str:
    """A printed value inside a string literal of the page program; it cannot end the literal, nor outgrow its cell."""
    text = _LONG.sub(_breakable, str(value))
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", " ")


def _breakable(word: re.Match[str]) -> str:
    """A word that may be wider than its cell, with places at which a line may end, as office programs find them."""
    return _BREAK.join(word.group()[start : start + _PIECE] for start in range(0, len(word.group()), _PIECE))


def quoted_template(text: str) -> str:
    """Words of the template as a string literal; its tags stay tags, which print escaped values into it."""
    pieces, end = [], 0
    for tag in TAG.finditer(text):
        pieces += [as_literal(text[end : tag.start()]), tag.group()]
        end = tag.end()
    return f'"{"".join(pieces)}{as_literal(text[end:])}"'


def _tabbed(cells: Sequence[str], look: ParagraphLook) -> str:
    """Words at tab stops: what stands before a left-hand stop is set to its width, a right-hand stop pushes away."""
    start = float(look.left) + float(look.first)
    stops = [(float(place), kind) for place, kind in look.stops if float(place) > start]
    if not stops and float(look.left) > start:
        stops = [(float(look.left), "left")]  # a hanging indent is a stop of its own
    if len(stops) < len(cells) - 1:
        raise CannotSet("a tab without a tab stop")
    found = []
    for cell, (place, kind) in zip(cells, stops, strict=False):
        if cell.count("{% if") != cell.count("{% endif"):
            raise CannotSet("a condition that begins before a tab and ends after it")
        if kind in ("right", "end"):
            found.append(f"{cell}#h(1fr)")
        elif kind in ("left", "start", "num"):
            found.append(f"#box(width: {place - start:g}pt)[{cell}]")
        else:
            raise CannotSet("a centred or decimal tab stop")
        start = place
    return "".join([*found, cells[-1]])


def _stroke(edge: Edge) -> str:
    return "none" if edge.width == "0" else f'{edge.width}pt + rgb("{edge.colour}")'


def _strokes(lines: dict[str, Edge] | object) -> str:
    found = lines if isinstance(lines, dict) else {}
    sides = {"top": "top", "bottom": "bottom", "left": "left", "right": "right", "start": "left", "end": "right"}
    named = {sides[side]: _stroke(edge) for side, edge in found.items() if side in sides}
    return f"({', '.join(f'{side}: {stroke}' for side, stroke in named.items())})" if named else "none"


def _sides(lines: dict[str, Edge], *, first: bool, last: bool) -> dict[str, Edge]:
    """The upright lines of a cell: the table's outer ones at its sides, the inner ones between cells."""
    found = {}
    if (edge := lines.get("left" if first else "insideV")) is not None:
        found["left"] = edge
    if last and (edge := lines.get("right")) is not None:
        found["right"] = edge
    return found


def _inset(margins: Margins) -> str:
    return f"({', '.join(f'{side}: {value}pt' for side, value in margins.items())})"


def _margins(node: Node | None) -> Margins:
    names = {"top": "top", "bottom": "bottom", "left": "left", "right": "right", "start": "left", "end": "right"}
    return {
        names[local(side)]: points(attribute(side, "w"))
        for side in (node if node is not None else ())
        if local(side) in names
    }
