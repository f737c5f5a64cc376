"""Small phrases of the explanations: days, ranges, lists and ordinals."""

from collections.abc import Iterable
from datetime import date
from typing import Final

_TEENS: Final = range(11, 14)
_SUFFIX: Final = {1: "st", 2: "nd", 3: "rd"}
_WEEKDAYS: Final = "一二三四五六日"


def day_words(day: date) -> str:
    """Such as 4月30日."""
    return f"{day.month}月{day.day}日"


def range_words(first: date, last: date) -> str:
    """Such as 1月28日至2月4日; a single day stands alone."""
    return day_words(first) if first == last else f"{day_words(first)}至{day_words(last)}"


def weekday_words(day: date) -> str:
    """Such as 周六 10月16日."""
    return f"周{_WEEKDAYS[day.weekday()]} {day_words(day)}"


def list_words(items: Iterable[str]) -> str:
    """A Chinese enumeration."""
    return "、".join(items)


def ordinal(n: int) -> str:
    """Such as 1st, 12th, 22nd."""
    return f"{n}{'th' if n % 100 in _TEENS else _SUFFIX.get(n % 10, 'th')}"
