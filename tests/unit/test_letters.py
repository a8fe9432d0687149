"""Word letters: what is printed, what is refused, and what the lint sees in a broken template."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from letter_kit import FILE, LINE, VALUES, make_letter, make_list, words

from addin.errors import ConfigError, LetterError
from addin.letters import (
    LETTER_NAMES,
    ROW_NAMES,
    Templates,
    check_values,
    known_names,
    lint_templates,
    masked_address,
    render_letter,
    templates_root,
)
from addin.letters.fill import as_text
from addin.letters.names import SET_NAMES
from addin.letters.plain import plain_docx, printed_words
from addin.logic.cases import case_types
from addin.logic.values import Money

ROOT = templates_root()
LETTERS = Templates(ROOT).letters()
CLAIM = frozenset(LETTER_NAMES["UPC"]) - SET_NAMES


def trial(tmp_path: Path, *paragraphs: str) -> bytes:
    """The letter of one made-up template with the sample values."""
    template = Templates(make_letter(tmp_path, *paragraphs)).letter("claims.trial")
    return render_letter(template, VALUES)


# -- the letters of the house ----------------------------------------------------------------------------------------


def test_the_house_has_a_letter_for_every_kind_of_claim():
    """Seven subtypes, the appeal, the reminder and the write-off each have a letter."""
    assert sorted(LETTERS) == [
        "claims.appeal", "claims.chaser", "claims.damage", "claims.late", "claims.loss", "claims.misdelivery",
        "claims.missing_contents", "claims.not_received", "claims.return_leg", "claims.write_off",
    ]  # fmt: skip


def test_the_templates_of_the_house_are_free_of_faults():
    """Every name, tag and file of the kept templates passes the lint."""
    assert lint_templates(ROOT, known_names()) == ()


@pytest.mark.parametrize("letter_id", sorted(LETTERS))
def test_every_letter_is_made_whole(letter_id: str):
    """A letter with all values leaves no tag behind and shows its number, version, parcel, amount and date."""
    template = LETTERS[letter_id]
    assert check_values(template, VALUES) == ()
    text = words(render_letter(template, VALUES))
    assert "{" not in text
    assert "}" not in text
    for shown in ("LTR-2026-000017, version 1", "1Z 999 AA1 01 2345 6784", "£1,250.00", "8 December 2026"):
        assert shown in text


@pytest.mark.parametrize("letter_id", sorted(set(LETTERS) - {"claims.write_off"}))
def test_every_letter_to_the_carrier_reserves_all_rights(letter_id: str):
    """No letter leaves without the rights line, the request for a written decision and a signatory."""
    text = words(render_letter(LETTERS[letter_id], VALUES))
    assert "reserved" in text
    assert "decision in writing" in text
    assert "A. Sample" in text


def test_the_goods_and_the_evidence_have_a_row_each():
    """Every line of goods and every file is printed, digests in their short form of sixteen signs."""
    values = {**VALUES, "goods": [LINE, {**LINE, "ref": "BT-32-0002"}], "evidence": [FILE, {**FILE, "name": "pod.pdf"}]}
    text = words(render_letter(LETTERS["claims.loss"], values))
    assert [text.count(shown) for shown in ("SC-90-0001", "BT-32-0002", "invoice.pdf", "pod.pdf")] == [1, 1, 1, 1]
    assert "9f86d081884c7d65" in text
    assert "9f86d081884c7d650" not in text


def test_a_line_without_a_value_vanishes():
    """An optional reference that is not there leaves no empty label behind."""
    text = words(render_letter(LETTERS["claims.loss"], {**VALUES, "claim_no": "", "refund_ref": None}))
    assert "UPS claim" not in text
    assert "refunded our customer" not in text


def test_a_letter_suits_its_subtype_and_state():
    """A loss letter is offered for a loss in evidence gathering, not for damage and not after the decision."""
    loss = LETTERS["claims.loss"]
    assert loss.suits("LOST", "Evidence gathering")
    assert not loss.suits("DAMAGE", "Evidence gathering")
    assert not loss.suits("LOST", "Decided")


@pytest.mark.parametrize("letter_id", sorted(LETTERS))
def test_the_prepared_way_prints_what_docxtpl_prints(letter_id: str):
    """The fast way changes no word, line end or tab of any letter, in body, header or footer."""
    values = {**VALUES, "goods": [LINE, {**LINE, "description": 'Bag & <strap> "B"'}], "refund_ref": None}
    letter = LETTERS[letter_id]
    assert printed_words(render_letter(letter, values)) == printed_words(plain_docx(letter, values))


# -- the same bytes --------------------------------------------------------------------------------------------------


def test_the_same_values_give_the_same_bytes():
    """A letter depends on its template and its values and on nothing else."""
    template = LETTERS["claims.damage"]
    assert render_letter(template, VALUES) == render_letter(template, dict(reversed(VALUES.items())))


def test_a_letter_names_no_author_and_no_time():
    """The properties of the file hold its title only; its parts all carry the same fixed date."""
    docx = render_letter(LETTERS["claims.loss"], VALUES)
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist()[0] == "[Content_Types].xml"
        core = archive.read("docProps/core.xml").decode()
    assert "Claim for a lost parcel" in core
    assert "creator" not in core
    assert "dcterms" not in core


def test_a_changed_template_is_seen_without_a_restart(tmp_path: Path):
    """Templates are read again when their file changes, and the digest changes with them."""
    templates = Templates(make_letter(tmp_path, "{{ our_ref }}"))
    before = templates.letter("claims.trial")
    assert templates.letter("claims.trial") is before
    make_letter(tmp_path, "Reference {{ our_ref }}, {{ ticket_ref }}")
    after = templates.letter("claims.trial")
    assert after.sha256 != before.sha256
    assert after.names == {"our_ref", "ticket_ref"}


# -- values ----------------------------------------------------------------------------------------------------------


def test_every_missing_value_is_told_at_once():
    """Empty required values are problems that name their fields; nothing is raised."""
    values = {name: value for name, value in VALUES.items() if name not in ("regime", "goods")} | {"service": "  "}
    problems = check_values(LETTERS["claims.loss"], values)
    assert [(problem.code, problem.field) for problem in problems] == [
        ("LET-EMPTY", "goods"), ("LET-EMPTY", "regime"), ("LET-EMPTY", "service"),
    ]  # fmt: skip


def test_a_row_with_a_gap_is_told():
    """A line of goods without its total is refused; one without a serial number is not."""
    values = {**VALUES, "goods": [LINE, {**LINE, "line_total": ""}]}
    (problem,) = check_values(LETTERS["claims.loss"], values)
    assert problem.message == "Line 2 of goods has no line total."


@pytest.mark.parametrize("bad", ["not rows", 7, [1, 2]])
def test_a_list_that_is_no_list_is_told(bad: object):
    """Goods that are not lines of goods are a problem, not a crash."""
    (problem,) = check_values(LETTERS["claims.loss"], {**VALUES, "goods": bad})
    assert problem.code == "LET-KIND"


def test_a_float_is_refused():
    """Amounts are never floats, neither as a value nor in a row."""
    values = {**VALUES, "amount_claimed": 1250.0, "goods": [{**LINE, "unit_net": 1250.0}]}
    problems = check_values(LETTERS["claims.loss"], values)
    assert {problem.code for problem in problems} == {"LET-KIND"}
    assert len(problems) == 2


@pytest.mark.parametrize("contact", ["ring 07700 900123", "j.example@example.org", "+44 7700 900 123"])
def test_no_customer_contact_leaves_in_a_letter(contact: str):
    """A telephone number or e-mail address in the consignee's name is refused."""
    (problem,) = check_values(LETTERS["claims.loss"], {**VALUES, "consignee_name": contact})
    assert (problem.code, problem.field) == ("LET-PERSONAL", "consignee_name")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Money(Decimal("1250")), "£1,250.00"),
        (date(2026, 11, 24), "24 November 2026"),
        (datetime(2026, 7, 1, 11, 30, tzinfo=UTC), "1 July 2026, 12:30"),
        (True, "Yes"),
        (3, "3"),
        (Decimal("1.860"), "1.860"),
        (("a.pdf", "b.pdf"), "a.pdf; b.pdf"),
        (None, ""),
    ],
)
def test_values_are_written_out_as_people_read_them(value: object, shown: str):
    """Amounts, days, London times, yes and no, exact numbers and lists."""
    assert as_text(value) == shown


@pytest.mark.parametrize(
    "hostile",
    [
        "{{ house_name }}",
        "{% for x in goods %}",
        "{_{ house_name }_} and {_% if %_}",
        "</w:t></w:r><w:r><w:t>& <b>\"quoted\" 'too'",
        "=HYPERLINK(1)",
    ],
)
def test_a_value_stays_text(tmp_path: Path, hostile: str):
    """Tags, markup and formulas inside a value are printed as they are."""
    template = Templates(make_letter(tmp_path, "[{{ event_type }}]")).letter("claims.trial")
    assert words(render_letter(template, {"event_type": hostile})) == f"[{hostile}]"


def test_signs_that_cannot_be_printed_are_dropped(tmp_path: Path):
    """Control characters, direction overrides and signs XML cannot hold never reach a letter."""
    template = Templates(make_letter(tmp_path, "[{{ event_type }}]")).letter("claims.trial")
    value = "a\x00\x07\x0b\x0c\x1bb\u202ec\u2066d\ufffe\ud800e"
    assert words(render_letter(template, {"event_type": value})) == "[abcde]"


def test_line_ends_are_kept_and_a_very_long_value_is_whole(tmp_path: Path):
    """An address keeps its lines, and a value of a hundred thousand signs is neither cut nor slow."""
    template = Templates(make_letter(tmp_path, "{{ ups_address }}", "{{ regime }}")).letter("claims.trial")
    text = words(render_letter(template, {"ups_address": "One\r\nTwo\u2028Three", "regime": "x" * 100_000}))
    assert text.startswith("One\nTwo\nThree\n")
    assert text.count("x") == 100_000


def test_a_file_name_cannot_pass_for_another_line():
    """A cell of a list stays on one line."""
    values = {**VALUES, "evidence": [{**FILE, "name": "a.pdf\nb.pdf"}]}
    assert "a.pdf b.pdf" in words(render_letter(LETTERS["claims.loss"], values))


def test_an_address_is_masked_but_recognisable():
    """Each word keeps its first sign, a postcode its outward half."""
    assert masked_address("12 Example Street, Leeds LS1 9ZZ") == "1* E****** S*****, L**** LS1 ***"


# -- broken worlds ---------------------------------------------------------------------------------------------------


def test_a_letter_without_its_values_is_refused_by_name(tmp_path: Path):
    """Rendering without the check before is a fault that names the value."""
    template = Templates(make_letter(tmp_path, "{{ regime }}")).letter("claims.trial")
    with pytest.raises(LetterError, match="regime"):
        render_letter(template, {})


def test_a_broken_template_is_a_letter_error(tmp_path: Path):
    """An unknown tag word cannot be used, and the error names the file."""
    with pytest.raises(LetterError, match=r"trial\.docx"):
        trial(tmp_path, "{% fro row in goods %}")


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04broken"])
def test_a_file_that_is_no_word_file_is_a_letter_error(tmp_path: Path, content: bytes):
    """Any other file under the name of a letter is refused in plain words, by the reader and by the lint."""
    (make_list(tmp_path, "trial.docx") / "trial.docx").write_bytes(content)
    with pytest.raises(LetterError, match="not a Word document"):
        Templates(tmp_path).letter("claims.trial")
    (problem,) = lint_templates(tmp_path, LETTER_NAMES)
    assert problem.cell == "claims/trial.docx"


@pytest.mark.parametrize("file", ["../secret.docx", "/etc/x.docx", "trial.txt", "sub/trial.docx"])
def test_a_list_names_only_word_files_beside_it(tmp_path: Path, file: str):
    """A path cannot lead out of the folder of templates."""
    make_list(tmp_path, file)
    with pytest.raises(LetterError, match="beside the list"):
        Templates(tmp_path).letters()


def test_an_unknown_letter_is_refused_with_those_there_are():
    """A wrong id is answered with the right ones."""
    with pytest.raises(LetterError, match=r"claims\.loss"):
        Templates(ROOT).letter("claims.lost")


def test_the_configured_folder_comes_first_and_must_exist(tmp_path: Path):
    """A template folder in the settings is used as it is, or refused."""
    assert templates_root(tmp_path) == tmp_path
    assert (templates_root() / "claims" / "letters.toml").is_file()
    with pytest.raises(ConfigError):
        templates_root(tmp_path / "nowhere")


def test_one_broken_letter_does_not_stop_the_others(tmp_path: Path):
    """A letter whose file is broken or missing is refused by name; the letters beside it are made."""
    make_letter(tmp_path, "{{ our_ref }}")
    folder = make_list(tmp_path, "trial.docx", "torn.docx", "gone.docx")
    (folder / "torn.docx").write_bytes(b"torn")
    templates = Templates(tmp_path)
    assert set(templates.letters()) == {"claims.trial"}
    assert set(templates.listed()) == {"claims.trial", "claims.torn", "claims.gone"}
    assert "CASE-2026-000123" in words(render_letter(templates.letter("claims.trial"), VALUES))
    for broken, says in (("claims.torn", "not a Word document"), ("claims.gone", "missing")):
        with pytest.raises(LetterError, match=says):
            templates.letter(broken)


# -- the lint --------------------------------------------------------------------------------------------------------


def lint(root: Path) -> list[tuple[str, str]]:
    """Code and place of everything the lint says."""
    return [(problem.code, problem.cell) for problem in lint_templates(root, LETTER_NAMES)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{{ ammount_claimed }}", "LET-T07"),
        ("{% if our_ref %}{% else %}{{ ammount_claimed }}{% endif %}", "LET-T07"),
        ("{{ goods.total }}", "LET-T08"),
        ("{% for row in goods %}{{ row.colour }}{% endfor %}", "LET-T07"),
        ("{% for row in goods %}{{ row.ref.upper }}{% endfor %}", "LET-T08"),
        ("{{ our_ref", "LET-T01"),
        ("{{ our_ref }", "LET-T01"),
        ("our_ref }}", "LET-T02"),
        ("{ our_ref }}", "LET-T02"),
        ("{{ our_ref or \u201cnone\u201d }}", "LET-T03"),
        ("{{\u00a0our_ref }}", "LET-T03"),
        ("{% if our_ref %} left open", "LET-T05"),
        ("{% for row in goods %}", "LET-T05"),
        ("{% endif %}", "LET-T06"),
        ("{% fi our_ref %}", "LET-T06"),
        ("{{ our ref }}", "LET-T06"),
        ("{{ our_ref() }}", "LET-T09"),
        ("{{ our_ref[0] }}", "LET-T09"),
        ("{% for x in our_ref %}{{ x }}{% endfor %}", "LET-T09"),
        ("{% set a = our_ref %}", "LET-T09"),
        ("{{ our_ref | upper }}", "LET-T09"),
        ("{% include 'x' %}", "LET-T09"),
        ("{%tr for row in goods %}", "LET-T10"),
        ("{%p if our_ref %} words that vanish", "LET-T10"),
        ("{%r if our_ref %}", "LET-T09"),
        ("{{ our_ref {{ regime }}", "LET-T01"),
    ],
)
def test_a_fault_in_a_tag_is_told_with_its_paragraph(tmp_path: Path, text: str, code: str):
    """File, paragraph and tag are named for every kind of fault."""
    found = lint(make_letter(tmp_path, "Good {{ our_ref }}", text))
    assert (code, "claims/trial.docx, paragraph 2") in found


def test_one_fault_does_not_hide_the_others(tmp_path: Path):
    """A tag left open, a condition without its end and two wrong names are all told at once, each where it stands."""
    root = make_letter(
        tmp_path,
        "{{ amount_claimd }}",
        "{{ our_ref",
        "{% if our_ref %} open",
        "{% for row in goods %}{{ row.ref }}{{ row.colour }}{% endfor %}",
        "{{ goods.total }}",
    )
    assert sorted(lint(root)) == [
        ("LET-T01", "claims/trial.docx, paragraph 2"),
        ("LET-T05", "claims/trial.docx, paragraph 3"),
        ("LET-T07", "claims/trial.docx, paragraph 1"),
        ("LET-T07", "claims/trial.docx, paragraph 4"),
        ("LET-T08", "claims/trial.docx, paragraph 5"),
    ]


def test_a_fault_does_not_hide_another_in_its_own_paragraph_nor_invent_one(tmp_path: Path):
    """A wrong name beside a tag left open is told; rows of two loops with one name keep the columns of their own."""
    root = make_letter(
        tmp_path,
        "{{ amount_claimd }} of {{ our_ref",
        "{% for row in goods %}{{ row.ref }}{% endfor %}",
        "{% for row in evidence %}{{ row.sha256 }}{% endfor %}",
        "{% if our_ref %} open",
    )
    assert sorted(lint(root)) == [
        ("LET-T01", "claims/trial.docx, paragraph 1"),
        ("LET-T05", "claims/trial.docx, paragraph 4"),
        ("LET-T07", "claims/trial.docx, paragraph 1"),
    ]


def test_an_unknown_name_is_told_with_the_one_that_was_meant(tmp_path: Path):
    """The tag is shown as written, and the nearest known name is offered."""
    (problem,) = lint_templates(make_letter(tmp_path, "Sum: {{ amount_claimd }}"), LETTER_NAMES)
    assert problem.field == "amount_claimd"
    assert "{{ amount_claimd }}" in problem.message
    assert "'amount_claimed'" in problem.hint


def test_a_fault_in_a_header_is_told(tmp_path: Path):
    """Headers and footers are read like the body."""
    root = make_letter(tmp_path, "x", change=lambda d: d.sections[0].header.add_paragraph("{{ hous_name }}"))
    ((code, where),) = lint(root)
    assert code == "LET-T07"
    assert where.startswith("claims/trial.docx, header")


def test_a_tag_split_over_runs_as_word_does_is_no_fault(tmp_path: Path):
    """Word cuts a tag into runs when a letter of it is edited; that is joined again and works."""

    def split(document) -> None:
        paragraph = document.add_paragraph("")
        for piece in ("{", "{ our", "_ref", " }", "}"):
            paragraph.add_run(piece).bold = piece == "_ref"

    root = make_letter(tmp_path, change=split)
    assert lint(root) == []
    assert "CASE-2026-000123" in words(render_letter(Templates(root).letter("claims.trial"), VALUES))


def _hold(document, holder: str, first: str, rest: str) -> None:
    """A paragraph whose text starts inside a holder (a link, a tracked change) and goes on outside."""
    paragraph = document.add_paragraph("")
    outer = OxmlElement(holder)
    run = paragraph.add_run(first)
    outer.append(run._r)
    paragraph._p.append(outer)
    paragraph.add_run(rest)


@pytest.mark.parametrize("holder", ["w:hyperlink", "w:ins", "w:smartTag"])
def test_a_tag_that_crosses_a_link_or_a_change_is_told(tmp_path: Path, holder: str):
    """Such a tag would break the file when it is joined."""
    root = make_letter(tmp_path, change=lambda d: _hold(d, holder, "{{ our", "_ref }}"))
    assert ("LET-T04", "claims/trial.docx, paragraph 1") in lint(root)


def test_a_tag_broken_by_a_line_break_is_told(tmp_path: Path):
    """A tag is typed on one line."""
    assert ("LET-T04", "claims/trial.docx, paragraph 1") in lint(make_letter(tmp_path, "{{ our_ref\n}}"))


def test_a_loop_row_with_other_words_is_told(tmp_path: Path):
    """A row that holds a loop tag vanishes with everything in it."""

    def table(document) -> None:
        rows = document.add_table(3, 2).rows
        for row, text in zip(rows, ("{%tr for row in goods %}", "{{ row.ref }}", "{%tr endfor %}"), strict=True):
            row.cells[0].text = text
        rows[0].cells[1].text = "lost words"

    assert lint(make_letter(tmp_path, change=table)) == [("LET-T10", "claims/trial.docx, paragraph 1")]


def test_tracked_changes_and_comments_do_not_leave_the_house(tmp_path: Path):
    """A template with unaccepted changes is told, since the carrier would read them."""
    root = make_letter(tmp_path, change=lambda d: _hold(d, "w:ins", "new words", ""))
    assert ("LET-T16", "claims/trial.docx, paragraph 1") in lint(root)
    commented = make_letter(
        tmp_path / "b", change=lambda d: d.add_comment(d.add_paragraph("x").add_run("y"), text="too weak?")
    )
    assert lint(commented) == [("LET-T16", "claims/trial.docx, paragraph 1")]


def test_listed_letters_exist_and_existing_letters_are_listed(tmp_path: Path):
    """A letter that is missing on disk is told, and so is one nobody listed."""
    folder = make_list(tmp_path, "gone.docx")
    Document().save(str(folder / "stray.docx"))
    (tmp_path / "other").mkdir()
    Document().save(str(tmp_path / "other" / "lone.docx"))
    (folder / "~$stray.docx").write_bytes(b"Word's lock file")
    assert lint(tmp_path) == [
        ("LET-T11", "claims/gone.docx"), ("LET-T12", "claims/stray.docx"), ("LET-T12", "other/lone.docx"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[letter]\n", "cannot be used"),
        ('must = ["letter_no"]\n', "unknown must"),
        ('[[letter]]\nid = "claims.x"\n', "lacks case_type, file, title"),
        ('[[letter]]\nid = "a"\ntitle = "A"\nfile = "a.docx"\ncase_type = "UPC"\ncolour = 1\n', "unknown colour"),
    ],
)
def test_a_faulty_list_is_told(tmp_path: Path, text: str, says: str):
    """The list of letters is checked for its shape."""
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims" / "letters.toml").write_text(text, "utf-8")
    (problem,) = lint_templates(tmp_path, LETTER_NAMES)
    assert problem.code == "LET-T13"
    assert says in problem.message


def test_an_id_is_used_once(tmp_path: Path):
    """Two letters of one id are told by the lint and refused by the reader."""
    make_letter(tmp_path, "x")
    listed = tmp_path / "claims" / "letters.toml"
    listed.write_text(listed.read_text("utf-8") * 2, "utf-8")
    assert ("LET-T14", "claims/letters.toml") in lint(tmp_path)
    with pytest.raises(LetterError, match=r"claims\.trial"):
        Templates(tmp_path).letters()


def test_an_unknown_case_type_and_an_unknown_optional_name_are_told(tmp_path: Path):
    """The list's own words are held to the case types and their names."""
    make_letter(tmp_path, "x")
    listed = tmp_path / "claims" / "letters.toml"
    listed.write_text(listed.read_text("utf-8").replace("UPC", "XYZ") + 'optional = ["reggime"]\n', "utf-8")
    assert [code for code, _ in lint(tmp_path)] == ["LET-T15", "LET-T07"]


def _across(document) -> None:
    """A condition that begins as a whole paragraph and ends inside a cell."""
    document.add_paragraph("{%p if tracer_ref %}")
    document.add_table(1, 1).rows[0].cells[0].text = "{{ our_ref }}{% endif %}"


def test_a_proof_that_no_claim_can_have_is_told(tmp_path: Path):
    """A kind of evidence that is misspelt in the list would keep its letter from ever being made."""
    root = make_letter(tmp_path, "{{ letter_no }}")
    listed = root / "claims" / "letters.toml"
    listed.write_text(listed.read_text("utf-8") + 'relies = ["Invoice", "Drop-of receipt"]\n', "utf-8")
    (fault,) = [one for one in lint_templates(root, known_names()) if one.code == "LET-T20"]
    assert "'Drop-of receipt'" in fault.message
    assert "Drop-off receipt" in fault.hint


def test_a_condition_that_would_damage_the_letter_is_told(tmp_path: Path):
    """Each condition is tried both ways before the first letter; the fault names paragraph and tag."""
    root = make_letter(tmp_path, "x", change=_across)
    (problem,) = lint_templates(root, LETTER_NAMES)
    assert (problem.code, problem.cell) == ("LET-T18", "claims/trial.docx, paragraph 2")
    assert "{%p if tracer_ref %}" in problem.message
    with pytest.raises(LetterError, match="tracer_ref is empty"):
        render_letter(Templates(root).letter("claims.trial"), VALUES)


def test_an_optional_name_that_is_never_used_is_told(tmp_path: Path):
    """List and letter must not grow apart."""
    make_letter(tmp_path, "{{ our_ref }}")
    listed = tmp_path / "claims" / "letters.toml"
    listed.write_text(listed.read_text("utf-8") + 'optional = ["regime"]\n', "utf-8")
    (problem,) = lint_templates(tmp_path, LETTER_NAMES)
    assert (problem.code, problem.field) == ("LET-T17", "regime")


def test_a_letter_to_the_carrier_shows_what_every_letter_must(tmp_path: Path):
    """A letter number or amount that was deleted in Word is told; a sheet that stays in the house may lack it."""
    make_letter(tmp_path, "{{ our_ref }}")
    listed = tmp_path / "claims" / "letters.toml"
    rows = listed.read_text("utf-8")
    listed.write_text('shown = ["our_ref", "letter_no"]\n' + rows, "utf-8")
    (problem,) = lint_templates(tmp_path, LETTER_NAMES)
    assert (problem.code, problem.field) == ("LET-T19", "letter_no")
    listed.write_text('shown = ["our_ref", "letter_no"]\n' + rows + "internal = true\n", "utf-8")
    assert lint_templates(tmp_path, LETTER_NAMES) == ()


def test_text_boxes_and_footnotes_have_paragraphs_of_their_own(tmp_path: Path):
    """A tag in a nested paragraph is read once."""

    def nest(document) -> None:
        outer = document.add_paragraph("outer {{ our_ref }} ")
        box = OxmlElement("w:txbxContent")
        inner = OxmlElement("w:p")
        run = OxmlElement("w:r")
        text = OxmlElement("w:t")
        text.text = "{{ reggime }}"
        run.append(text)
        inner.append(run)
        box.append(inner)
        outer.runs[0]._r.append(box)
        assert outer._p.find(qn("w:r")) is not None

    assert lint(make_letter(tmp_path, change=nest)) == [("LET-T07", "claims/trial.docx, paragraph 2")]


def test_every_claim_name_is_used_by_some_letter():
    """A name the caller must fill and no template shows would be a loose end."""
    used = frozenset().union(*(letter.names for letter in LETTERS.values()))
    assert used == CLAIM
    assert set(ROW_NAMES) <= CLAIM


@pytest.mark.parametrize("letter_id", [key for key, letter in LETTERS.items() if letter.case_type in case_types()])
def test_a_letter_is_offered_in_states_and_subtypes_that_exist(letter_id: str):
    """The list of letters speaks of its case type in the case type's own words."""
    letter = LETTERS[letter_id]
    kind = case_types()[letter.case_type]
    assert letter.states - set(kind.states) == set()
    assert letter.subtypes - set(kind.fields["subtype"].choices) == set()
