"""The issuer of a development run: its key lies in ONEWINDOW_HOME and whoever can read that may be anybody."""

import json
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Self
from uuid import UUID, uuid4

from joserfc import jwt
from joserfc.jwk import ECKey

from chassis.database.scope import NotADivisionCode, Scope
from chassis.rules.clock import Clock
from chassis.rules.refusals import Refusal
from chassis.security.files import create_once
from chassis.security.principals import SUBJECT, known_roles
from chassis.settings import DEVELOPMENT_ISSUER, ServiceSettings
from contracts.roles import Role

KEY_FILE: Final = Path("issuer") / "key.json"
LONGEST: Final = timedelta(days=30)
USUAL: Final = timedelta(hours=8)
"""A working day at the window."""


class UnknownRole(Refusal):
    """A token was asked for with a role that does not exist."""

    code = "unknown_role"

    def __init__(self) -> None:
        super().__init__(field="role")
        names = ", ".join(sorted(role.value for role in Role))
        self.zh = f"没有这个角色。可用角色：{names}"
        self.en = f"There is no such role. Roles: {names}"


class NotADivision(Refusal):
    """A token was asked for with something that is no 12-digit division code."""

    code = "not_a_division"
    zh = "行政区划代码应为12位数字，例如 130926100000"
    en = "A division code has 12 digits, for example 130926100000."


class LifetimeNotAllowed(Refusal):
    """A token was asked for that would be over at once, or live for more than 30 days."""

    code = "lifetime_not_allowed"
    zh = "令牌有效期应为1秒至30天"
    en = "A token lives for one second to 30 days."


class NotASubject(Refusal):
    """A token was asked for with a subject that is too long or holds more than visible ASCII characters."""

    code = "not_a_subject"
    zh = "令牌主体应为1至128个可见ASCII字符"
    en = "A subject has 1 to 128 visible ASCII characters."


class NoDevelopmentIssuer(Exception):
    """A production run was asked for a development token."""


class DevelopmentIssuer:
    """Mints tokens with a key that is made at first use, once, however many processes ask for it together."""

    def __init__(self, key: ECKey, *, audience: str, clock: Clock) -> None:
        self._key = key
        self._audience = audience
        self._clock = clock

    @classmethod
    def open(cls, settings: ServiceSettings, clock: Clock) -> Self:
        """The issuer of the run that the settings describe; raises NoDevelopmentIssuer in production."""
        return cls.at(settings.home, environment=settings.environment, audience=settings.audience, clock=clock)

    @classmethod
    def at(cls, home: Path, *, clock: Clock, environment: str = "development", audience: str = "onewindow") -> Self:
        """The issuer of the run whose data lie in `home`; raises NoDevelopmentIssuer in production."""
        if environment != "development":
            raise NoDevelopmentIssuer
        key = ECKey.import_key(json.loads(create_once(home / KEY_FILE, _new_key)))
        return cls(key, audience=audience, clock=clock)

    def mint(
        self,
        roles: str | Iterable[str],
        division: str,
        ttl: timedelta = USUAL,
        subject: str | None = None,
        organisation: UUID | None = None,
    ) -> str:
        """A bearer token (RFC 9068) for a subject, which without a name of its own is fixed by role and division.

        Raises UnknownRole, NotADivision, LifetimeNotAllowed and NotASubject.
        """
        names = {roles} if isinstance(roles, str) else set(roles)
        if not names or len(known_roles(names)) < len(names):
            raise UnknownRole
        try:
            Scope.of(division)
        except NotADivisionCode:
            raise NotADivision(field="division") from None
        if not timedelta(seconds=1) <= ttl <= LONGEST:
            raise LifetimeNotAllowed(field="ttl")
        subject = subject or f"{'+'.join(sorted(names)).lower()}@{division}"
        if not SUBJECT.fullmatch(subject):
            raise NotASubject(field="subject")
        issued = self._clock.now()
        claims: dict[str, Any] = {
            "iss": DEVELOPMENT_ISSUER,
            "aud": self._audience,
            "sub": subject,
            "client_id": "onewindow",
            "jti": str(uuid4()),
            "iat": int(issued.timestamp()),
            "exp": int((issued + ttl).timestamp()),
            "roles": sorted(names),
            "division": division,
        }
        if organisation is not None:
            claims["organisation"] = str(organisation)
        header = {"alg": "ES256", "typ": "at+jwt", "kid": self._key.kid}
        return jwt.encode(header, claims, self._key, algorithms=["ES256"])

    def jwks(self) -> dict[str, Any]:
        """The public half, as a key set that a verifier reads."""
        return {"keys": [self._key.as_dict(private=False, use="sig", alg="ES256")]}


def _new_key() -> bytes:
    key = ECKey.generate_key("P-256")
    return json.dumps(key.as_dict(private=True, kid=key.thumbprint())).encode()
