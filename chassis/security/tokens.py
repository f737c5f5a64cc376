"""Judging bearer tokens: what must hold before a token speaks for somebody, and a short memory of good ones."""

import json
import re
import warnings
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final, NamedTuple, Self
from uuid import UUID

from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError, SecurityWarning
from joserfc.jwt import JWTClaimsRegistry

from chassis.database.scope import NotADivisionCode, Scope
from chassis.rules.clock import Clock
from chassis.rules.refusals import Kind, Refusal
from chassis.security.issuer import DevelopmentIssuer
from chassis.security.jwks import FileJwks, HttpJwks, InlineJwks, JwksSource, KeyCache
from chassis.security.principals import SUBJECT, Principal, known_roles
from chassis.settings import ServiceSettings

TOKEN_BYTES: Final = 8192
CACHE_ENTRIES: Final = 10_000
CACHE_TIME: Final = timedelta(seconds=60)
"""How long a good token is believed without checking it again, and so how long a withdrawn key may still work."""
TYPES: Final = frozenset({"at+jwt", "application/at+jwt"})
"""Access tokens only (RFC 9068): an identity token is for whom it was made, and opens nothing here."""
HEADER: Final = frozenset({"alg", "typ", "kid"})
"""All that a header may hold. Keys and addresses of keys inside a token are the token's word for itself."""
KEY_ID: Final = re.compile(r"[A-Za-z0-9._~=+-]{1,128}", re.ASCII)
ROLES_LIMIT: Final = 32
LATEST: Final = 2**53
"""Beyond it an expiry is no instant that a clock could reach or a float hold."""


class TokenRefused(Refusal):
    """The token speaks for nobody.

    Every caller gets the same answer; `reason` is a word of a closed set, for the log.
    """

    kind = Kind.UNAUTHENTICATED
    code = "unauthenticated"
    zh = "请先登录：缺少有效的访问令牌"
    en = "A valid access token is needed."

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Verdict(NamedTuple):
    """A good token, remembered."""

    principal: Principal
    until: float


class Verifier:
    """Judges tokens of one issuer for one audience."""

    def __init__(
        self,
        source: JwksSource,
        *,
        issuer: str,
        audience: str,
        clock: Clock,
        algorithms: frozenset[str] = frozenset({"ES256"}),
        leeway_seconds: int = 30,
    ) -> None:
        self._clock = clock
        self._keys = KeyCache(source, algorithms, clock)
        self._algorithms = sorted(algorithms)
        self._claims = JWTClaimsRegistry(
            now=self._now,
            leeway=leeway_seconds,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        self._verdicts: dict[bytes, Verdict] = {}
        self._generation = 0

    @classmethod
    def for_service(cls, settings: ServiceSettings, clock: Clock) -> Self:
        """The verifier that the settings describe; without configured keys those of the run's development issuer."""
        return cls(
            _source(settings, clock),
            issuer=settings.issuer,
            audience=settings.audience,
            clock=clock,
            algorithms=settings.algorithms,
            leeway_seconds=settings.leeway_seconds,
        )

    def cached(self, token: str) -> Principal | None:
        """The caller, if this very token was found good within the last minute; no signature is checked."""
        if self._generation != self._keys.generation:  # a key was withdrawn: what it signed is to be judged again
            self._verdicts.clear()
            self._generation = self._keys.generation
        verdict = self._verdicts.get(_digest(token))
        if verdict is None or self._clock.now().timestamp() >= verdict.until:
            return None
        return verdict.principal

    async def verify(self, token: str) -> Principal:
        """The caller; raises TokenRefused, or KeysUnavailable when the issuer's keys cannot be had."""
        principal = self.cached(token)
        if principal is not None:
            return principal
        claims = await self._checked_claims(token)
        principal = _principal(claims)
        self._remember(token, principal, float(claims["exp"]))
        return principal

    async def _checked_claims(self, token: str) -> Mapping[str, Any]:
        key_id = self._key_id(token)
        key = await self._keys.get(key_id)
        if key is None:
            raise TokenRefused("unknown_key")
        try:
            with warnings.catch_warnings(action="ignore", category=SecurityWarning):  # EdDSA has a more exact name now
                claims = jwt.decode(token, key, algorithms=self._algorithms).claims
            self._claims.validate(claims)
        except ExpiredTokenError:
            raise TokenRefused("expired") from None
        except (JoseError, ValueError, OverflowError, RecursionError) as error:
            raise TokenRefused(_word(error)) from None
        if claims["exp"] > LATEST:
            raise TokenRefused("lifetime")
        return claims

    def _key_id(self, token: str) -> str:
        """The id of the key that the token names, once everything that can be said without a key has been checked."""
        if len(token) > TOKEN_BYTES or not token.isascii():
            raise TokenRefused("size")
        try:
            header = jws.extract_compact(token.encode()).headers()
        except (JoseError, ValueError, RecursionError):
            raise TokenRefused("form") from None
        if not HEADER.issuperset(header):
            raise TokenRefused("header")
        if header["alg"] not in self._algorithms:
            raise TokenRefused("algorithm")
        if str(header.get("typ")).lower() not in TYPES:
            raise TokenRefused("type")
        key_id = header.get("kid")
        if not isinstance(key_id, str) or not KEY_ID.fullmatch(key_id):
            raise TokenRefused("key_id")
        return key_id

    def _remember(self, token: str, principal: Principal, expires: float) -> None:
        while len(self._verdicts) >= CACHE_ENTRIES:
            del self._verdicts[next(iter(self._verdicts))]  # the oldest
        until = min(expires, (self._clock.now() + CACHE_TIME).timestamp())
        self._verdicts[_digest(token)] = Verdict(principal, until)

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def _source(settings: ServiceSettings, clock: Clock) -> JwksSource:
    if settings.jwks is not None:
        return InlineJwks(json.loads(settings.jwks))
    if settings.jwks_path is not None:
        return FileJwks(settings.jwks_path)
    if settings.jwks_url is not None:
        return HttpJwks(settings.jwks_url)
    return InlineJwks(DevelopmentIssuer.open(settings, clock).jwks())


def _principal(claims: Mapping[str, Any]) -> Principal:
    """The caller that verified claims describe; a claim that says nothing usable refuses the token."""
    subject, roles, division = claims["sub"], claims.get("roles"), claims.get("division")
    if not isinstance(subject, str) or not SUBJECT.fullmatch(subject):
        raise TokenRefused("subject")
    if not isinstance(roles, list) or len(roles) > ROLES_LIMIT or not all(isinstance(role, str) for role in roles):
        raise TokenRefused("roles")
    known = known_roles(roles)  # an issuer may serve other systems, whose roles mean nothing here
    if not known:
        raise TokenRefused("roles")
    if not isinstance(division, str):
        raise TokenRefused("division")
    try:
        Scope.of(division)
    except NotADivisionCode:
        raise TokenRefused("division") from None
    return Principal(subject, frozenset(role.value for role in known), division, _organisation(claims))


def _organisation(claims: Mapping[str, Any]) -> UUID | None:
    value = claims.get("organisation")
    if value is None:
        return None
    try:
        return UUID(value)
    except (ValueError, AttributeError, TypeError):
        raise TokenRefused("organisation") from None


def _digest(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


def _word(error: Exception) -> str:
    return error.error if isinstance(error, JoseError) else "form"
