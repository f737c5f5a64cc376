"""What part of the country a transaction may see: the value behind row-level security.

A scope travels to PostgreSQL as the setting `ow.scope`. Policies compare it with the division of a row; a connection
without a scope sees nothing, so a forgotten scope is an empty answer and never a leak.
"""

from dataclasses import dataclass
from typing import Final, Self

LEVELS: Final = (2, 4, 6, 9, 12)
"""Significant digits of a division code: province, prefecture, county, township, village."""
CODE_LENGTH: Final = 12


class NotADivisionCode(ValueError):
    """Text that is no 12-digit division code."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A subtree of divisions, by the significant part of its root's code; `*` is the system itself."""

    value: str

    def __post_init__(self) -> None:
        """Let in digits, `*` and nothing at all: a scope is written into a statement as it stands."""
        if self.value and self.value != "*" and not (self.value.isascii() and self.value.isdigit()):
            raise NotADivisionCode

    @classmethod
    def of(cls, code: str) -> Self:
        """Scope of the subtree under a 12-digit code: `130926000000` gives `130926`.

        Levels end at 2, 4, 6, 9 and 12 digits, so that no prefix can cut a level in two.
        """
        if len(code) != CODE_LENGTH or not code.isascii() or not code.isdigit():
            raise NotADivisionCode
        for digits in LEVELS:
            if not code[digits:].strip("0") and code[:digits].strip("0"):
                return cls(code[:digits])
        raise NotADivisionCode

    def holds(self, code: str) -> bool:
        """Whether a division lies in this scope."""
        return self.value == "*" or code.startswith(self.value)


SYSTEM: Final = Scope("*")
"""For the bus, the clock and the command line, which act for no division."""


def visible(column: str = "division") -> str:
    """SQL condition of a policy: the row's division lies in the transaction's scope.

    `nullif` matters: once a SET LOCAL has ended the setting is an empty text, and every text starts with that.
    """
    setting = "current_setting('ow.scope', true)"
    return f"({setting} = '*' OR starts_with({column}, nullif({setting}, '')))"
