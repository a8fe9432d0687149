"""Text messages: what they say, what they need, and what the lint sees."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from letter_kit import FILE, VALUES

from addin.errors import LetterError
from addin.letters import LETTER_NAMES, Templates, check_values, lint_templates, render_message, templates_root
from addin.letters.messages import read_message
from addin.letters.names import DERIVED_NAMES, MESSAGE_NAMES
from addin.logic.cases import case_types

TEMPLATES = Templates(templates_root())
MESSAGES = TEMPLATES.messages()
GOOD = 'id = "x.trial"\ntitle = "Trial"\ncase_type = "CRP"\nchannel = "chat"\nnames = ["order_no"]\n'


def values_for(message_id: str, **more: object) -> dict[str, object]:
    """A value for every name of a message."""
    template = MESSAGES[message_id]
    return {name: VALUES.get(name, f"<{name}>") for name in template.names} | more


def write(tmp_path: Path, body: str, head: str = GOOD) -> Path:
    """A root of templates with one message."""
    folder = tmp_path / "x"
    folder.mkdir(exist_ok=True)
    path = folder / "trial.txt"
    path.write_text(f"---\n{head}---\n{body}", "utf-8")
    return path


def test_the_house_has_its_messages():
    """The carrier-return set, status, address, refund, escalation, handover, corrective action, evidence index."""
    assert sorted(MESSAGES) == [
        "claims.credit_reference", "claims.customer_update", "claims.evidence_index", "claims.item_description",
        "escalations.capa_brief", "escalations.chaser", "escalations.handover", "escalations.sbar",
        "improvement.procedure_brief", "improvement.supplier_notice",
        "quality.delay", "refunds.confirmation", "requests.address_confirmed",
        "requests.address_refused", "requests.cctv_finding", "requests.delivery_alternative",
        "requests.delivery_confirmed", "requests.order_status", "returns.choose", "returns.deduction",
        "returns.final_reminder", "returns.hold", "returns.return_confirmed", "returns.second_shipment",
        "stock.order_hit",
    ]  # fmt: skip


@pytest.mark.parametrize("message_id", sorted(MESSAGES))
def test_every_message_is_made_whole(message_id: str):
    """With all values every name is shown and no tag is left; the digest is that of the text."""
    values = values_for(message_id)
    assert check_values(MESSAGES[message_id], values) == ()
    message = TEMPLATES.render_message(message_id, values)
    assert "{" not in message.text
    assert message.sha256 == hashlib.sha256(message.text.encode()).hexdigest()
    assert (message.id, message.title) == (message_id, MESSAGES[message_id].title)


@pytest.mark.parametrize("message_id", sorted(MESSAGES))
def test_a_message_without_its_optional_values_has_no_gaps(message_id: str):
    """Optional lines vanish whole: no empty label, no three line ends in a row, nothing at a line's end."""
    template = MESSAGES[message_id]
    values = {name: value for name, value in values_for(message_id).items() if name not in template.optional}
    text = TEMPLATES.render_message(message_id, values).text
    assert "\n\n\n" not in text
    assert not any(line != line.rstrip() or (line.endswith(":") and line.startswith("  ")) for line in text.split("\n"))


def test_the_first_return_message_asks_the_customer_to_choose():
    """Again to the same address, to another one after a call to the number on file, or a clear cancellation."""
    text = TEMPLATES.render_message("returns.choose", values_for("returns.choose")).text
    assert "same address" in text
    assert "number you gave with your order" in text
    assert "say clearly that you cancel" in text


def test_a_confirmed_return_names_the_day_the_refund_comes():
    """The refund is promised by the due day, to the means of payment that was used."""
    text = TEMPLATES.render_message(
        "returns.return_confirmed", values_for("returns.return_confirmed", refund_due="15 November 2026")
    ).text
    assert "by 15 November 2026 at the latest" in text


def test_an_escalation_holds_all_four_parts_and_the_next_update():
    """Situation, background, assessment, recommendation, in this order, then owner and next update."""
    text = TEMPLATES.render_message("escalations.sbar", values_for("escalations.sbar")).text
    places = [text.index(part) for part in ("SITUATION", "BACKGROUND", "ASSESSMENT", "RECOMMENDATION", "Next update")]
    assert places == sorted(places)
    assert "Baseline" in text
    assert "Threshold" in text
    assert "Needed by" in text


def test_the_evidence_index_can_be_checked_by_sha256sum():
    """Each file has a line of digest, two spaces and name; the rest is remarks."""
    values = values_for("claims.evidence_index", evidence=[FILE, {**FILE, "name": "pod.pdf"}])
    lines = TEMPLATES.render_message("claims.evidence_index", values).text.splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        f"{FILE['sha256']}  invoice.pdf",
        f"{FILE['sha256']}  pod.pdf",
    ]


def test_a_missing_value_is_a_problem_that_names_its_field():
    """Nothing is sent with a gap."""
    values = values_for("returns.choose", reply_by="")
    (problem,) = check_values(MESSAGES["returns.choose"], values)
    assert (problem.code, problem.field) == ("LET-EMPTY", "reply_by")


def test_a_value_stays_text_in_a_message(tmp_path: Path):
    """Tags and markup in a value are shown as they are: no escaping in plain text, no second rendering."""
    template = read_message(write(tmp_path, "Order {{ order_no }}\n"))
    hostile = "{{ 7*7 }} & <b> {% raw %}"
    assert render_message(template, {"order_no": hostile}).text == f"Order {hostile}\n"


def test_a_template_cannot_reach_into_the_program(tmp_path: Path):
    """Attributes, calls and globals of the template language are closed."""
    template = read_message(write(tmp_path, "{{ order_no.__class__.__mro__ }}"))
    with pytest.raises(LetterError):
        render_message(template, {"order_no": "x"})
    assert read_message(write(tmp_path, "{{ range(3) }}")).names == {"range"}


def test_a_message_without_its_values_is_refused(tmp_path: Path):
    """Rendering without the check before is a fault that names the value."""
    with pytest.raises(LetterError, match="order_no"):
        render_message(read_message(write(tmp_path, "{{ order_no }}")), {})


def test_a_line_that_holds_only_a_block_leaves_no_empty_line(tmp_path: Path):
    """Blocks inside a line keep the line's end."""
    template = read_message(write(tmp_path, "a\n{% if order_no %}\nb{% if order_no %} c{% endif %}\n{% endif %}\nd\n"))
    assert render_message(template, {"order_no": "1"}).text == "a\nb c\nd\n"


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ("", "lacks"),
        (GOOD.replace("title", "tittle"), "lacks title"),
        (GOOD + "colour = 1\n", "unknown colour"),
        (GOOD + "= 1\n", "cannot be read"),
        (GOOD.replace('["order_no"]', '"order_no"'), "not a list of names"),
        (GOOD.replace("chat", "pigeon"), "channel"),
    ],
)
def test_a_faulty_head_is_told(tmp_path: Path, head: str, says: str):
    """The reader refuses it and the lint tells it, both naming the file."""
    path = write(tmp_path, "x\n", head)
    with pytest.raises(LetterError, match=r"trial\.txt"):
        read_message(path)
    (problem,) = lint_templates(tmp_path, LETTER_NAMES)
    assert says in problem.message


@pytest.mark.parametrize("raw", [b"no head", b"---\nid = 1\n", b"\xff\xfe---"])
def test_a_file_without_a_head_is_told(tmp_path: Path, raw: bytes):
    """A text without its two lines of dashes, or not in UTF-8, is no message."""
    write(tmp_path, "x").write_bytes(raw)
    with pytest.raises(LetterError):
        Templates(tmp_path).messages()
    assert [problem.code for problem in lint_templates(tmp_path, LETTER_NAMES)] == ["LET-T13"]


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ("{{ order_no }}\n", []),
        ("{{ order_no }} {{ order_nr }}\n", ["LET-T07", "LET-T17"]),
        ("nothing\n", ["LET-T17"]),
        ("{{ order_no }}\n\n{{ order_no\n", ["LET-T01"]),
        ("{{ order_no }}{{ our_ref }}\n", ["LET-T17"]),
        ("{% if order_no %}\n", ["LET-T05"]),
        ("{{ order_no | upper }}\n", ["LET-T09"]),
        ("{{ order_no }}\n{{ order_no.total }}\n", ["LET-T08"]),
    ],
)
def test_the_lint_reads_messages_too(tmp_path: Path, body: str, codes: list[str]):
    """Unknown names, open tags, and a head that does not say what the text uses."""
    write(tmp_path, body)
    assert [problem.code for problem in lint_templates(tmp_path, LETTER_NAMES)] == codes


def test_a_fault_in_a_message_is_told_with_its_line_in_the_file(tmp_path: Path):
    """The line counts from the top of the file, head included."""
    write(tmp_path, "\n{{ order_no }}\nfine\n{{ order_nr }}\n")
    problem = next(p for p in lint_templates(tmp_path, LETTER_NAMES) if p.code == "LET-T07")
    assert problem.cell == "x/trial.txt, line 11"


def test_windows_line_ends_and_a_byte_order_mark_are_read(tmp_path: Path):
    """A message saved by Notepad is the same message."""
    path = write(tmp_path, "Order {{ order_no }}\n")
    plain = read_message(path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_message(path).body == plain.body


def test_an_unknown_message_is_refused_with_those_there_are():
    """A wrong id is answered with the right ones."""
    with pytest.raises(LetterError, match=r"returns\.choose"):
        TEMPLATES.message("returns.chose")


@pytest.mark.parametrize("code", sorted(MESSAGE_NAMES.keys() & case_types().keys()))
def test_a_message_uses_the_fields_of_its_case_type(code: str):
    """A name is a field of the form, or listed as worked out by the caller."""
    strange = MESSAGE_NAMES[code] - case_types()[code].fields.keys() - DERIVED_NAMES.get(code, frozenset())
    assert strange == set()


def test_every_name_of_a_message_is_used_by_one():
    """A name that no message shows would be a loose end."""
    for code, names in MESSAGE_NAMES.items():
        used = frozenset().union(*(item.names for item in MESSAGES.values() if item.case_type == code))
        assert names - used == set(), code
