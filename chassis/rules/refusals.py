"""What a rule says when it says no: the base of every refusal, and the kinds that the edges translate."""

from enum import StrEnum
from typing import ClassVar


class Kind(StrEnum):
    """How a refusal is answered; only the HTTP edge knows which status each one has."""

    CONFLICT = "conflict"
    FORBIDDEN = "forbidden"
    GONE = "gone"
    INVALID = "invalid"
    NOT_FOUND = "not_found"
    PRECONDITION_FAILED = "precondition_failed"
    PRECONDITION_REQUIRED = "precondition_required"
    UNAUTHENTICATED = "unauthenticated"


class Refusal(Exception):
    """A rule said no, and the caller is told which one.

    The texts are fixed and speak of the rule, never of a person: they leave the system. Arguments (ids) stay in the
    exception's own message, which only logs see. `field` names a field of the schema, never an input.
    """

    kind: ClassVar[Kind] = Kind.INVALID
    code: ClassVar[str] = "refused"
    zh: str = "请求被拒绝"
    en: str = "The request was refused."

    def __init__(self, *ids: object, field: str | None = None) -> None:
        super().__init__(*ids)
        self.field = field


class IllegalTransition(Refusal):
    """The act does not belong to the state that the case is in."""

    kind = Kind.CONFLICT
    code = "illegal_transition"
    zh = "当前状态下不能办理此事项"
    en = "This act is not possible in the present state."
