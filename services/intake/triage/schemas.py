"""Bodies of requests of triage."""

from pydantic import Field

from chassis.http.bodies import Body, Id
from contracts.codes import Route, RoutingReason, Tier


class RoutingRequest(Body):
    """Where a case goes, at which tier, and why."""

    route: Route
    tier: Tier = Field(description="level that has the case from now on")
    organisation_id: Id | None = Field(default=None, description="who receives it; null: the service chooses")
    reason_code: RoutingReason
