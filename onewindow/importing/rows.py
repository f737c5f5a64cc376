"""What an import has to know of its rows: their columns, what each becomes, where it goes and what the answer means."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from onewindow.importing.reading import Reason

Item = dict[str, Any]
"""A row as the API takes it."""


class Outcome:
    """What became of a row that was sent: one of these two, or the reason why it was refused."""

    ADDED = "added"
    ALREADY_THERE = "already_there"


class Rows(Protocol):
    """A kind of file that can be imported."""

    kind: str
    """As in the command: `divisions`, `messages`."""
    columns: Sequence[str]
    path: str
    """Where a batch is posted, below the address of intake."""
    batch: int
    """Rows of a batch."""

    def item(self, cells: Mapping[str, str]) -> Item | Reason:
        """The row as the API takes it, or why it cannot be sent."""
        ...

    def outcome(self, answer: Mapping[str, Any]) -> str | Reason:
        """What one item of a batch's answer says."""
        ...

    def parameters(self) -> Mapping[str, str]:
        """What besides the file decides on the result; an import with others is another one."""
        ...


def reason_of(problem: Mapping[str, Any]) -> Reason:
    """The reason in a problem of the API: its code and words, and the fields it names."""
    errors = problem.get("errors") or []
    if errors:
        first = errors[0]
        text = f"{first['field']}: {first['zh']} {first['en']}"
        return Reason(str(first["code"]), text)
    words = (problem.get(name) for name in ("detail", "zh", "detail_en", "en"))
    return Reason(str(problem.get("code", "refused")), " ".join(str(word) for word in words if word))
