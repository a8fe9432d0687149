"""The ribbon and the add-in: every control reaches an action through one macro; the files are what Excel expects."""

import io
import re
import zipfile
from dataclasses import replace

import openxml_audit
import pyopenvba
import pytest
from lxml import etree
from ovba_reader import read_project
from recipes import make, ribbon

from addin.macros.actions import actions, button_actions, find
from addin.macros.vba import vba_project
from addin.register.buttons import sub_name
from addin.register.layout import types_on
from addin.register.package import RIBBON_NAMESPACE, RIBBON_PART, read_parts

NAMESPACE = f"{{{RIBBON_NAMESPACE}}}"
ADDIN_TYPE = b"application/vnd.ms-excel.addin.macroEnabled.main+xml"


def tree_of(table=None):
    """The ribbon as a tree; an XML fault is a failure."""
    return etree.fromstring(make.ribbon_xml(actions().values() if table is None else table).encode())


def faults(tree, subs):
    """What is wrong with a ribbon, in words: the checks of these tests, so that they can be shown to find faults."""
    found = []
    ids = [control.get("id") for control in tree.iter() if control.get("id")]
    found += [f"the id {name} occurs twice" for name in set(ids) if ids.count(name) > 1]
    found += [f"{name} is no XML name" for name in ids if not re.fullmatch(r"[A-Za-z_]\w*", name)]
    for control in tree.iter(f"{NAMESPACE}button"):
        if find(control.get("tag", "")) is None:
            found.append(f"{control.get('id')} names no action")
        if control.get("onAction") not in subs:
            found.append(f"{control.get('id')} calls no macro")
        if not control.get("label") or not control.get("screentip"):
            found.append(f"{control.get('id')} says nothing")
        inside = control.getparent().tag == f"{NAMESPACE}menu"
        if inside and control.get("size"):
            found.append(f"{control.get('id')} has a size inside a menu")
    for menu in tree.iter(f"{NAMESPACE}menu"):
        found += [] if len(menu) else [f"{menu.get('id')} is empty"]
        nested = menu.getparent().tag == f"{NAMESPACE}menu"
        found += [f"{menu.get('id')} has a size inside a menu"] if nested and menu.get("size") else []
    return found


@pytest.fixture(name="addin", scope="module")
def fixture_addin():
    return make.addin_file()


@pytest.fixture(name="subs", scope="module")
def fixture_subs(addin):
    """The public Subs of the add-in that take one control."""
    source = read_project(read_parts(addin)["xl/vbaProject.bin"]).sources["Casebook"]
    return set(re.findall(r"^Public Sub (\w+)\(control As Object\)\r$", source, re.M))


def test_every_control_reaches_an_action(subs):
    """Tags are actions, the callback is a public Sub of the add-in, ids are unique, every entry says what it does."""
    tree = tree_of()
    assert tree.tag == f"{NAMESPACE}customUI"
    assert faults(tree, subs) == []
    assert [tab.get("label") for tab in tree.iter(f"{NAMESPACE}tab")] == ["Casebook"]


def test_every_drawn_action_is_in_the_ribbon():
    """What has a button on a sheet is in the ribbon, and nothing else is."""
    tags = {control.get("tag") for control in tree_of().iter(f"{NAMESPACE}button")}
    assert tags == {action.id for action in actions().values() if action.drawn}


def test_every_button_has_its_public_sub():
    """Every action of the table can be called by name in the project that registers receive."""
    source = read_project(vba_project()).sources["Buttons"]
    subs = set(re.findall(r"^Public Sub (\w+)\(\)\r$", source, re.M))
    assert subs == {sub_name(action_id) for action_id in button_actions()}


def test_groups_stay_readable():
    """No group shows more than eight controls at once and no menu more than 24; moves of many types stand apart."""
    tree = tree_of()
    for holder, most in (("group", 8), ("menu", 24)):
        sizes = {found.get("id"): len(found) for found in tree.iter(f"{NAMESPACE}{holder}")}
        assert {name: size for name, size in sizes.items() if size > most} == {}
    requests = tree.find(f".//{NAMESPACE}menu[@id='mnuRequests']")
    submenus = [menu.get("label") for menu in requests.findall(f"{NAMESPACE}menu")]
    assert submenus == [*(kind.name for kind in types_on("Requests")), "Every case"]


def test_the_moves_of_a_claim_stand_in_two_submenus():
    """The claim's file up to the carrier's answer, and its outcome; every move in one of them, and room for more."""
    claims = tree_of().find(f".//{NAMESPACE}menu[@id='mnuClaims']")
    menus = {menu.get("label"): [one.get("tag") for one in menu] for menu in claims.findall(f"{NAMESPACE}menu")}
    assert [*menus][:3] == ["Claim file", "Outcome", "Every case"]
    moves = {action.id for action in actions().values() if action.sheet == "Claims" and action.command == "move_rows"}
    shown = [tag for label in ("Claim file", "Outcome", "Every case") for tag in menus[label]]
    primary = {one.get("tag") for one in claims.findall(f"{NAMESPACE}button")}
    assert moves - primary == set(shown) - primary
    assert len(claims) <= 16
    assert {f"claims.{verb}" for verbs in ribbon.CHAPTERS["Claims"].values() for verb in verbs} <= moves


def test_an_action_of_an_unknown_sheet_is_not_lost():
    """A sheet that no group names appears in a group of its own rather than nowhere."""
    stray = replace(actions()["desk.refresh"], sheet="Elsewhere")
    tree = tree_of([stray])
    assert [group.get("label") for group in tree.iter(f"{NAMESPACE}group")] == ["More"]


def test_texts_cannot_break_the_ribbon():
    """A label or hint with quotes and angle brackets stays text."""
    words = "\"A\" & <b> 'c'"
    tree = tree_of([replace(actions()["desk.refresh"], label=words, hint=words)])
    button = next(tree.iter(f"{NAMESPACE}button"))
    assert (button.get("label"), button.get("screentip")) == (words, words)


@pytest.mark.parametrize(
    ("attribute", "value", "words"),
    [
        ("tag", "desk.nothing", "names no action"),
        ("onAction", "RibbonVanished", "calls no macro"),
        ("id", "btn_desk_take", "occurs twice"),
        ("screentip", "", "says nothing"),
    ],
)
def test_the_checks_find_a_fault(subs, attribute, value, words):
    """A control that is wrong in one point is found."""
    tree = tree_of()
    next(tree.iter(f"{NAMESPACE}button")).set(attribute, value)
    assert any(words in fault for fault in faults(tree, subs))


def test_the_addin_is_one(addin):
    """An .xlam says so in its content types, hides its window, and holds the ribbon and one relation to it."""
    parts = read_parts(addin)
    assert parts["[Content_Types].xml"].count(ADDIN_TYPE) == 1
    assert b'visibility="hidden"' in parts["xl/workbook.xml"]
    assert parts["_rels/.rels"].count(RIBBON_PART.encode()) == 1
    assert etree.fromstring(parts[RIBBON_PART]).tag == f"{NAMESPACE}customUI"


def test_the_addin_runs_nothing_by_itself(addin):
    """Loading the add-in starts no code: its workbook and sheet modules are bare, code names and modules agree."""
    project = read_project(read_parts(addin)["xl/vbaProject.bin"])
    assert list(project.kinds) == ["ThisWorkbook", make.ADDIN_SHEET, "Casebook"]
    assert "Sub" not in project.sources["ThisWorkbook"] + project.sources[make.ADDIN_SHEET]
    workbook = read_parts(addin)["xl/workbook.xml"] + read_parts(addin)["xl/worksheets/sheet1.xml"]
    assert b'codeName="ThisWorkbook"' in workbook
    assert f'codeName="{make.ADDIN_SHEET}"'.encode() in workbook
    assert read_project(vba_project()).name != project.name


def test_same_text_makes_the_same_addin(addin):
    """Building twice gives the same bytes."""
    assert make.addin_file() == addin


def test_kept_workbooks_are_what_the_recipe_makes():
    """The committed register and add-in are what the sources make now."""
    assert make.differing(make.workbooks()) == []


@pytest.mark.parametrize("name", ["casebook.xlsm", "casebook.xlam"])
def test_open_xml_audit_is_clean(name, tmp_path):
    """A port of the Open XML SDK's validator finds nothing in the file, and finds a ribbon that was spoilt."""
    path = make.WORKBOOKS / name
    assert [str(error) for error in openxml_audit.OpenXmlValidator(max_errors=20).validate(str(path)).errors] == []
    spoilt = tmp_path / name
    spoilt.write_bytes(without_a_part(path.read_bytes(), "xl/styles.xml"))
    assert openxml_audit.OpenXmlValidator(max_errors=20).validate(str(spoilt)).errors


@pytest.mark.parametrize("name", ["casebook.xlsm", "casebook.xlam"])
def test_pyopenvba_is_clean(name, tmp_path):
    """Another author's checker finds nothing in the project, and finds one that was cut short."""
    path = make.WORKBOOKS / name
    assert pyopenvba.check_file(path).issues == ()
    parts = read_parts(path.read_bytes())
    spoilt = tmp_path / name
    with zipfile.ZipFile(spoilt, "w") as file:
        for part, content in parts.items():
            file.writestr(part, content[: len(content) // 2] if part == "xl/vbaProject.bin" else content)
    assert pyopenvba.check_file(spoilt).issues


def without_a_part(package, name):
    """The package with a part missing that its relations still name."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        for part, content in read_parts(package).items():
            if part != name:
                file.writestr(part, content)
    return target.getvalue()
