"""Why a deadline cannot be counted: every refusal of the counting rules, by the code that callers see."""

from chassis.rules.refusals import Refusal
from contracts.clocks import NotClock


class UnknownRule(Refusal):
    """No clock has this id."""

    code = "unknown_rule"
    zh = "没有这个期限规则，可用 onewindow deadline rules 查看全部规则"
    en = "There is no such rule; `onewindow deadline rules` lists them all."


class NotAClock(Refusal):
    """The id names a step, an alarm or a date given by somebody else; the texts say what to do instead."""

    code = "not_a_clock"
    zh = "该项不是可计算的期限"
    en = "This is not a clock."

    def __init__(self, instead: NotClock) -> None:
        super().__init__(instead.id, field="rule")
        self.zh = f"该项不是可计算的期限：{instead.zh}"
        self.en = f"This is not a clock. {instead.en}"


class StartWithoutOffset(Refusal):
    """A start without an offset could be any of two days."""

    code = "start_without_offset"
    zh = "起算时刻缺少时区偏移，请写明如 +08:00 或 Z"
    en = "The start has no offset; give one, such as +08:00 or Z."


class PauseWithoutOffset(Refusal):
    """The beginning or the end of a pause has no offset."""

    code = "pause_without_offset"
    zh = "中止时刻缺少时区偏移，请写明如 +08:00 或 Z"
    en = "An instant of a pause has no offset; give one, such as +08:00 or Z."


class InstantNotValid(Refusal):
    """The text is no RFC 3339 instant, or the calendar has no such moment."""

    code = "instant_not_valid"
    zh = "时刻格式不正确，应为 RFC 3339，例如 2024-12-30T23:59:59+08:00"
    en = "Not an instant of RFC 3339, such as 2024-12-30T23:59:59+08:00."


class DateOutOfRange(Refusal):
    """The count leaves the years that a date can have."""

    code = "date_out_of_range"
    zh = "计算超出可表示的日期范围"
    en = "The count leaves the range of dates."


class PauseNotValid(Refusal):
    """The text of a pause is not FROM..TO."""

    code = "pause_not_valid"
    zh = "中止期间格式不正确，应为 起..止，未结束写作 起.."
    en = "A pause is FROM..TO, or FROM.. while it is open."


class PauseEndsBeforeItBegins(Refusal):
    """A pause must last: an end before or equal to its beginning is refused."""

    code = "pause_ends_before_it_begins"
    zh = "中止的结束时刻必须晚于开始时刻"
    en = "A pause has to end after it begins."


class ExtensionNotAllowed(Refusal):
    """This clock has no extension, or the days are not at least one."""

    code = "extension_not_allowed"
    zh = "该期限不能这样延长：规则不允许延长，或延长天数小于1"
    en = "Not allowed: the rule has no extension, or the extension is shorter than a day."


class ExtensionOverLimit(Refusal):
    """Longer than the law allows, or a second time where once is all."""

    code = "extension_over_limit"
    zh = "延长超过法定限度：天数过多，或已经延长过"
    en = "Over the limit: too many days, or extended before."


class ExtensionTooLate(Refusal):
    """The clock had ended when the extension was recorded."""

    code = "extension_too_late"
    zh = "期限已届满，不能再延长"
    en = "The clock has ended; it cannot be extended any more."


class ExtensionNotANumber(Refusal):
    """The days of an extension are not a whole number."""

    code = "extension_not_a_number"
    zh = "延长天数应为整数"
    en = "The days of an extension have to be a whole number."


class CalendarMissing(Refusal):
    """The count looks at a year that the working-day calendar does not have."""

    code = "calendar_missing"
    zh = "工作日历没有所需年份的数据"
    en = "The working-day calendar has no data for a year that is needed."
