"""What may never be stored is gone from the kept text; what may stay, stays."""

from __future__ import annotations

import pytest

from addin.logic.intake.redact import luhn, redact


@pytest.mark.parametrize(
    "card",
    [
        "4111111111111111",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111.1111.1111.1111",
        "4111\u00a01111\u20091111\u202f1111",
        "4111 - 1111 - 1111 - 1111",
        "41111111 11111111",
        "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
        "４１１１ １１１１ １１１１ １１１１",
        "4111\u200b1111\u200b1111\u200b1111",
        "378282246310005",
        "3782 822463 10005",
        "30569309025904",
        "6011000990139424",
    ],
)
def test_a_card_number_is_gone_however_it_is_written(card: str) -> None:
    """Separators, full-width digits and invisible characters do not hide a card number."""
    found = redact(f"please refund to {card} for her")
    assert found.text.startswith("please refund to [PAN ****")
    assert found.text.endswith("] for her")
    assert [item.type for item in found.redactions] == ["PAN"]


def test_an_order_number_beside_a_card_survives() -> None:
    """Only the card goes; the order number before it is needed."""
    found = redact("order 4102938496 4111 1111 1111 1111 thanks")
    assert found.text == "order 4102938496 [PAN ****1111] thanks"


@pytest.mark.parametrize(
    "text",
    [
        "orders 4102938475 4102938476 4102938477",
        "order 4102938490 778799",
        "1Z 999 AA1 01 2345 6784",
        "1Z9999990123456784",
        "call 020 7946 0000 or 07700 900123",
        "ean 4006381333931",
        "on 12/11/2026 at 10:30, 2 x 1250.00",
    ],
)
def test_numbers_that_are_no_cards_stay(text: str) -> None:
    """Orders, tracking numbers, telephone numbers, article codes and dates are kept."""
    assert redact(text).text == text


def test_expiry_and_code_go_with_the_card() -> None:
    """Named or standing beside the number, expiry date and security code are gone."""
    found = redact("card 4111111111111111 03/28 123, other card exp 04/29 cvv: 456")
    assert found.text == ("card [PAN ****1111] [REDACTED] [REDACTED], other card exp [REDACTED] cvv: [REDACTED]")
    assert [item.type for item in found.redactions] == ["PAN", "EXPIRY", "CVV", "EXPIRY", "CVV"]


def test_an_expiry_without_a_card_stays() -> None:
    """A hold that expires is no card's expiry."""
    assert redact("access point hold exp 03/11").text == "access point hold exp 03/11"


def test_bank_details_go() -> None:
    """An IBAN whose check holds, a named sort code and account number are gone."""
    found = redact("pay GB82 WEST 1234 5698 7654 32 or sort code 12-34-56 account no 12345678")
    assert found.text == "pay [IBAN ****5432] or sort code [REDACTED] account no [ACCOUNT ****5678]"


def test_luhn_knows_right_from_wrong() -> None:
    """One wrong digit is noticed."""
    assert luhn("4111111111111111")
    assert not luhn("4111111111111112")
