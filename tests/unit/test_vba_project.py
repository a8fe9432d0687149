"""The VBA project: what is committed is what the text says, to the byte, and the text is harmless."""

import io
import re
import zipfile
from random import Random

import pytest
from ovba_reader import Malformed, read_project
from recipes import make, vba_project

from addin.errors import ConfigError
from addin.macros.vba import vba_project as committed
from addin.register import buttons

ACTIONS = ("desk.refresh", "refund.request", "claim.draft_letter")
CODE_NAMES = ("shDesk", "shCase", "shMeta")


@pytest.fixture(name="built")
def fixture_built():
    return vba_project.build_project(make.register_modules(ACTIONS, CODE_NAMES))


def committed_text(name):
    return (make.MACROS / name).read_text(encoding="ascii")


def test_reads_back_as_committed(built):
    """The strict reader finds exactly the modules and the text they were made from."""
    project = read_project(built)
    assert list(project.kinds) == ["ThisWorkbook", *CODE_NAMES, "Casebook", "Buttons"]
    assert project.sources["Casebook"] == committed_text("Casebook.bas").replace("\n", "\r\n")
    assert project.sources["Buttons"] == make.buttons_source(ACTIONS).replace("\n", "\r\n")
    code = committed_text("ThisWorkbook.cls").split("\n", 1)[1].replace("\n", "\r\n")
    assert project.sources["ThisWorkbook"].endswith("Attribute VB_Customizable = True\r\n" + code)
    assert project.name == "VBAProject"
    assert project.references == ["stdole", "Office"]


def test_kept_project_is_what_the_text_makes():
    """The committed vbaProject.bin and Buttons.bas are what the recipe makes now."""
    assert make.differing(make.vba()) == []


def test_kept_project_holds_every_button():
    """Every Sub that a button calls is a public Sub of the committed project."""
    project = read_project(committed())
    assert project.sources["Buttons"] == committed_text("Buttons.bas").replace("\n", "\r\n")
    assert project.sources["Casebook"] == committed_text("Casebook.bas").replace("\n", "\r\n")
    pressed = re.findall(r'^Public Sub (\w+)\(\)\r\n    Casebook\.Press "(.+)"\r$', project.sources["Buttons"], re.M)
    assert pressed
    assert all(name == buttons.sub_name(action_id) for name, action_id in pressed)


def test_olevba_agrees(tmp_path, built):
    """A reader of other authors finds the same text."""
    olevba = pytest.importorskip("oletools.olevba")
    path = tmp_path / "vbaProject.bin"
    path.write_bytes(built)
    parser = olevba.VBA_Parser(str(path))
    try:
        found = {stream.removeprefix("VBA/"): code for _, stream, _, code in parser.extract_all_macros()}
    finally:
        parser.close()
    expected = read_project(built).sources
    assert {name: found[name].replace("\r\n", "\n") for name in expected} == {
        name: source.replace("\r\n", "\n") for name, source in expected.items()
    }


def test_same_text_makes_same_bytes(built):
    """Building twice gives the same bytes, and another text gives others."""
    assert built == vba_project.build_project(make.register_modules(ACTIONS, CODE_NAMES))
    assert built != vba_project.build_project(make.register_modules(ACTIONS[:2], CODE_NAMES))


def test_project_is_open_and_visible(built):
    """The project has no lock, no password, and shows in the editor."""
    assert read_project(built).states == {"CMG": bytes(4), "DPB": bytes(1), "GC": b"\xff"}


def test_large_module_leaves_the_mini_stream():
    """A module of many sectors, and one of none, come back whole."""
    text = "Option Explicit\n" + "".join(f"' line {n} {n * n:x}\n" for n in range(20_000))
    project = vba_project.build_project([vba_project.standard("Large", text), vba_project.standard("Bare", "")])
    sources = read_project(project).sources
    assert sources["Large"] == f'Attribute VB_Name = "Large"\n{text}'.replace("\n", "\r\n")
    assert sources["Bare"] == 'Attribute VB_Name = "Bare"\r\n'


def test_characters_of_the_code_page_survive():
    """A pound sign and an accent live in code page 1252."""
    project = vba_project.build_project([vba_project.standard("Words", "' 5 £ à la carte")])
    assert read_project(project).sources["Words"].endswith("' 5 £ à la carte\r\n")


@pytest.mark.parametrize("cut", [100, 511, 512, 4096, -512, -1])
def test_truncated_project_is_found(built, cut):
    """The reader of these tests notices a project that was cut short."""
    with pytest.raises((Malformed, IndexError)):
        read_project(built[:cut])


def test_altered_table_is_found(built):
    """The reader of these tests notices a sector that two chains claim."""
    fat_at = (int.from_bytes(built[76:80], "little") + 1) * 512
    altered = bytearray(built)
    altered[fat_at : fat_at + 4] = (2).to_bytes(4, "little")
    with pytest.raises(Malformed):
        read_project(bytes(altered))


@pytest.mark.parametrize(
    ("name", "text", "code", "words"),
    [
        ("Words", "Option Explicit\n' \u4e2d", "VBA-CHARACTER", "Words, line 3"),
        ("Words", "' \x85", "VBA-CHARACTER", "line 2"),
        ("Words", "' a\x0bb", "VBA-CHARACTER", "line 2"),
        ("Words", "' " + "x" * 1022, "VBA-LINE", "Words, line 2"),
        ("1st", "", "VBA-NAME", "'1st'"),
        ("A name", "", "VBA-NAME", "'A name'"),
        ("x" * 32, "", "VBA-NAME", "cannot name a module"),
        ("Words", 'Attribute VB_Name = "Other"\n', "VBA-NAME", "'Other'"),
    ],
)
def test_text_that_vba_cannot_keep_is_refused(name, text, code, words):
    """A wrong character, an overlong line or a bad name is refused with its place."""
    with pytest.raises(ConfigError, match=re.escape(words)) as fault:
        vba_project.standard(name, text)
    assert fault.value.code == code


def test_line_of_1023_characters_is_kept():
    """The longest line that VBA takes is taken."""
    assert vba_project.standard("Words", "'" + "x" * 1022).source.count("x") == 1022


@pytest.mark.parametrize(
    ("names", "project"),
    [([], "Fine"), (["Same", "sAME"], "Fine"), (["Fine"], "fine"), (["Excel"], "Fine"), (["Fine"], "not fine")],
)
def test_names_that_clash_are_refused(names, project):
    """VBA is blind to case; project, libraries and modules share one set of names."""
    with pytest.raises(ConfigError):
        vba_project.build_project([vba_project.standard(name, "") for name in names], project=project)


def test_incompressible_end_is_refused():
    """Bytes that the format would pad, and so change, are refused rather than altered."""
    with pytest.raises(ConfigError) as fault:
        vba_project.compress(Random(1).randbytes(4000))
    assert fault.value.code == "VBA-COMPRESS"


@pytest.mark.parametrize("name", ["Casebook.bas", "Buttons.bas", "ThisWorkbook.cls"])
def test_code_runs_in_both_programs(name):
    """ASCII, Option Explicit, no Declare and no conditional line: LibreOffice runs both branches of those."""
    text = committed_text(name)
    lines = [line.strip().lower() for line in text.splitlines()]
    assert lines[1] == "option explicit"
    assert not [line for line in lines if line.startswith("#") or re.search(r"\bdeclare\b", line)]
    assert "\t" not in text
    # LibreOffice knows none of these; Shell from Basic never returns there.
    assert not re.search(r"\b(ListObjects|ListRows|Hwnd|vbObjectError|Shell|GetObject|Application\.Run)\b", text, re.I)


def test_code_gives_scanners_little_to_say(tmp_path, built):
    """Beyond the workbook's events, CreateObject and the "open" of a hint, a scanner finds nothing; ids are no code."""
    olevba = pytest.importorskip("oletools.olevba")
    text = "\n".join(committed_text(name) for name in ("Casebook.bas", "Buttons.bas", "ThisWorkbook.cls"))
    text = re.sub(r'Casebook\.Press "[a-z0-9_.]+"', 'Casebook.Press ""', text)
    found = {keyword for kind, keyword, _ in olevba.VBA_Scanner(text).scan() if "Strings" not in keyword}
    assert found <= {"Workbook_Open", "Workbook_BeforeClose", "CreateObject", "open"}


def test_one_sub_per_button():
    """A Sub is named after its action, and two actions never share one."""
    assert buttons.macro_name("desk.refresh") == "Buttons.Do_desk_refresh"
    with pytest.raises(ConfigError, match="share the Sub"):
        make.buttons_source(["a.b_c", "a.b.c"])


@pytest.mark.parametrize("action_id", ["", "desk", "Desk.refresh", "desk.", "desk.a b", 'desk.x"', "desk.x\n"])
def test_malformed_action_ids_are_refused(action_id):
    """Only lower-case words joined by dots name an action, so no text reaches the VBA unseen."""
    with pytest.raises(ConfigError):
        buttons.sub_name(action_id)


class TestCheck:
    """`--check` compares and writes nothing."""

    def test_names_what_is_missing_and_what_differs(self, tmp_path):
        """Each file that is not as its sources make it is named; one that is, is not."""
        (tmp_path / "same").write_bytes(b"1")
        (tmp_path / "other").write_bytes(b"1")
        products = {tmp_path / "same": b"1", tmp_path / "other": b"2", tmp_path / "none": b"3"}
        found = make.differing(products)
        assert [sentence.split()[0].rsplit("/", 1)[-1] for sentence in found] == ["other", "none"]
        assert not (tmp_path / "none").exists()

    def test_exit_code_and_command(self, tmp_path, monkeypatch, capsys):
        """A difference ends with exit code 1 and the command to run; after it the check is content."""
        monkeypatch.setattr(make, "RECIPES", {"vba": lambda: {tmp_path / "made.bin": b"new"}})
        assert make.main(["vba", "--check"]) == 1
        assert "made.bin is missing; run: python build/make.py vba" in capsys.readouterr().err
        assert make.main(["vba"]) == 0
        assert make.main(["all", "--check"]) == 0

    def test_wrong_source_is_told(self, monkeypatch, capsys):
        """A source that cannot be built from ends with exit code 3 and its words, not with a traceback."""
        monkeypatch.setattr(make, "RECIPES", {"vba": lambda: {make.MACROS: vba_project.standard("1st", "").source}})
        assert make.main(["vba"]) == 3
        assert "'1st' cannot name a module" in capsys.readouterr().err

    def test_other_compression_is_no_difference(self, tmp_path):
        """Two releases of zlib may compress otherwise; another part, date or order is a difference."""

        def packed(*parts, level=6, year=1980):
            target = io.BytesIO()
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
                for name in parts:
                    file.writestr(zipfile.ZipInfo(name, (year, 1, 1, 0, 0, 0)), name * 99, 8, level)
            return target.getvalue()

        kept = tmp_path / "a.xlsm"
        kept.write_bytes(packed("a", "b", level=0))
        assert kept.read_bytes() != packed("a", "b")
        assert make.differing({kept: packed("a", "b")}) == []
        for other in (packed("b", "a"), packed("a", "b", year=1990), packed("a"), packed("a", "c"), b"text"):
            assert make.differing({kept: other})
