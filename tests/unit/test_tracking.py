"""Tracking numbers are read, classified and checked, never corrected."""

from __future__ import annotations

import pytest

from addin.logic.tracking import (
    TrackingKind,
    check_tracking,
    normalise,
    read_tracking,
    s10_check_digit,
    ups_check_digit,
)

VALID = (
    "1Z5R89390357567127",
    "1Z879E930346834440",
    "1Z410E7W0392751591",
    "1Z8V92A70367203024",
    "1Z5915806855587736",
    "1Z999AA10123456784",
)
WRONG_CHECK = {
    "1Z1111111111111111": "8",
    "1Z999AA10123456785": "4",
    "1Z12345E0205271688": "6",
    "1Z12345E1505270452": "7",
}


@pytest.mark.parametrize("number", VALID)
def test_a_valid_number_passes(number: str) -> None:
    """A published valid number has format and check digit right and says nothing."""
    read = read_tracking(number)
    assert (read.kind, read.format_ok, read.check_ok, read.suggestions) == (TrackingKind.UPS_1Z, True, True, ())
    assert read.ok
    assert read.is_ups
    assert check_tracking(number) is None


@pytest.mark.parametrize(("number", "digit"), WRONG_CHECK.items())
def test_a_wrong_check_digit_warns_and_names_the_right_one(number: str, digit: str) -> None:
    """A failed check is a warning with the digit expected, even for numbers out of UPS's own documentation."""
    read = read_tracking(number)
    assert (read.kind, read.format_ok, read.check_ok, read.expected_check) == (TrackingKind.UPS_1Z, True, False, digit)
    problem = read.problem("tracking")
    assert problem is not None
    assert (problem.code, problem.warn, problem.field) == ("TRK-CHECK", True, "tracking")
    assert digit in problem.message


@pytest.mark.parametrize("number", ["2Z5R89390357567127", "1A5R89390357567127"])
def test_a_wrong_prefix_is_not_ups_rather_than_broken_ups(number: str) -> None:
    """A number that does not begin with 1Z belongs to somebody else as far as we can say."""
    read = read_tracking(number)
    assert (read.kind, read.format_ok, read.check_ok) == (TrackingKind.NOT_UPS, False, None)
    assert not read.is_ups
    problem = read.problem()
    assert problem is not None
    assert problem.warn


@pytest.mark.parametrize("number", ["1Z5489390357567127", "1Z5R84390357567127"])
def test_the_check_digit_is_weak(number: str) -> None:
    """A value that moves by five in a doubled position, or a letter read as its digit, is not seen."""
    assert read_tracking(number).check_ok


def test_neighbouring_digits_in_the_wrong_order_are_always_seen() -> None:
    """Swapping two different neighbouring digits of the body always fails the check."""
    body = "591580685558773"
    digit = ups_check_digit(body)
    for i in range(14):
        if body[i] != body[i + 1]:
            swapped = body[:i] + body[i + 1] + body[i] + body[i + 2 :]
            assert ups_check_digit(swapped) != digit, swapped


@pytest.mark.parametrize("letter", "AEZ")
def test_letters_count_by_their_code(letter: str) -> None:
    """A letter is worth (code - 3) mod 10 in the check: A is 2, E is 6, Z is 7."""
    value = {"A": "2", "E": "6", "Z": "7"}[letter]
    assert ups_check_digit(letter + "0" * 14) == ups_check_digit(value + "0" * 14)


@pytest.mark.parametrize(
    "typed",
    [
        " 1z 999 aa1 01 2345 6784 ",
        "1Z-999-AA1-01-2345-6784",
        "1Z\u00a0999\u200bAA1\ufeff0123456784",
        "1Z999AA1\u20110123456784",
        "１Ｚ９９９ＡＡ１０１２３４５６７８４",
    ],
)
def test_spaces_hyphens_and_invisible_characters_do_not_matter(typed: str) -> None:
    """However a number is grouped or pasted, it is the same number; what was typed is kept."""
    read = read_tracking(typed)
    assert read.norm == "1Z999AA10123456784"
    assert read.ok
    assert read.raw == typed


def test_a_number_is_grouped_for_letters() -> None:
    """Letters print the number as 1Z 999 AA1 01 2345 6784."""
    assert read_tracking("1Z999AA10123456784").grouped == "1Z 999 AA1 01 2345 6784"
    assert read_tracking("123456789").grouped == "123456789"


def test_a_letter_read_for_a_digit_is_suggested_and_not_applied() -> None:
    """With the letter O for zero the number stays as typed, and the right one is suggested."""
    read = read_tracking("1Z 123 45E O4 0000 101 7")
    assert (read.norm, read.check_ok) == ("1Z12345EO400001017", False)
    assert read.suggestions == ("1Z12345E0400001017",)
    assert "1Z12345E0400001017" in str(read.problem())


@pytest.mark.parametrize("typed", ["IZ999AA10123456784", "lZ999AA10123456784", "12999AA10123456784"])
def test_a_mistyped_prefix_is_suggested(typed: str) -> None:
    """A letter I or L for the one, or a two for the Z, still leads to the number meant."""
    read = read_tracking(typed)
    assert read.kind is TrackingKind.NOT_UPS
    assert read.suggestions == ("1Z999AA10123456784",)


def test_a_letter_as_check_digit_breaks_the_format_and_is_suggested() -> None:
    """The last character is a digit; a letter there is a fault, not a warning."""
    body = "12345E04000010"
    right = next(f"1Z{body}{n}0" for n in range(10) if ups_check_digit(f"{body}{n}") == "0")
    read = read_tracking(f"{right[:-1]}O")
    assert not read.format_ok
    assert read.suggestions == (right,)
    problem = read.problem()
    assert problem is not None
    assert (problem.code, problem.warn) == ("TRK-FORMAT", False)


@pytest.mark.parametrize(
    "number",
    ["123456789", "1234567890", "123456789012", "123456789012345678", "1R12345678901234AB", "MI123456ABC123"],
)
def test_other_ups_numbers_are_no_broken_1z(number: str) -> None:
    """Shapes that UPS uses besides 1Z have no check we can test and no fault."""
    read = read_tracking(number)
    assert (read.kind, read.format_ok, read.check_ok) == (TrackingKind.UPS_OTHER, True, None)
    assert read.problem() is None


def test_a_hand_written_waybill_has_a_check_digit() -> None:
    """One letter and ten digits carry the same check as a 1Z number."""
    digit = ups_check_digit("123456789000000")
    assert digit == "5"
    assert read_tracking("K1234567895").check_ok
    assert read_tracking("K1234567896").check_ok is False
    assert read_tracking("K1234567896").kind is TrackingKind.UPS_OTHER


def test_postal_numbers_have_their_own_check() -> None:
    """An S10 number has weights 8 6 4 2 3 5 9 7 and ends in a country that exists."""
    good, bad, nowhere = (read_tracking(n) for n in ("RR473124829GB", "RR473124828GB", "RR473124829XX"))
    assert (good.kind, good.ok, good.problem()) == (TrackingKind.S10, True, None)
    assert (bad.format_ok, bad.check_ok, bad.expected_check) == (True, False, "9")
    assert (nowhere.format_ok, nowhere.check_ok) == (False, True)
    assert "XX" in str(nowhere.problem())


@pytest.mark.parametrize(("serial", "digit"), [("00000000", "5"), ("00000008", "0"), ("47312482", "9")])
def test_s10_remainders_ten_and_eleven_become_zero_and_five(serial: str, digit: str) -> None:
    """Eleven minus the remainder is written 0 when it is ten and 5 when it is eleven."""
    assert s10_check_digit(serial) == digit


@pytest.mark.parametrize("number", ["JD014600006281230704", "H01ABA0012345678", "15501234567890"])
def test_other_carriers_are_not_ups(number: str) -> None:
    """Another carrier's number is accepted with a warning that names the question."""
    read = read_tracking(number)
    assert read.kind is TrackingKind.NOT_UPS
    problem = read.problem()
    assert problem is not None
    assert (problem.code, problem.warn) == ("TRK-NOT-UPS", True)


@pytest.mark.parametrize("text", ["", "   ", "hello world", "client called twice", "=1+1", "💼"])
def test_text_that_is_no_number_is_refused(text: str) -> None:
    """What cannot be anybody's number is a fault, not a warning."""
    read = read_tracking(text)
    assert read.kind is TrackingKind.NONE
    problem = check_tracking(text)
    assert problem is not None
    assert (problem.code, problem.warn) == ("TRK-NONE", False)


def test_letters_of_another_alphabet_are_named() -> None:
    """Cyrillic letters that look Latin are pointed out, never mapped."""
    read = read_tracking("1Z999АА10123456784")
    assert (read.kind, read.format_ok, read.suggestions) == (TrackingKind.UPS_1Z, False, ())
    assert "another alphabet" in str(read.problem())


@pytest.mark.parametrize(("text", "words"), [("1Z999", "5 characters"), ("1Z999AA1012345678!", "neither a letter")])
def test_a_broken_1z_says_what_is_wrong(text: str, words: str) -> None:
    """The message says which part of the structure fails."""
    assert words in str(check_tracking(text))


def test_a_long_text_is_not_echoed_whole() -> None:
    """A pasted page is cut in the message."""
    assert len(str(check_tracking("A" * 5000))) < 200


@pytest.mark.parametrize("body", ["", "12345", "1Z999AA101234567", "12345678901234É"])
def test_check_digits_need_their_exact_body(body: str) -> None:
    """The check digit of something else than a body is a programming fault."""
    with pytest.raises(ValueError, match="15 capitals"):
        ups_check_digit(body)
    with pytest.raises(ValueError, match="eight digits"):
        s10_check_digit(body)


def test_normalising_twice_changes_nothing() -> None:
    """Normal form is stable."""
    assert normalise(normalise(" 1z-999 ")) == "1Z999"
