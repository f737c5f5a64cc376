"""What a code table is: an enumeration whose members carry a Chinese and an English label."""

from enum import StrEnum
from typing import NamedTuple, Self


class Label(NamedTuple):
    """How a code is shown to people."""

    zh: str
    en: str


class Code(StrEnum):
    """One code of a table; it compares, stores and travels as its text.

    A member is written `NAME = "NAME", "中文", "English"`. The text of a code never changes and is never given
    another meaning; a table may grow, so an outside reader treats a code it does not know as unknown, not as an error.
    """

    _value_: str
    label: Label

    def __new__(cls, value: str, zh: str = "", en: str = "") -> Self:
        """Make the member; the defaults only let a type checker accept the lookup by text, `Tier("VILLAGE")`."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = Label(zh, en)
        return member

    @property
    def zh(self) -> str:
        """The Chinese label."""
        return self.label.zh

    @property
    def en(self) -> str:
        """The English label."""
        return self.label.en
