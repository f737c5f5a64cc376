"""Rows of a list of divisions, code,name,parent_code,level, as the public lists have them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from onewindow.importing.reading import Reason
from onewindow.importing.rows import Item, Outcome, reason_of

CODE_LENGTH: Final = 12
LEVELS: Final = frozenset({"province", "prefecture", "county", "township", "village"})
BAD_CODE: Final = Reason("code_malformed", "区划代码应为12位数字 a code has 12 digits")
BAD_LEVEL: Final = Reason("level_unknown", f"级别应为其中之一 a level is one of {', '.join(sorted(LEVELS))}")
CONFLICT: Final = "division_conflict"
STATUSES: Final = {"recorded": Outcome.ADDED, "unchanged": Outcome.ALREADY_THERE}


class DivisionRows:
    """Divisions for the directory; of a code that comes again with another level the first is kept, the rest listed."""

    kind = "divisions"
    columns: Sequence[str] = ("code", "name", "parent_code", "level")
    path = "/v1/divisions/batch"
    batch = 500

    def item(self, cells: Mapping[str, str]) -> Item | Reason:
        """The division as the directory takes it."""
        codes = [cells["code"], *([cells["parent_code"]] if cells["parent_code"] else [])]
        if not all(len(code) == CODE_LENGTH and code.isascii() and code.isdigit() for code in codes):
            return BAD_CODE
        if cells["level"] not in LEVELS:
            return BAD_LEVEL
        return {
            "code": cells["code"],
            "name": cells["name"],
            "parent_code": cells["parent_code"] or None,
            "level": cells["level"].upper(),
        }

    def outcome(self, answer: Mapping[str, Any]) -> str | Reason:
        """Recorded, unchanged, a repeat of another level, or refused."""
        told = STATUSES.get(answer["status"])
        if told is not None:
            return told
        reason = reason_of(answer.get("problem") or {})
        return replace(reason, repeats=True) if reason.code == CONFLICT else reason

    def parameters(self) -> Mapping[str, str]:
        """None."""
        return {}
