"""Postcodes are read, placed and flagged; format is not existence."""

from __future__ import annotations

import pytest

from addin.logic.calendar import Division
from addin.logic.postcode import PostcodeFlag, Territory, check_postcode, normalise, read_postcode


@pytest.mark.parametrize(
    "text",
    ["M1 1AE", "B33 8TH", "W1A 0AX", "CR2 6XH", "DN55 1PT", "EC1A 1BB", "N1P 2AA", "SW1X 9ZZ", "BX1 1LT"],
)
def test_each_outward_shape_is_accepted(text: str) -> None:
    """AN, ANN, ANA, AAN, AANN and AANA, the letter P in third place included, are well formed."""
    assert read_postcode(text).ok
    assert read_postcode(text.replace(" ", "").lower()).norm == text


@pytest.mark.parametrize(
    "text",
    [
        "", "Q1 1AA", "V1 1AA", "X1 1AA", "AI1 1AA", "AJ1 1AA", "AZ1 1AA", "W1I 1AA", "EC1C 1AA", "M1 1AC", "M1 1IA",
        "M1 AAA", "1A1 1AA", "EH1 JS", "EH1JS", "12FSSD", "SW1", "SW1X 9Z", "SW1XX 9ZZ", "M1 1AA extra", "BFPO",
        "BFPO 12345", "M1\n1A",
    ],
)  # fmt: skip
def test_letters_that_never_stand_there_are_refused(text: str) -> None:
    """Each position has letters that never occur; such a text is no postcode and has no normal form."""
    read = read_postcode(text)
    assert (read.ok, read.norm, read.territory, read.division) == (False, "", Territory.NONE, None)
    problem = check_postcode(text)
    assert problem is not None
    assert (problem.code, problem.warn) == ("PCD-FORMAT", False)


def test_spaces_and_invisible_characters_do_not_matter() -> None:
    """A postcode pasted with odd spaces is the same postcode; what was typed is kept."""
    read = read_postcode(" sw1x\u00a0 9\u200bzz ")
    assert (read.norm, read.outward, read.inward, read.area, read.district) == ("SW1X 9ZZ", "SW1X", "9ZZ", "SW", "SW1")
    assert read.raw == " sw1x\u00a0 9\u200bzz "


@pytest.mark.parametrize(
    ("text", "territory", "division"),
    [
        ("EC2V 9ZZ", Territory.MAINLAND, Division.ENGLAND_AND_WALES),
        ("CF10 1AA", Territory.MAINLAND, Division.ENGLAND_AND_WALES),
        ("EH1 1AA", Territory.MAINLAND, Division.SCOTLAND),
        ("TD1 1AA", Territory.MAINLAND, Division.SCOTLAND),
        ("TD15 1AA", Territory.MAINLAND, Division.ENGLAND_AND_WALES),
        ("BT1 1AA", Territory.NORTHERN_IRELAND, Division.NORTHERN_IRELAND),
        ("JE2 3AB", Territory.JERSEY, None),
        ("GY1 1AA", Territory.GUERNSEY, None),
        ("IM1 1AA", Territory.ISLE_OF_MAN, None),
        ("HS1 2AA", Territory.SCOTTISH_ISLANDS, Division.SCOTLAND),
        ("ZE1 0AA", Territory.SCOTTISH_ISLANDS, Division.SCOTLAND),
        ("KW15 1AA", Territory.SCOTTISH_ISLANDS, Division.SCOTLAND),
        ("KW17 2AA", Territory.SCOTTISH_ISLANDS, Division.SCOTLAND),
        ("KW14 7AA", Territory.HIGHLANDS, Division.SCOTLAND),
        ("IV1 1AA", Territory.HIGHLANDS, Division.SCOTLAND),
        ("BFPO 12", Territory.BFPO, None),
        ("BF1 2AA", Territory.BFPO, None),
    ],
)
def test_a_postcode_is_placed(text: str, territory: Territory, division: Division | None) -> None:
    """The area, and sometimes the district, says where it is and whose bank holidays hold."""
    read = read_postcode(text)
    assert read.ok
    assert (read.territory, read.division) == (territory, division)


@pytest.mark.parametrize(
    ("text", "flag", "code"),
    [
        ("GIR 0AA", PostcodeFlag.LEGACY, "PCD-LEGACY"),
        ("gir0aa", PostcodeFlag.LEGACY, "PCD-LEGACY"),
        ("bfpo 1234", PostcodeFlag.BFPO, "PCD-BFPO"),
        ("JE2 3AB", PostcodeFlag.EXPORT, "PCD-EXPORT"),
        ("MA1 1AA", PostcodeFlag.UNKNOWN_AREA, "PCD-UNKNOWN-AREA"),
    ],
)
def test_doubtful_postcodes_pass_with_a_warning(text: str, flag: PostcodeFlag, code: str) -> None:
    """Legacy, forces, export and unknown areas are well formed and always flagged."""
    read = read_postcode(text)
    assert read.ok
    assert flag in read.flags
    problem = read.problem("postcode")
    assert problem is not None
    assert (problem.code, problem.warn, problem.field) == (code, True, "postcode")


def test_plain_postcodes_have_no_flag_and_islands_have_theirs() -> None:
    """A mainland postcode is silent; islands and Northern Ireland carry a flag but no warning."""
    assert read_postcode("EC2V 9ZZ").flags == frozenset()
    assert read_postcode("PO30 1AA").flags == {PostcodeFlag.ISLAND}
    assert read_postcode("BT1 1AA").flags == {PostcodeFlag.NORTHERN_IRELAND}
    assert check_postcode("BT1 1AA") is None
    assert read_postcode("JE2 3AB").is_export
    assert not read_postcode("BT1 1AA").is_export


@pytest.mark.parametrize(
    ("text", "meant"), [("SW1X OAA", "SW1X 0AA"), ("L2I 8XY", "L21 8XY"), ("SO1S 1AA", "SO15 1AA")]
)
def test_a_letter_read_for_a_digit_is_suggested(text: str, meant: str) -> None:
    """O for 0, I for 1 and S for 5 are suggested and never applied."""
    read = read_postcode(text)
    assert not read.ok
    assert meant in read.suggestions
    assert meant in str(read.problem())


def test_forces_numbers_are_split_after_bfpo() -> None:
    """A BFPO number has its space after BFPO, not before the last three characters."""
    assert normalise("bfpo1234") == "BFPO 1234"
    assert normalise("ab") == "AB"
    read = read_postcode("BFPO1234")
    assert (read.outward, read.inward, read.area) == ("BFPO", "1234", "BFPO")
