"""Address change, for every address: accepted, or refused with a reason that is true of it."""

from __future__ import annotations

from cases_kit import ctx, open_, press
from hypothesis import given, settings
from hypothesis import strategies as st

from addin.logic.address_terms import is_po_box, masked, names_premises, same_address
from addin.logic.cases.address import CASE
from addin.logic.postcode import read_postcode

FIRST, SECOND, INWARD = "ABCDEFGHIJKLMNOPRSTUWYZ", "ABCDEFGHKLMNOPQRSTUVWXY", "ABDEFGHJLNPQRSTUWXYZ"
NAMES = st.sampled_from(["Larch", "Alder", "Oak Hill", "St Mary's", "Upper Mill", "Boxley", "The Old", "Llan-y-Mor"])
STREETS = st.sampled_from(["Road", "Street", "Lane", "Close", "Square", "Mews", "Hill", "Way", "Parade"])
TOWNS = st.sampled_from(["London", "Leeds", "Box, Corsham", "Bath", "Newcastle upon Tyne", "Llanfair", "Glasgow"])
CALL = {
    "contact_number_source": "On file", "spoken_to": "Ms R. Ferro", "callback_at": "23/11/2026 09:50",
    "callback_result": "Confirmed", "phone_on_file": "020 7946 0018",
}  # fmt: skip


@st.composite
def postcodes(draw: st.DrawFn) -> str:
    area = draw(st.sampled_from(FIRST)) + draw(st.sampled_from(["", *SECOND]))
    last = draw(st.sampled_from("ABEHMNPRVWXY" if len(area) == 2 else "ABCDEFGHJKPSTUW"))
    digits = st.one_of(st.integers(0, 99).map(str), st.integers(0, 9).map(lambda digit: f"{digit}{last}"))
    number = draw(digits)
    inward = f"{draw(st.integers(0, 9))}{draw(st.sampled_from(INWARD))}{draw(st.sampled_from(INWARD))}"
    return draw(st.sampled_from([f"{area}{number} {inward}", f"{area}{number}{inward}".lower()]))


@st.composite
def houses(draw: st.DrawFn) -> str:
    number = st.integers(1, 999).map(str)
    return draw(
        st.one_of(
            number,
            number.map(lambda n: f"Flat {n}, {n}"),
            number.map(lambda n: f"{n}a"),
            NAMES.map(lambda name: f"{name} Cottage,"),
            NAMES.map(lambda name: f"{name} House,"),
            NAMES.map(lambda name: f"{name} Trading Ltd,"),
        )
    )


@st.composite
def addresses(draw: st.DrawFn) -> str:
    comma = draw(st.sampled_from([", ", "\n"]))
    return f"{draw(houses())} {draw(NAMES)} {draw(STREETS)}{comma}{draw(TOWNS)}"


@given(address=addresses(), postcode=postcodes())
@settings(max_examples=300, deadline=None)
def test_complete_british_address_is_accepted_unless_it_lies_outside_the_kingdom(address: str, postcode: str) -> None:
    """Every house with a well-formed postcode can be verified; a Crown dependency is another country."""
    case = open_(CASE, **{**CASE.sample, "address_new": address, "postcode": postcode})
    decision = press(CASE, case, "verify", ctx(), **CALL)
    codes = {problem.code for problem in decision.problems}
    place = read_postcode(postcode)
    assert place.ok
    if place.is_export:
        assert codes == {"ADR-05"}
    elif place.area == "BF":
        assert codes <= {"ADR-07"}
    else:
        assert decision.ok, (address, postcode, codes)


@given(street=NAMES, kind=STREETS, town=st.sampled_from(["London", "Leeds", "Bath"]))
def test_street_without_a_house_is_never_complete(street: str, kind: str, town: str) -> None:
    """A street and a town are no address."""
    assert not names_premises(f"{street} {kind}, {town}")


@given(address=addresses(), postcode=postcodes())
def test_address_equals_itself_however_it_is_typed(address: str, postcode: str) -> None:
    """Capitals, line ends and the space of the postcode make no new address."""
    again = address.upper().replace(", ", "\n")
    assert same_address(address, postcode, again, postcode.lower().replace(" ", ""))


@given(text=st.text(max_size=60), postcode=st.text(max_size=10))
def test_no_text_breaks_the_reading_of_addresses(text: str, postcode: str) -> None:
    """Whatever is pasted is read; the masked form never holds a whole word of more than one letter."""
    names_premises(text)
    is_po_box(text)
    shown = masked(text, postcode).rpartition(",")[0] or masked(text, postcode)
    assert all(len(word) <= 1 or word.endswith("*") for word in shown.split() if read_postcode(postcode).outward == "")
