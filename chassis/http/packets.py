"""One packet an answer: uvicorn writes head and body apart, which costs the caller's machine a wake-up for each."""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

ENOUGH: Final = 65_536
"""Bytes that are not held back any longer; a stream must not gather in memory."""


class Gathering:
    """A transport that passes on, at the end of the loop's turn, what was written in it."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self.is_closing = transport.is_closing  # asked at every answer
        self._parts: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> None:
        """Hold the bytes back until the turn ends, or until there are enough of them."""
        if not self._parts:
            self._loop.call_soon(self._pass_on)
        self._parts.append(data)
        self._size += len(data)
        if self._size >= ENOUGH:
            self._pass_on()

    def close(self) -> None:
        """Close behind what was written."""
        self._pass_on()
        self._transport.close()

    def _pass_on(self) -> None:
        if self._parts:
            data = b"".join(self._parts)
            self._parts.clear()
            self._size = 0
            self._transport.write(data)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- everything else is the transport's own
        return getattr(self._transport, name)


class OnePacket(HttpToolsProtocol):
    """uvicorn's protocol on a gathering transport."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Begin a connection."""
        super().connection_made(Gathering(transport, self.loop))  # type: ignore[arg-type] # it does what one does
