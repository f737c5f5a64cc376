"""The order of the middleware round a service, and round the composition of several."""

from collections.abc import Callable
from functools import partial

from fastapi import FastAPI
from starlette.types import ASGIApp

from chassis.http.acting import Repeated, answer_repeat
from chassis.http.authentication import Authentication
from chassis.http.direct import Direct
from chassis.http.errors import SafetyNet, answer_problems
from chassis.http.limits import ConcurrencyLimit, Limits, TimeLimit
from chassis.http.observation import Observation
from chassis.http.operations import PATHS
from chassis.http.strict_json import StrictJson
from chassis.security.tokens import Verifier
from chassis.telemetry.logs import AccessLog
from chassis.telemetry.metrics import Metrics


def guard(
    app: FastAPI,
    verifier: Verifier,
    metrics: Metrics,
    *,
    limits: Limits | None = None,
    access: AccessLog | None = None,
) -> None:
    """Put a service behind its edge.

    From the outside in: observation, so that log and metrics know the status that left; the safety net; the cap on
    requests at once; the caller, before a byte of the body is read; the body, read once and strictly; the time limit,
    which begins when the body is there; the short way to plain routes.
    """
    limits = limits or Limits()
    answer_problems(app)
    app.add_exception_handler(Repeated, answer_repeat)
    app.router.redirect_slashes = False  # a redirect repeats the address, and an address may be anything
    # The last added is the outermost.
    app.add_middleware(Direct, of=app)
    app.add_middleware(TimeLimit, limits=limits)
    app.add_middleware(StrictJson, limits=limits)
    app.add_middleware(Authentication, verifier=verifier, metrics=metrics)
    app.add_middleware(ConcurrencyLimit, limits=limits, metrics=metrics, exempt=PATHS)
    app.add_middleware(SafetyNet)
    _observe(app, metrics, access)


def guard_composition(app: FastAPI, metrics: Metrics, *, access: AccessLog | None = None) -> None:
    """Let the application that services are mounted in answer in problems too; each service brings its own edge."""
    answer_problems(app)
    app.router.redirect_slashes = False
    app.add_middleware(SafetyNet)
    _observe(app, metrics, access)


def _observe(app: FastAPI, metrics: Metrics, access: AccessLog | None) -> None:
    """Put observation round everything, in the place of what FastAPI puts round our middleware.

    Its layers answer what nobody answered, which the safety net does, trace what nobody configured, and limit bodies,
    which `limits` does; each costs every request a microsecond.
    """
    app.add_middleware(Observation, metrics=metrics, access=access)
    app.build_middleware_stack = partial(_from_observation_on, app.build_middleware_stack)  # type: ignore[method-assign]


def _from_observation_on(build: Callable[[], ASGIApp]) -> ASGIApp:
    layer = build()
    while not isinstance(layer, Observation):
        layer = layer.app  # type: ignore[attr-defined] # as every middleware of Starlette names what is inside it
    return layer
