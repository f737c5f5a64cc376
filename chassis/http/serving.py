"""How uvicorn serves an application: what every run has in common, a test's and a benchmark's included."""

import contextlib
import gc
from collections.abc import Iterator
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp

from chassis.http.packets import OnePacket

COLLECT_AFTER: Final = (50_000, 20, 100)
"""How many new objects make Python look for cycles. A request makes hundreds and hardly any cycle: with the usual 700
a fifteenth of the time went into looking."""


class Server(uvicorn.Server):
    """uvicorn without its own signal handlers, which would end the process before the services have stopped."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to whoever runs the server."""
        yield


def server(app: ASGIApp, **more: Any) -> Server:  # noqa: ANN401 -- uvicorn's own options
    """A server for `app`, whose lifespan the caller runs; logging is the caller's too.

    From here on Python leaves alone what lives as long as the process.
    """
    config = uvicorn.Config(
        app,
        loop="none",
        http=OnePacket,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # nothing here asks where a caller sits
        server_header=False,
        **more,
    )
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    return Server(config)
