"""An answer leaves in one piece, a stream does not wait for its end, and closing comes behind what was written."""

import asyncio

from chassis.http.packets import ENOUGH, Gathering


class Wire(asyncio.Transport):
    """A transport that notes what reaches it."""

    def __init__(self) -> None:
        super().__init__()
        self.passed: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.passed.append(bytes(data))

    def close(self) -> None:
        self.passed.append(b"closed")

    def is_closing(self) -> bool:
        return self.passed[-1:] == [b"closed"]


async def test_what_is_written_in_one_turn_leaves_in_one_piece() -> None:
    wire = Wire()
    transport = Gathering(wire, asyncio.get_running_loop())
    transport.write(b"head ")
    transport.write(b"body")
    assert wire.passed == []
    await asyncio.sleep(0)
    assert wire.passed == [b"head body"]
    transport.write(b"next")
    await asyncio.sleep(0)
    assert wire.passed == [b"head body", b"next"]


async def test_much_is_not_held_back() -> None:
    wire = Wire()
    transport = Gathering(wire, asyncio.get_running_loop())
    transport.write(b"head")
    transport.write(b"x" * ENOUGH)
    assert wire.passed == [b"head" + b"x" * ENOUGH]
    await asyncio.sleep(0)
    assert len(wire.passed) == 1


async def test_closing_comes_behind_what_was_written() -> None:
    wire = Wire()
    transport = Gathering(wire, asyncio.get_running_loop())
    transport.write(b"last words")
    transport.close()
    assert wire.passed == [b"last words", b"closed"]
    await asyncio.sleep(0)
    assert wire.passed == [b"last words", b"closed"]
    assert transport.is_closing()
