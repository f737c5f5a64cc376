"""Who is calling: what a token says once it has been verified, and what follows from it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from uuid import UUID

from chassis.database.scope import Scope
from contracts.roles import Role, permissions_of

SUBJECT: Final = re.compile(r"[\x21-\x7e]{1,128}", re.ASCII)
"""A subject is an opaque name from the issuer, never a person's: it stands in every journal entry."""
_ROLES: Final = {role.value: role for role in Role}


@dataclass(frozen=True)
class Principal:
    """A verified caller.

    `division` is a 12-digit code; the caller's jurisdiction (管辖) is that division with everything below it.
    """

    subject: str
    roles: frozenset[str]
    division: str
    organisation: UUID | None = None

    @cached_property
    def scope(self) -> Scope:
        """The jurisdiction as row-level security knows it."""
        return Scope.of(self.division)

    @property
    def key(self) -> str:
        """What idempotency keys are scoped to: the subject, since one person repeats a request, whatever the role."""
        return self.subject

    @cached_property
    def permissions(self) -> frozenset[str]:
        """Everything that the roles allow together."""
        return permissions_of(self.roles)

    def permits(self, permission: str) -> bool:
        """Whether one of the roles has the permission, `service.noun.verb`."""
        return permission in self.permissions


def known_roles(names: Iterable[str]) -> frozenset[Role]:
    """Those of the names that are roles."""
    return frozenset(_ROLES[name] for name in names if name in _ROLES)
