"""Identity numbers and phones: what is accepted, in which form, and that nothing refused is repeated."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.security.identity import (
    CHECK,
    WEIGHTS,
    IdentityNumberInvalid,
    PhoneInvalid,
    identity_number,
    normalised_phone,
    phone_number,
)

TODAY = date(2026, 3, 2)


def numbered(first: str) -> str:
    """The number with these 17 digits."""
    return first + CHECK[sum(int(digit) * weight for digit, weight in zip(first, WEIGHTS, strict=True)) % 11]


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_the_examples_of_the_standard_are_accepted(number: str) -> None:
    assert identity_number(number, TODAY) == number


@pytest.mark.parametrize("region", ["130926", "130929", "110000", "810000", "830000", "999999", "132927"])
@pytest.mark.parametrize("born", ["19491231", "19920229", "20000229", "20260302"])
def test_no_region_is_refused(region: str, born: str) -> None:
    """130926 (Suning) and 130929 (Xian) with births before 1993 are real, whatever a table of today's codes says."""
    number = numbered(f"{region}{born}001")
    assert identity_number(number, TODAY) == number


@pytest.mark.parametrize("text", ["11010519491231002x", " 110105 19491231 002X ", "110105１９４９１２３１００２Ｘ"])
def test_one_form_for_every_spelling(text: str) -> None:
    assert identity_number(text, TODAY) == "11010519491231002X"


@pytest.mark.parametrize(
    "number",
    [
        numbered("11010519490231001"),  # 31 February
        numbered("11010519010229001"),  # no leap year
        numbered("11010520260303001"),  # tomorrow
        numbered("11010518791231001"),
        numbered("01010519491231001"),
        "110105491231002",  # first generation
        "11010519491231002",
        "11010519491231002XX",
        "X1010519491231002X",
        "1101051949123100XX",
        "11010519491231002\u0416",
        "١١٠١٠٥١٩٤٩١٢٣١٠٠٢X",
        "",
    ],
)
def test_impossible_numbers_are_refused_without_being_repeated(number: str) -> None:
    with pytest.raises(IdentityNumberInvalid) as caught:
        identity_number(number, TODAY, field="parties[0].identity_number")
    assert caught.value.field == "parties[0].identity_number"
    assert not number or number not in f"{caught.value}{caught.value.zh}{caught.value.en}"


def test_every_wrong_check_character_is_found() -> None:
    for wrong in set("0123456789X") - {"X"}:
        with pytest.raises(IdentityNumberInvalid):
            identity_number(f"11010519491231002{wrong}", TODAY)


def test_every_changed_digit_and_exchanged_pair_is_found() -> None:
    """What ISO 7064 MOD 11-2 is for: no single slip of a clerk's finger passes."""
    number = numbered("13092619900101123")
    for place in range(17):
        for digit in set("0123456789") - {number[place]}:
            with pytest.raises(IdentityNumberInvalid):
                identity_number(number[:place] + digit + number[place + 1 :], TODAY)
        left, right = number[place], number[place + 1]
        if right not in (left, "X"):
            with pytest.raises(IdentityNumberInvalid):
                identity_number(number[:place] + right + left + number[place + 2 :], TODAY)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("13812345678", "13812345678"),
        ("+86 138-1234-5678", "13812345678"),
        ("86 13812345678", "13812345678"),
        ("0086-13812345678", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("138\u201312345678", "13812345678"),
        ("0317-5021234", "03175021234"),
        ("（0317）5021234", "03175021234"),
        ("+86 317 5021234", "03175021234"),
        ("010-12345678", "01012345678"),
        ("+86 10 12345678", "01012345678"),
        ("+852 9123 4567", "+85291234567"),
    ],
)
def test_one_form_for_every_spelling_of_a_phone(text: str, number: str) -> None:
    assert phone_number(text) == number
    assert normalised_phone(number) == number


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "5021234",
            "12812345678",
            "1381234567",
            "138123456789",
            "+86",
            "+8612345",
            "0317",
            "01112345678",
            "01012",
        ),
        *("3175021234", "1012345678", "+0123456789", "+1", "１３８", "一三八", "13812345678x", "+86+8613812345678"),
        "13812345678;13912345678",
    ],
)
def test_no_phone_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(PhoneInvalid) as caught:
        phone_number(text, field="parties[1].phone")
    assert caught.value.field == "parties[1].phone"
    assert not text or text not in f"{caught.value}{caught.value.zh}{caught.value.en}"


@given(st.text(max_size=40) | st.text("0123456789+- ()（）", max_size=24))
@settings(deadline=None)
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = normalised_phone(text)
    assert once is None or normalised_phone(once) == once
