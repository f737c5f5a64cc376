"""Extensions: whether a clock may be lengthened, and by how many days in all."""

from collections.abc import Sequence
from datetime import datetime

from chassis.rules.deadline_refusals import ExtensionNotAllowed, ExtensionOverLimit, ExtensionTooLate
from contracts.clocks import Clock


def granted(clock: Clock, extensions: Sequence[int]) -> int:
    """The days granted in all, in the day unit of the clock; 0 when nothing was asked for.

    XF§34: once, 1 to 30 days, by the head of the organ. Agreed ones are added up, each at least a day.
    """
    if not extensions:
        return 0
    policy = clock.extension
    if policy is None or min(extensions) < 1:
        raise ExtensionNotAllowed(field="extension_days")
    if policy.once and len(extensions) > 1:
        raise ExtensionOverLimit(field="extension_days")
    if policy.most is not None and max(extensions) > policy.most:
        raise ExtensionOverLimit(field="extension_days")
    return sum(extensions)


def must_be_in_time(due_at: datetime | None, recorded_at: datetime) -> None:
    """Refuse an extension recorded when the clock had already ended; an open pause (no `due_at`) never has."""
    if due_at is not None and recorded_at >= due_at:
        raise ExtensionTooLate(field="extension_days")
