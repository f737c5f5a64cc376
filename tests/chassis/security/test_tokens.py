"""Tokens: a corpus of forged, foreign and broken ones, and what is remembered of good ones."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OKPKey, RSAKey

from chassis.rules.clock import FixedClock
from chassis.rules.refusals import Kind
from chassis.security import tokens
from chassis.security.issuer import DevelopmentIssuer
from chassis.security.jwks import Document, InlineJwks, KeysUnavailable, usable_keys
from chassis.security.tokens import TokenRefused, Verifier
from chassis.settings import DEVELOPMENT_ISSUER
from tests.chassis.security.hostile_tokens import (
    CORPUS,
    DIVISION,
    EDWARDS,
    KEY,
    NOW,
    OTHER,
    P384,
    RSA,
    SHORT_RSA,
    encoded,
    key_set,
    raw,
    token,
)


def verifier(clock: FixedClock | None = None, **changes: Any) -> Verifier:
    source = changes.pop("source", InlineJwks(key_set(KEY, RSA)))
    return Verifier(source, issuer=DEVELOPMENT_ISSUER, audience="onewindow", clock=clock or FixedClock(NOW), **changes)


@pytest.mark.parametrize("name", CORPUS)
async def test_every_token_of_the_corpus_is_refused_quickly(name: str) -> None:
    judge = verifier()
    await judge.verify(token())  # keys are there, imports are done
    started = time.process_time()
    with pytest.raises(TokenRefused) as caught:
        await judge.verify(CORPUS[name])
    assert time.process_time() - started < 0.05
    assert caught.value.kind is Kind.UNAUTHENTICATED
    assert judge.cached(CORPUS[name]) is None


async def test_a_good_token_speaks_for_its_caller() -> None:
    organisation = uuid4()
    principal = await verifier().verify(token(organisation=str(organisation), aud=["x", "onewindow"]))
    assert principal.subject == "clerk-7"
    assert principal.roles == {"WINDOW_CLERK"}
    assert principal.division == DIVISION
    assert principal.organisation == organisation
    assert principal.scope.value == "130926100"
    assert principal.permits("intake.cases.register")
    assert not principal.permits("intake.directory.manage")
    assert not principal.permits("intake.cases.register ")


async def test_roles_of_other_systems_grant_nothing() -> None:
    principal = await verifier().verify(token(roles=["WINDOW_CLERK", "KING"]))
    assert principal.roles == {"WINDOW_CLERK"}


@pytest.mark.parametrize("change", [{"exp": int(NOW.timestamp()) - 29}, {"nbf": int(NOW.timestamp()) + 29}])
async def test_clocks_may_differ_by_the_leeway(change: dict[str, int]) -> None:
    assert (await verifier().verify(token(**change))).subject == "clerk-7"
    with pytest.raises(TokenRefused):
        await verifier(leeway_seconds=0).verify(token(**change))


@pytest.mark.parametrize(("algorithm", "key"), [("RS256", RSA), ("EdDSA", EDWARDS)])
async def test_other_algorithms_only_by_configuration(algorithm: str, key: RSAKey | OKPKey) -> None:
    text = token(key, {"alg": algorithm, "kid": key.kid})
    source = InlineJwks(key_set(key))
    assert (await verifier(source=source, algorithms=frozenset({algorithm})).verify(text)).subject == "clerk-7"
    with pytest.raises(TokenRefused):
        await verifier(source=source).verify(text)


@pytest.mark.parametrize(
    "entry",
    [
        {"kty": "oct", "k": encoded(b"secret secret secret"), "kid": "first", "alg": "HS256"},
        KEY.as_dict(private=True),
        KEY.as_dict(private=False) | {"use": "enc"},
        SHORT_RSA.as_dict(private=False) | {"kid": "first"},
        P384.as_dict(private=False) | {"kid": "first"},
        {"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA", "kid": "first"},
        {"kty": "EC", "crv": ["P-256"], "kid": "first"},
        {"kid": "first"},
        "first",
        None,
        {name: value for name, value in KEY.as_dict(private=False).items() if name != "kid"},
    ],
)
async def test_a_key_that_must_not_verify_is_passed_over(entry: object) -> None:
    algorithms = frozenset({"ES256", "RS256"})
    assert usable_keys({"keys": [entry]}, algorithms) == {}
    with pytest.raises(TokenRefused):
        await verifier(source=InlineJwks({"keys": [entry]}), algorithms=algorithms).verify(token())


async def test_a_good_token_is_remembered_for_a_minute() -> None:
    clock = FixedClock(NOW)
    judge = verifier(clock)
    text = token()
    assert judge.cached(text) is None
    principal = await judge.verify(text)
    assert judge.cached(text) is principal
    clock.advance(timedelta(seconds=59))
    assert judge.cached(text) is principal
    clock.advance(timedelta(seconds=1))
    assert judge.cached(text) is None
    assert await judge.verify(text) == principal


async def test_a_token_is_not_remembered_past_its_end() -> None:
    clock = FixedClock(NOW)
    judge = verifier(clock, leeway_seconds=0)
    text = token(exp=int(NOW.timestamp()) + 5)
    await judge.verify(text)
    clock.advance(timedelta(seconds=5))
    assert judge.cached(text) is None
    with pytest.raises(TokenRefused):
        await judge.verify(text)


async def test_the_memory_is_bounded_and_drops_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "CACHE_ENTRIES", 3)
    judge = verifier()
    texts = [token(sub=f"clerk-{number}") for number in range(5)]
    for text in texts:
        await judge.verify(text)
    assert [judge.cached(text) is not None for text in texts] == [False, False, True, True, True]


class Changing:
    """A source whose set can be replaced, taken away, and counted."""

    def __init__(self, document: Document) -> None:
        self.document: Document | None = document
        self.fetches = 0

    async def fetch(self) -> Document:
        self.fetches += 1
        if self.document is None:
            raise KeysUnavailable
        return self.document


async def test_after_a_rotation_new_tokens_are_good_at_once_and_old_ones_are_not() -> None:
    clock = FixedClock(NOW)
    source = Changing(key_set(KEY))
    judge = verifier(clock, source=source)
    old = token()
    await judge.verify(old)
    new_key = ECKey.generate_key("P-256", {"kid": "second"})
    source.document = key_set(new_key)
    clock.advance(timedelta(seconds=11))
    assert judge.cached(old) is not None
    assert (await judge.verify(token(new_key, {"kid": "second"}))).subject == "clerk-7"
    assert judge.cached(old) is None, "its key was withdrawn, and the memory with it"
    with pytest.raises(TokenRefused):
        await judge.verify(old)


async def test_a_key_exchanged_under_its_id_is_noticed() -> None:
    clock = FixedClock(NOW)
    source = Changing(key_set(KEY))
    judge = verifier(clock, source=source)
    old = token()
    await judge.verify(old)
    source.document = key_set(OTHER)
    clock.advance(timedelta(minutes=6))
    await judge.verify(token(OTHER, exp=int(NOW.timestamp()) + 6000))
    with pytest.raises(TokenRefused):
        await judge.verify(token(KEY, exp=int(NOW.timestamp()) + 6000))


async def test_an_ill_formed_key_id_is_not_even_looked_for() -> None:
    source = Changing(key_set(KEY))
    with pytest.raises(TokenRefused):
        await verifier(source=source).verify(token(KEY, {"kid": "../../etc/passwd"}))
    assert source.fetches == 0


@settings(deadline=None)
@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda data: raw(data, data, data)))
async def test_no_text_at_all_makes_anything_but_a_refusal(text: str) -> None:
    with pytest.raises(TokenRefused):
        await verifier().verify(text)


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 255))
async def test_no_changed_character_of_a_good_token_is_taken(place: int, change: int) -> None:
    text = token()
    place %= len(text)
    changed = text[:place] + chr(ord(text[place]) ^ change) + text[place + 1 :]
    try:
        principal = await verifier().verify(changed)
    except TokenRefused:
        return
    # The last character of a part carries bits that are no part of the data: the same token in another spelling.
    assert principal.subject == "clerk-7"
    assert place + 1 == len(text) or text[place + 1] == "."


async def test_the_development_issuers_tokens_are_good(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    issuer = DevelopmentIssuer.at(tmp_path, clock=clock)
    organisation = UUID("0190f1a0-0000-7000-8000-000000000001")
    text = issuer.mint(["WINDOW_CLERK", "DISPATCHER"], DIVISION, timedelta(seconds=60), organisation=organisation)
    principal = await verifier(clock, source=InlineJwks(issuer.jwks())).verify(text)
    assert principal.roles == {"WINDOW_CLERK", "DISPATCHER"}
    assert principal.organisation == organisation
