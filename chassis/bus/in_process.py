"""The bus inside one process: publishing is handing over, and it returns only when every group has committed."""

import asyncio
import contextlib
from collections.abc import Collection, Sequence

from chassis.bus.protocol import Deliver, Record, Unavailable

PATIENCE_SECONDS = 1.0
"""How long a publisher waits for a group that is known but absent, before it is told to come back."""
STOP_SECONDS = 5.0
"""How long a stopping group may take over the records it has in hand."""


class _Group:
    """A receiver. Once known it is waited for, present or not: an absent group must not lose what is published."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.topics: frozenset[str] | None = None  # None: named in advance, has not said yet what it takes
        self.present = asyncio.Event()
        self._deliver: Deliver | None = None
        self._turn = asyncio.Lock()
        self._delivery: asyncio.Future[None] | None = None

    def takes(self, topic: str) -> bool:
        return self.topics is None or topic in self.topics

    def enter(self, topics: Collection[str], deliver: Deliver) -> None:
        if self._deliver is not None:
            raise ValueError(f"group {self.name} is subscribed already")
        self.topics = frozenset(topics)
        self._deliver = deliver
        self.present.set()

    async def take(self, records: Sequence[Record]) -> None:
        async with self._turn:
            if self._deliver is None:
                raise Unavailable(f"group {self.name} has left")
            self._delivery = asyncio.ensure_future(self._deliver(records))
            try:
                await self._delivery
            except asyncio.CancelledError:
                if self._deliver is None:  # it was the group that gave up, not the publisher
                    raise Unavailable(f"group {self.name} has left") from None
                raise
            finally:
                self._delivery.cancel()
                self._delivery = None

    async def leave(self) -> None:
        self._deliver = None
        self.present.clear()
        if self._delivery is not None:
            await asyncio.wait([self._delivery], timeout=STOP_SECONDS)
        if self._delivery is not None:
            self._delivery.cancel()
            with contextlib.suppress(asyncio.TimeoutError):
                async with asyncio.timeout(STOP_SECONDS), self._turn:
                    pass


class _Place:
    def __init__(self, group: _Group) -> None:
        self._group = group

    async def stop(self) -> None:
        await self._group.leave()


class InProcessBus:
    """Hands each batch to every group subscribed to its topics; groups work side by side, each one in order.

    Nothing is stored here. What is not yet applied everywhere still has its pointer in the sender's outbox, so a crash
    loses nothing: the relay hands the batch over again and the inboxes absorb what had arrived.
    """

    def __init__(self) -> None:
        self._groups: dict[str, _Group] = {}
        self._closed = False

    def expect(self, groups: Collection[str]) -> None:
        """Name groups before they subscribe: until they have, nothing can be published past them."""
        for name in groups:
            self._groups.setdefault(name, _Group(name))

    async def publish(self, records: Sequence[Record]) -> None:
        """Return when every subscribed group has committed; raise Unavailable when a known group is absent."""
        if self._closed:
            raise Unavailable("the bus is closed")
        topics = {record.topic for record in records}
        await self._all_present([group for group in self._groups.values() if any(map(group.takes, topics))])
        receivers = [
            (group, part)
            for group in self._groups.values()
            if (part := [record for record in records if group.takes(record.topic)])
        ]
        # Every group finishes its turn before an error is reported: one that fails does not interrupt the others.
        outcomes = await asyncio.gather(*(group.take(part) for group, part in receivers), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    async def _all_present(self, groups: Sequence[_Group]) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                for group in groups:
                    await group.present.wait()
        except TimeoutError:
            absent = ", ".join(group.name for group in groups if not group.present.is_set())
            raise Unavailable(f"not subscribed: {absent}") from None

    async def subscribe(self, group: str, topics: Collection[str], deliver: Deliver) -> _Place:
        """Put `group` in its place; one subscriber a group, since there is only one process."""
        if self._closed:
            raise Unavailable("the bus is closed")
        member = self._groups.setdefault(group, _Group(group))
        member.enter(topics, deliver)
        return _Place(member)

    async def close(self) -> None:
        """Let every group finish what it has in hand, and take nothing more."""
        self._closed = True
        for group in self._groups.values():
            await group.leave()
