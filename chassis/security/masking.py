"""Masks: what of a personal value is shown to whoever has not stated a reason to see it."""

import re
import unicodedata
from typing import Final

HIDDEN: Final = "***"
LONG_PHONE: Final = 11
LONG_IDENTITY: Final = 15
SHORT_PHONE: Final = 7

DIVISION: Final = re.compile(
    r"(?:[^\W\d_住]{2,8}?(?:省|自治区))?"
    r"(?:[^\W\d_住]{1,10}?(?:自治州|地区|盟|市(?![场民政长])))?"
    r"(?:[^\W\d_住]{1,10}?(?:自治县|县|旗|(?<![小社园校厂])区|市(?![场民政长])))?"
    r"(?:[^\W\d_住]{1,6}?(?:街道|苏木|镇|乡(?![村亲下])))?"
)
"""The beginning of a written address, down to the township; only at its start, so that nothing else is taken for it."""


def mask_phone(phone: str) -> str:
    """`13812345678` becomes `138****5678`; of a shorter number the last two digits stay, of a very short one none."""
    if len(phone) >= LONG_PHONE:
        return f"{phone[:3]}****{phone[-4:]}"
    return f"****{phone[-2:]}" if len(phone) >= SHORT_PHONE else HIDDEN


def mask_identity(number: str) -> str:
    """Three characters of the region and the last two stay; birth date and serial number do not."""
    if len(number) < LONG_IDENTITY:
        return HIDDEN
    return f"{number[:3]}{'*' * (len(number) - 5)}{number[-2:]}"


def mask_name(name: str) -> str:
    """`王小明` becomes `王*`, whatever its length; of a name of one character nothing stays.

    A character stays with the marks and variation selectors that belong to it, or another would be shown; signs that
    only turn the direction of writing are left out.
    """
    text = "".join(character for character in name.strip() if unicodedata.category(character) != "Cf")
    end = 1
    while end < len(text) and _belongs(text[end]):
        end += 1
    return f"{text[:end]}*" if end < len(text) else "*"


def mask_address(address: str) -> str:
    """The divisions down to the township stay; village, street, number and everything else become `***`."""
    kept = DIVISION.match("".join(address.split()))
    return f"{kept[0] if kept else ''}{HIDDEN}"


def _belongs(character: str) -> bool:
    return unicodedata.category(character) in {"Mn", "Me", "Mc"}
