"""What a log line says of an exception: its class and where it happened, since its text may quote a row or an input."""

import re
from types import TracebackType
from typing import Any, Final

OURS: Final = ("chassis.", "contracts.", "onewindow.", "services.")
FRAMES: Final = 12
CAUSES: Final = 5
NAME: Final = re.compile(r"[A-Za-z0-9_]{1,63}", re.ASCII)


def described(error: BaseException) -> dict[str, Any]:
    """The exception, those behind it, and the places in our own code, the innermost first."""
    causes = [_class_of(cause) for cause in _behind(error)]
    description: dict[str, Any] = {"error": _class_of(error), "frames": frames(error.__traceback__)}
    if causes:
        description["causes"] = causes
    return description | _database_words(error)


def frames(traceback: TracebackType | None) -> list[str]:
    """Our own places on the way to the error, and the place of its raising whoever's that is; the innermost first."""
    places: list[str] = []
    while traceback is not None:
        module = str(traceback.tb_frame.f_globals.get("__name__", "?"))
        if module.startswith(OURS) or traceback.tb_next is None:
            places.append(f"{module}:{traceback.tb_lineno} {traceback.tb_frame.f_code.co_name}")
        traceback = traceback.tb_next
    return places[: -FRAMES - 1 : -1]


def _class_of(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _behind(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    waiting = [error]
    while waiting and len(found) <= CAUSES:
        one = waiting.pop(0)
        if one in found:
            continue
        found.append(one)
        if isinstance(one, BaseExceptionGroup):
            waiting.extend(one.exceptions)
        cause = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
        if cause is not None:
            waiting.append(cause)
    return found[1:]


def _database_words(error: BaseException) -> dict[str, str]:
    """What PostgreSQL calls the fault, and the constraint: names of ours, never the values it objects to."""
    words: dict[str, str] = {}
    for one in [error, *_behind(error)]:
        for key, attribute in (("sqlstate", "sqlstate"), ("constraint", "constraint_name")):
            value = getattr(one, attribute, None)
            if key not in words and isinstance(value, str) and NAME.fullmatch(value):
                words[key] = value
    return words
