"""Identity numbers and phone numbers of citizens: what is well formed, and the one way in which each is written."""

import re
import unicodedata
from datetime import date
from operator import mul
from typing import Final

from chassis.rules.refusals import Refusal

IDENTITY: Final = re.compile(r"[1-9]\d{16}[\dX]", re.ASCII)
WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ZERO: Final = ord("0") * sum(WEIGHTS)
"""What the weighted sum of the characters is greater than that of the digits."""
CHECK: Final = "10X98765432"
FIRST_BIRTH: Final = date(1880, 1, 1)

MOBILE: Final = re.compile(r"1[3-9]\d{9}", re.ASCII)
LANDLINE: Final = re.compile(r"0(?:10|2\d)\d{8}|0[3-9]\d{2}\d{7,8}", re.ASCII)
FOREIGN: Final = re.compile(r"\+(?!86)[1-9]\d{6,14}", re.ASCII)
COUNTRY: Final = re.compile(r"(?:\+|00)86(?=\d{10,12}$)|86(?=1\d{10}$)", re.ASCII)
SEPARATORS: Final = re.compile(r"[\s\-()‐‑‒–—−]")


class IdentityNumberInvalid(Refusal):
    """The citizen identity number has a wrong form, birth date or check character (GB 11643)."""

    code = "identity_number_invalid"
    zh = "公民身份号码有误，请核对"
    en = "The citizen identity number is not correct; please check it."


class PhoneInvalid(Refusal):
    """The phone number is neither a mobile number nor a landline with its area code."""

    code = "phone_invalid"
    zh = "电话号码有误：请填写手机号码，或带区号的固定电话"
    en = "Give a mobile number, or a landline with its area code."


def identity_number(text: str, today: date, field: str = "identity_number") -> str:
    """The number in its one form, 18 characters with a capital X; raises IdentityNumberInvalid.

    The region is not looked at: divisions are merged and renamed, and the number keeps the code of its day. Numbers of
    15 digits (first generation) ended in 2013.
    """
    number = text
    if not IDENTITY.fullmatch(number):
        number = normalised_identity(text)
        if not IDENTITY.fullmatch(number):
            raise IdentityNumberInvalid(field=field)
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise IdentityNumberInvalid(field=field) from None
    total = sum(map(mul, WEIGHTS, number[:17].encode())) - ZERO
    if not FIRST_BIRTH <= born <= today or CHECK[total % 11] != number[17]:
        raise IdentityNumberInvalid(field=field)
    return number


def phone_number(text: str, field: str = "phone") -> str:
    """The number in its one form: national digits, or `+` and digits of another country; raises PhoneInvalid."""
    number = normalised_phone(text)
    if number is None:
        raise PhoneInvalid(field=field)
    return number


def normalised_identity(text: str) -> str:
    """Half-width, without spaces and with a capital X; not checked."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def normalised_phone(text: str) -> str | None:
    """The number in its one form, or None for what is no number."""
    if MOBILE.fullmatch(text):  # as nearly every one is written
        return text
    digits, abroad = COUNTRY.subn("", SEPARATORS.sub("", unicodedata.normalize("NFKC", text)), count=1)
    if MOBILE.fullmatch(digits) or LANDLINE.fullmatch(digits) or FOREIGN.fullmatch(digits):
        return digits
    trunk = f"0{digits}"  # behind +86 the area code has no leading zero
    return trunk if abroad and LANDLINE.fullmatch(trunk) else None
