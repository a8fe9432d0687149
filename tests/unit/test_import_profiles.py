"""Profiles: the files that say how a house's exports are written. Every one that ships is tried with its sample."""

from __future__ import annotations

import pytest
from import_kit import ROOT, SAMPLES, read

from addin.errors import ConfigError
from addin.imports.profiles import SHIPPED, chosen, folded, load_profiles
from addin.logic.imports.kinds import KINDS
from addin.logic.imports.rows import ROWS
from addin.logic.imports.rules import RULES

#: Sample file -> profile that has to be recognised by its columns alone, rows, and what they come to.
EXPECTED = {
    "ups-tracking.csv": ("ups-tracking", 12, {"review": 3, "rejected": 0, "repeated": 1}),
    "wms-orders.csv": ("wms-orders", 8, {"review": 1, "rejected": 1, "repeated": 0}),
    "wms-orders-fr.csv": ("wms-orders-fr", 3, {"review": 0, "rejected": 0, "repeated": 0}),
    "wms-stock.csv": ("wms-stock", 4, {"review": 0, "rejected": 0, "repeated": 0}),
    "threepl-returns.xlsx": ("threepl-returns", 4, {"review": 0, "rejected": 0, "repeated": 0}),
}


def test_every_profile_has_a_sample_and_every_sample_a_profile():
    """A format without a sample is one that nobody tried."""
    assert {path.name for path in SAMPLES.iterdir()} == set(EXPECTED)
    assert {path.stem for path in SHIPPED.glob("*.toml")} == {name for name, _, _ in EXPECTED.values()}


def test_a_profile_is_called_as_its_file():
    """So that a person who looks for it finds it."""
    assert [profile.id for profile in load_profiles().values()] == sorted(path.stem for path in SHIPPED.glob("*.toml"))


def test_every_kind_of_file_has_a_profile():
    """Orders, stock, tracking and returns can be imported out of the box."""
    assert {profile.kind for profile in load_profiles().values()} == set(KINDS)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_sample_is_recognised_by_its_columns(name):
    """Among all profiles the right one is found, and every row of the sample is judged as expected."""
    profile, rows, counts = EXPECTED[name]
    answer = read((SAMPLES / name).read_bytes())
    assert (answer.profile, answer.rows) == (profile, rows)
    assert {key: getattr(answer, key) for key in counts} == counts


def test_no_title_means_two_columns_of_one_profile():
    """A title that two columns claim would be read twice."""
    for profile in load_profiles().values():
        titles = [folded(t) for column in profile.columns.values() for t in (*column.titles, *column.time_titles)]
        assert len(titles) == len(set(titles)), profile.id


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_kinds_columns_are_its_rows_fields(kind):
    """The table of columns and the row's model name the same things."""
    found = KINDS[kind]
    extra = {"status"} if kind == "tracking" else set()
    assert {column.name for column in found.columns} | extra | {"row", "doubts"} == set(ROWS[kind].model_fields)
    assert set(found.key) | {found.newest} | set(found.order) <= {column.name for column in found.columns}


OWN = """
id = "ups-tracking"
kind = "tracking"
title = "Our own"
[columns.tracking]
titles = ["Colis"]
[columns.status_text]
titles = ["Libellé"]
"""


def own(folder, text, name="own.toml"):
    (folder / "profiles").mkdir(exist_ok=True)
    (folder / "profiles" / name).write_text(text, encoding="utf-8")
    return folder


def test_a_registers_own_profile_stands_before_the_shipped_one(tmp_path):
    """Under the same id; others stay."""
    found = load_profiles(own(tmp_path, OWN))
    assert found["ups-tracking"].title == "Our own"
    assert "wms-stock" in found


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("kind = ", "kin = "), "unknown field `kin`"),
        (('kind = "tracking"', 'kind = "parcels"'), "none of orders"),
        (("[columns.status_text]", "[columns.states]"), "no column states"),
        (('[columns.status_text]\ntitles = ["Libellé"]', ""), "needs the column status_text"),
        (('titles = ["Colis"]', "titles = []"), "tracking: Expected `array` of length >= 1 - at `$.titles`"),
        (('title = "Our own"', 'title = "x"\ndecimal = ","\nthousands = [","]'), "same mark"),
        (('title = "Our own"', 'title = "x"\nzone = "Mars/Base"'), "no time zone"),
        (('titles = ["Libellé"]', 'titles = ["L"]\nwords = {"x" = "SOMEWHERE"}'), "none of its values"),
        (('title = "Our own"', "title = "), "cannot be read"),
    ],
)
def test_a_wrong_profile_names_its_fault(tmp_path, change, words):
    """The file and what is wrong with it, before any import."""
    with pytest.raises(ConfigError, match=r"own\.toml") as caught:
        load_profiles(own(tmp_path, OWN.replace(*change)))
    assert words in str(caught.value)


def test_a_kind_or_a_profile_can_be_named():
    """By kind all profiles of it are tried, by id only that one."""
    found = load_profiles()
    assert [profile.id for profile in chosen(found, "orders")] == ["wms-orders", "wms-orders-fr"]
    assert [profile.id for profile in chosen(found, "WMS orders")] == ["wms-orders"]
    with pytest.raises(ConfigError, match="no kind of import 'parcels'"):
        chosen(found, "parcels")


def test_the_page_on_imports_names_every_kind_column_and_rule():
    """So that a person who writes a profile finds what there is, and nothing that there is not."""
    text = (ROOT / "docs" / "imports.md").read_text(encoding="utf-8")
    for kind in KINDS.values():
        row = next(line for line in text.splitlines() if line.startswith(f"| `{kind.name}` |"))
        told = [cell.strip() for cell in row.split("|")[2].split(",")]
        needed = {column.name for column in kind.columns if column.needed}
        assert {name.strip("*") for name in told if name.startswith("**")} == needed
        assert {name.strip("*") for name in told} == {column.name for column in kind.columns}
    rules = [tuple(cell.strip() for cell in line.split("|")[1:4]) for line in text.splitlines() if "| IMP-" in line]
    assert rules == [(rule.id, rule.kind, rule.says) for rule in RULES]


def test_the_profile_on_the_page_can_be_read(tmp_path):
    """An example that does not work would be worse than none."""
    text = (ROOT / "docs" / "imports.md").read_text(encoding="utf-8")
    found = load_profiles(own(tmp_path, text.split("```toml\n")[1].split("```")[0]))["our-tracking"]
    answer = read(b"Colis;Statut;Date;Heure\n1Z999AA10123456784;remis au voisin;23.11.2026;09:15\n", profiles=(found,))
    assert (answer.accepted, answer.newest) == (1, "2026-11-23T09:15:00+00:00")
