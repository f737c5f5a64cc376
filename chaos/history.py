"""What people asked for, how each call ended, what was acknowledged: the only truth that a check may use."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path


class End(StrEnum):
    """How one call ended for its caller."""

    OK = "ok"
    REFUSED = "refused"
    """A definite no: the state must not have changed."""
    CUT = "cut"
    """The caller hung up itself: whether it was done is unknown."""
    UNKNOWN = "unknown"
    """A failure of the server, a lost connection, no answer in time: as unknown as a cut call."""


class Act(StrEnum):
    """What people do with a case, each an idempotent command of its own."""

    REGISTER = "register"
    TO_MEDIATION = "to_mediation"
    TO_PETITION = "to_petition"
    SEEK_CONSENT = "seek_consent"
    CONSENT = "consent"
    REFUSE = "refuse"
    ACCEPT = "accept"


@dataclass(frozen=True, slots=True)
class Call:
    """One request and its end, in seconds of the run."""

    service: str
    act: Act
    began: float
    seconds: float
    end: End
    status: int
    """Of the answer; 0 where there was none."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A command that was answered with success."""

    act: Act
    service: str
    version: int
    receipt: str
    calls: int
    """How many it took; more than one means that the outcome was unknown for a while."""
    seconds: float
    """From the first call to the answer."""


@dataclass(slots=True)
class Case:
    """One case as the person who brought it knows it."""

    number: int
    id: str = ""
    acts: list[Acknowledged] = field(default_factory=list)

    def did(self, act: Act) -> int:
        """How often an act was acknowledged."""
        return sum(one.act is act for one in self.acts)


@dataclass(slots=True)
class Window:
    """The time of one fault, from the first blow until everything was in place again."""

    name: str
    began: float
    ended: float = 0.0
    served: frozenset[str] = frozenset()
    """Services whose callers must notice nothing of it."""

    def holds(self, call: Call) -> bool:
        """Whether the whole call lies in it."""
        return self.began <= call.began and call.began + call.seconds <= self.ended


class History:
    """Everything that people saw."""

    def __init__(self, file: Path) -> None:
        self.calls: list[Call] = []
        self.cases: list[Case] = []
        self.windows: list[Window] = []
        self.unresolved: list[str] = []
        """Commands whose outcome their caller never learned, and refusals of what is allowed."""
        self._began = time.monotonic()
        self._file = file.open("a", buffering=1)

    @property
    def now(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self._began

    def called(self, call: Call) -> None:
        """A call has ended."""
        self.calls.append(call)

    def acknowledged(self, case: Case, told: Acknowledged) -> None:
        """A command was answered with success; kept in a file too, so that a failed run can be looked into."""
        case.acts.append(told)
        self._file.write(json.dumps({"at": round(self.now, 3), "case": case.id, **asdict(told)}) + "\n")

    def close(self) -> None:
        """Nothing more is kept."""
        self._file.close()

    @contextmanager
    def window(self, name: str, *, served: frozenset[str] = frozenset()) -> Iterator[Window]:
        """The time of a fault."""
        window = Window(name, self.now, served=served)
        self.windows.append(window)
        try:
            yield window
        finally:
            window.ended = self.now

    def calls_in(self, window: Window) -> list[Call]:
        """Calls that lie in a window."""
        return [call for call in self.calls if window.holds(call)]
