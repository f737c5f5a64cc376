"""Tokens for tests: good ones to change, and a corpus of those that nobody may accept (reliability: F46)."""

import base64
import hashlib
import hmac
import json
import warnings
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from chassis.settings import DEVELOPMENT_ISSUER

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DIVISION = "130926100000"
KEY = ECKey.generate_key("P-256", {"kid": "first"})
OTHER = ECKey.generate_key("P-256", {"kid": "first"})
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
with warnings.catch_warnings(action="ignore"):
    SHORT_RSA = RSAKey.generate_key(1024, {"kid": "short"})
EDWARDS = OKPKey.generate_key("Ed25519", {"kid": "edwards"})
P384 = ECKey.generate_key("P-384", {"kid": "p384"})
PEM = KEY.as_pem(private=False)


def key_set(*keys: ECKey | RSAKey | OKPKey) -> dict[str, Any]:
    return {"keys": [key.as_dict(private=False) for key in keys]}


def claims(**changes: Any) -> dict[str, Any]:
    good = {
        "iss": DEVELOPMENT_ISSUER,
        "aud": "onewindow",
        "sub": "clerk-7",
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 600,
        "roles": ["WINDOW_CLERK"],
        "division": DIVISION,
    } | changes
    return {name: value for name, value in good.items() if value is not ...}


def encoded(part: Mapping[str, Any] | bytes) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def token(key: Any = KEY, header: Mapping[str, Any] | None = None, /, **changes: Any) -> str:
    """A token with a true signature, good unless something is changed; `...` takes a claim away."""
    full = {"alg": "ES256", "typ": "at+jwt", "kid": "first"} | dict(header or {})
    full = {name: value for name, value in full.items() if value is not ...}
    with warnings.catch_warnings(action="ignore"):  # EdDSA has a more exact name now
        return jwt.encode(full, claims(**changes), key, algorithms=[full["alg"]])


def raw(header: Mapping[str, Any] | bytes, payload: Mapping[str, Any] | bytes, signature: bytes) -> str:
    return f"{encoded(header)}.{encoded(payload)}.{encoded(signature)}"


def signed_raw(payload: bytes) -> str:
    """A token with a true signature over a payload that no JSON library of ours would write."""
    first = f"{encoded({'alg': 'ES256', 'typ': 'at+jwt', 'kid': 'first'})}.{encoded(payload)}"
    # The algorithm itself, below everything that checks.
    signature = JWSRegistry.algorithms["ES256"].sign(first.encode(), KEY)
    return f"{first}.{encoded(signature)}"


def confused(secret: bytes) -> str:
    """HS256 with the public key as the secret: what a verifier takes that believes the header."""
    first = f"{encoded({'alg': 'HS256', 'typ': 'at+jwt', 'kid': 'first'})}.{encoded(claims())}"
    return f"{first}.{encoded(hmac.digest(secret, first.encode(), hashlib.sha256))}"


Named = Iterator[tuple[str, str]]
HEADER = {"alg": "ES256", "typ": "at+jwt", "kid": "first"}
SECONDS = int(NOW.timestamp())


def each(name: str, values: tuple[Any, ...], make: Callable[[Any], str] | None = None) -> Named:
    """A token for every value of one claim, or of whatever `make` puts it into."""
    for value in values:
        yield f"{name} {str(value)[:30]!r}", make(value) if make else token(**{name: value})


def forged() -> Named:
    """Signatures that are missing, somebody else's, or of another kind."""
    for alg in ("none", "None", "NONE", "", ["ES256"], 7):
        yield f"alg {alg!r} unsigned", raw(HEADER | {"alg": alg}, claims(), b"")
        yield f"alg {alg!r} signed", raw(HEADER | {"alg": alg}, claims(), b"x" * 64)
    yield "HS256 with the PEM", confused(PEM)
    yield "HS256 with the JWK", confused(json.dumps(KEY.as_dict(private=False)).encode())
    yield "HS256 with nothing", confused(b"")
    yield "RS256 by a known key, not allowed here", token(RSA, {"alg": "RS256", "kid": "rsa"})
    yield "ES384", token(P384, {"alg": "ES384", "kid": "p384"})
    yield "no alg", raw({"typ": "at+jwt", "kid": "first"}, claims(), b"x" * 64)
    yield "another's key under our id", token(OTHER)
    yield "signature of zeros", raw(HEADER, claims(), bytes(64))
    yield "no signature", raw(HEADER, claims(), b"")
    good = token().split(".")
    yield "payload exchanged", f"{good[0]}.{encoded(claims(sub='head-1'))}.{good[2]}"
    yield "header exchanged", f"{encoded(HEADER | {'kid': 'rsa'})}.{good[1]}.{good[2]}"


def misdirected() -> Named:
    """True signatures under claims of time, issuer or audience that do not hold."""
    yield from each(
        "iss", ("https://elsewhere.example", "", None, 7, [DEVELOPMENT_ISSUER], f"{DEVELOPMENT_ISSUER}/", ...)
    )
    yield from each(
        "aud", ("another-service", "", None, [], ["another-service"], 7, {"onewindow": 1}, "onewindow ", ...)
    )
    expiries: tuple[Any, ...] = (
        ...,
        None,
        "never",
        str(SECONDS + 600),
        SECONDS - 31,
        SECONDS - 86_400,
        0,
        -1,
        True,
        [],
        {},
    )
    yield from each("exp", expiries)
    yield from each("nbf", (SECONDS + 31, "tomorrow", [], True))
    yield from each("iat", (SECONDS + 31, "yesterday"))
    for infinite in ("NaN", "Infinity", "1e999", "1" + "0" * 400):
        text = json.dumps(claims(exp="X")).replace('"X"', infinite)
        yield f"exp {infinite[:9]}", signed_raw(text.encode())


def self_serving() -> Named:
    """Headers that name a key of the sender's choice, or a kind of token that opens nothing."""
    kids = (
        *("../../etc/passwd", "..%2f..%2fdev/null", "/dev/null", "first' OR '1'='1", "x'; DROP TABLE cases;--"),
        *("http://evil.example/key", "first\x00", "", "a" * 129, "第一", "unknown", ...),
    )
    yield from each("kid", kids, lambda kid: token(KEY, {"kid": kid}))
    yield from each("kid", (7, None, ["first"], {}), lambda kid: raw(HEADER | {"kid": kid}, claims(), b"x" * 64))
    yield from each("typ", ("JWT", "at+jwt;x", "id+jwt", "", ...), lambda typ: token(KEY, {"typ": typ}))
    yield from each("typ", (None, 7, ["at+jwt"]), lambda typ: raw(HEADER | {"typ": typ}, claims(), b"x" * 64))
    attacker = ECKey.generate_key("P-256", {"kid": "first"})
    yield "embedded jwk", token(attacker, {"jwk": attacker.as_dict(private=False)})
    yield "jwk beside a good signature", token(KEY, {"jwk": KEY.as_dict(private=False)})
    yield "jku", token(attacker, {"jku": "https://evil.example/jwks"})
    yield "x5u", token(attacker, {"x5u": "https://evil.example/cert"})
    yield "x5c", token(attacker, {"x5c": ["MIIB"]})
    yield "crit", raw(HEADER | {"crit": ["exp"], "exp": 1}, claims(), b"x" * 64)
    yield "b64 false", raw(HEADER | {"b64": False, "crit": ["b64"]}, claims(), b"x" * 64)


def empty_handed() -> Named:
    """True signatures over claims that name nobody, nothing, or everything."""
    yield from each("sub", (..., "", None, 7, ["a"], "a" * 129, "王小明", "a\nb", "a b", "a\x00"))
    divisions = (..., "", None, 130926100000, "130926", "13092610000", "1309261000000", "０" * 12, "0" * 12)
    yield from each("division", (*divisions, "13092610000x", "%", "*", ["130926100000"]))
    roles: tuple[Any, ...] = (
        ...,
        None,
        [],
        "WINDOW_CLERK",
        ["KING"],
        [7],
        [["WINDOW_CLERK"]],
        {"WINDOW_CLERK": 1},
        ["WINDOW_CLERK"] * 33,
    )
    yield from each("roles", roles)
    yield from each("organisation", ("", "x", 7, [], {}))


def misshapen() -> Named:
    """What is no token of ours at all, or too much of one."""
    yield "100 kB", token(padding="x" * 100_000)
    yield "just too big", token(padding="x" * 8192)
    yield "payload is a list", signed_raw(b"[1]")
    yield "payload is no JSON", signed_raw(b"{")
    yield "payload is not UTF-8", signed_raw(b'{"sub": "\xff"}')
    yield "payload nested deeply", signed_raw(b"[" * 5000 + b"]" * 1000)
    yield "header nested deeply", raw(b"[" * 5000, claims(), b"x")
    yield "encrypted", "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA"
    good = token()
    dots = ("", ".", "..", "...", "a.b.c", "a.b", "Bearer x", f"{good}.", f".{good}", f"{good}.x.y")
    others = (f" {good}", f"{good}\n", good[:-1] + "!", "ключ.ключ.ключ", "\ud800.a.b", "\x00")
    for number, text in enumerate((*dots, *others)):
        yield f"text {number}", text


CORPUS = dict(pair for part in (forged, misdirected, self_serving, empty_handed, misshapen) for pair in part())
