"""The caller: a process of its own that keeps so many connections busy, one request on each at a time.

    python -m benchmarks.load < job.json > outcome.json

Plain sockets and one loop, because whatever it costs is taken from the same cores as the service.
"""

import itertools
import json
import select
import socket
import statistics
import sys
import time
from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from typing import Final

RECEIVE: Final = 65_536
GIVE_UP_SECONDS: Final = 30.0
END_OF_HEAD: Final = b"\r\n\r\n"
LENGTH: Final = b"content-length: "


@dataclass(frozen=True, slots=True)
class Job:
    """What to send. Each request takes the next of `bodies` and, where `keys` is not empty, a key of its own."""

    port: int
    method: str
    path: str
    token: str
    seconds: float
    connections: int
    bodies: list[str] = field(default_factory=list)
    keys: str = ""
    """What the idempotency keys of this run begin with."""
    rate: float = 0.0
    """Requests a second, whatever the answers take; 0: each connection sends when it has its answer."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came back: answers by status, seconds from the first request to the last answer, CPU seconds of ours."""

    statuses: dict[str, int]
    seconds: float
    cpu_seconds: float
    p50_ms: float
    p99_ms: float
    answered: dict[str, float] = field(default_factory=dict)
    """With a rate: when the answer about each id came, on the monotonic clock of the machine."""

    @property
    def requests(self) -> int:
        """All answers."""
        return sum(self.statuses.values())

    def of(self, status: int) -> int:
        """Answers with this status."""
        return self.statuses.get(str(status), 0)


def run_at_rate(job: Job) -> Outcome:
    """Send so many a second, each on a connection that waits for nothing; a late answer does not slow the next one."""
    requests = _requests(job)
    idle = [_connected(job.port) for _ in range(job.connections)]
    waiting: dict[int, socket.socket] = {}
    parts: dict[int, bytes] = {}
    statuses: Counter[str] = Counter()
    answered: dict[str, float] = {}
    poll = select.epoll()
    began = time.perf_counter()
    due = [began + number / job.rate for number in range(round(job.seconds * job.rate))]
    sent = 0
    while sent < len(due) or waiting:
        while sent < len(due) and due[sent] <= time.perf_counter() and idle:
            sock = idle.pop()
            poll.register(sock.fileno(), select.EPOLLIN)
            waiting[sock.fileno()] = sock
            sock.sendall(next(requests))
            sent += 1
        patience = max(0.0, due[sent] - time.perf_counter()) if sent < len(due) and idle else GIVE_UP_SECONDS
        for number, _ in poll.poll(patience):
            answer = parts.pop(number, b"") + waiting[number].recv(RECEIVE)
            if not _is_complete(answer):
                parts[number] = answer
                continue
            body = json.loads(answer[answer.index(END_OF_HEAD) :])
            answered[body.get("id", "")] = time.perf_counter()
            statuses[answer[9:12].decode()] += 1
            poll.unregister(number)
            idle.append(waiting.pop(number))
    return Outcome(dict(statuses), time.perf_counter() - began, time.process_time(), 0.0, 0.0, answered)


def run(job: Job) -> Outcome:
    """Send until the time is over, and wait for what is still on its way."""
    requests = _requests(job)
    sockets = {sock.fileno(): sock for sock in (_connected(job.port) for _ in range(job.connections))}
    poll = select.epoll()
    for number in sockets:
        poll.register(number, select.EPOLLIN)
    statuses: Counter[str] = Counter()
    latencies: deque[float] = deque(maxlen=200_000)
    sent: dict[int, float] = {}
    parts: dict[int, bytes] = {}
    began = time.perf_counter()
    cpu = time.process_time()
    end = began + job.seconds
    for number, sock in sockets.items():
        sent[number] = time.perf_counter()
        sock.sendall(next(requests))
    while sent:
        ready = poll.poll(GIVE_UP_SECONDS)
        if not ready:
            raise TimeoutError
        for number, _ in ready:
            answer = parts.pop(number, b"") + sockets[number].recv(RECEIVE)
            if not _is_complete(answer):
                parts[number] = answer
                continue
            now = time.perf_counter()
            latencies.append(now - sent.pop(number))
            statuses[answer[9:12].decode()] += 1
            if now < end:
                sent[number] = now
                sockets[number].sendall(next(requests))
    seconds = time.perf_counter() - began
    used = time.process_time() - cpu
    for sock in sockets.values():
        sock.close()
    ordered = statistics.quantiles(latencies, n=100) if len(latencies) > 1 else [0.0] * 99
    return Outcome(dict(statuses), seconds, used, ordered[49] * 1000, ordered[98] * 1000)


def _requests(job: Job) -> "itertools.chain[bytes]":
    head = (
        f"{job.method} {job.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {job.token}\r\n"
        f"Content-Type: application/json\r\n"
    ).encode()
    if not job.bodies:
        return itertools.chain.from_iterable(itertools.repeat([head + b"\r\n"]))
    told = [(b"Content-Length: %d\r\n" % len(body.encode()), b"\r\n" + body.encode()) for body in job.bodies]
    numbers = itertools.count()

    def each(length: bytes, body: bytes) -> bytes:
        key = b"Idempotency-Key: %s-%d\r\n" % (job.keys.encode(), next(numbers)) if job.keys else b""
        return b"".join((head, key, length, body))

    return itertools.chain.from_iterable([each(*one)] for one in itertools.cycle(told))


def _connected(port: int) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", port), timeout=GIVE_UP_SECONDS)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def _is_complete(answer: bytes) -> bool:
    if not answer:
        raise ConnectionError("the service closed the connection")
    head = answer.find(END_OF_HEAD)
    if head < 0:
        return False
    at = answer.find(LENGTH, 0, head + 2)
    if at < 0:
        raise ValueError("an answer without its length")
    length = int(answer[at + len(LENGTH) : answer.index(b"\r", at)])
    return len(answer) >= head + len(END_OF_HEAD) + length


if __name__ == "__main__":
    told = Job(**json.load(sys.stdin))
    json.dump(asdict(run_at_rate(told) if told.rate else run(told)), sys.stdout)
