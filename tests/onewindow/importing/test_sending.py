"""Batches over HTTP against a server that is away, slow, forgetful or another one."""

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from onewindow.importing import sending
from onewindow.importing.sending import NotAllowed, Sender, ServerAway, Unfit

Answer = Callable[[int, dict[str, Any], str], tuple[int, object]]
"""From the number of the request, its body and its token to status and body of the answer."""


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """A server on loopback that answers as told."""
    requests: list[int] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            requests.append(len(requests))
            status, content = answer(requests[-1], body, self.headers["authorization"])
            data = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_arguments: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(sending, "LONGEST_PAUSE", 0.01)


def fine(body: dict[str, Any]) -> dict[str, Any]:
    return {"items": [{"status": "recorded"} for _ in body["items"]]}


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429, 408])
def test_a_server_in_trouble_is_asked_again_and_said_to_be_away(status: int) -> None:
    told = []
    with (
        serving(lambda number, body, _: (200, fine(body)) if number == 3 else (status, {})) as url,
        Sender(url, lambda: "t", patience=30, waiting=lambda: told.append(1)) as sender,
    ):
        assert sender.post("/x", [{"a": 1}]) == [{"status": "recorded"}]
    assert len(told) == 3


def test_a_server_that_stays_away_is_given_up_after_the_patience() -> None:
    with Sender("http://127.0.0.1:9", lambda: "t", patience=0.05) as sender, pytest.raises(ServerAway):
        sender.post("/x", [{"a": 1}])


def test_a_token_that_ran_out_is_replaced_once() -> None:
    tokens = iter(["old", "new", "newer"])
    with (
        serving(lambda _, body, token: (200, fine(body)) if token == "Bearer new" else (401, {"detail": "no"})) as url,
        Sender(url, lambda: next(tokens), patience=5) as sender,
    ):
        assert sender.post("/x", [{}])
    with (
        serving(lambda _, __, ___: (401, {"detail": "不行", "detail_en": "no"})) as url,
        Sender(url, lambda: "bad", patience=5) as sender,
        pytest.raises(NotAllowed, match="401 不行 no"),
    ):
        sender.post("/x", [{}])


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_batch_that_is_refused_as_a_whole_is_unfit(status: int) -> None:
    with (
        serving(lambda _, __, ___: (status, {"code": "c"})) as url,
        Sender(url, lambda: "t", patience=5) as sender,
        pytest.raises(Unfit) as unfit,
    ):
        sender.post("/x", [{}])
    assert unfit.value.problem == {"code": "c"}


def test_a_batch_that_takes_too_long_is_unfit_while_it_can_be_halved() -> None:
    with (
        serving(lambda number, body, _: (503, {"code": "timed_out"}) if number < 2 else (200, fine(body))) as url,
        Sender(url, lambda: "t", patience=30) as sender,
    ):
        with pytest.raises(Unfit):
            sender.post("/x", [{}, {}])
        assert sender.post("/x", [{}])


@pytest.mark.parametrize("answer", [(403, {"detail": "无权"}), (404, {}), (200, {"items": []}), (302, {})])
def test_another_server_or_another_role_is_said(answer: tuple[int, object]) -> None:
    with (
        serving(lambda _, __, ___: answer) as url,
        Sender(url, lambda: "t", patience=5) as sender,
        pytest.raises(NotAllowed),
    ):
        sender.post("/x", [{}])
