"""Where the issuer's public keys come from, and the cache that keeps strangers' tokens from causing fetches."""

import asyncio
import json
import warnings
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol

import httpx
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from chassis.rules.clock import Clock

TTL: Final = timedelta(minutes=5)
"""How long a fetched set is used without asking again."""
COOL_DOWN: Final = timedelta(seconds=10)
"""Between two fetches that an unknown key id or a failure asks for: strangers choose key ids freely."""
STALE_LIMIT: Final = timedelta(hours=1)
"""How long keys outlive an issuer that does not answer."""
FETCH_SECONDS: Final = 3.0
DOCUMENT_BYTES: Final = 262_144
RSA_BITS: Final = 2048

KINDS: Final[Mapping[tuple[str, str], tuple[str, type[ECKey | OKPKey | RSAKey]]]] = {
    ("EC", "P-256"): ("ES256", ECKey),
    ("OKP", "Ed25519"): ("EdDSA", OKPKey),
    ("RSA", ""): ("RS256", RSAKey),
}
"""Kinds of key that can verify at all, by type and curve."""

Document = Mapping[str, Any]


class KeysUnavailable(Exception):
    """The issuer's keys cannot be had now, so no token can be judged: the caller's token may well be good."""


class JwksSource(Protocol):
    """Somewhere an issuer's key set (RFC 7517) can be read."""

    async def fetch(self) -> Document:
        """The set as it is now; raises KeysUnavailable."""
        ...


class InlineJwks:
    """A key set that was handed over with the configuration."""

    def __init__(self, document: Document) -> None:
        self._document = document

    async def fetch(self) -> Document:
        """The set, which never changes."""
        return self._document


class FileJwks:
    """A key set in a local file, which may be replaced while the service runs."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def fetch(self) -> Document:
        """The file's set; small and local, so it is read in place."""
        try:
            return _document(self._path.read_bytes())
        except OSError as error:
            raise KeysUnavailable(type(error).__name__) from error


class HttpJwks:
    """A key set that the issuer publishes; no redirect is followed and no answer above 256 KiB read."""

    def __init__(self, url: str, client: httpx.AsyncClient | None = None) -> None:
        self._url = url
        self._client = client

    async def fetch(self) -> Document:
        """The published set, within three seconds in all."""
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                if self._client is not None:
                    return await self._read(self._client)
                async with httpx.AsyncClient(timeout=FETCH_SECONDS, trust_env=False) as client:
                    return await self._read(client)
        except (TimeoutError, httpx.HTTPError) as error:
            raise KeysUnavailable(type(error).__name__) from error

    async def _read(self, client: httpx.AsyncClient) -> Document:
        body = bytearray()
        async with client.stream("GET", self._url, follow_redirects=False) as response:
            if response.status_code != httpx.codes.OK:
                raise KeysUnavailable(f"status {response.status_code}")
            async for part in response.aiter_bytes():
                body += part
                if len(body) > DOCUMENT_BYTES:
                    raise KeysUnavailable("too large")
        return _document(bytes(body))


class KeyCache:
    """The usable keys of a source by id.

    One fetch at a time, however many wait for it. `generation` rises when a key goes away or changes, so that whoever
    remembers a verdict can forget it.
    """

    def __init__(self, source: JwksSource, algorithms: frozenset[str], clock: Clock) -> None:
        self._source = source
        self._algorithms = algorithms
        self._clock = clock
        self._keys: dict[str, Key] = {}
        self._fetched: datetime | None = None
        self._tried: datetime | None = None
        self._lock = asyncio.Lock()
        self.generation = 0

    async def get(self, key_id: str) -> Key | None:
        """The key with this id, or None; raises KeysUnavailable when nothing is known and nothing can be fetched."""
        if self._is_fresh() and key_id in self._keys:
            return self._keys[key_id]
        seen = self._tried
        async with self._lock:
            if self._tried == seen and self._may_try():  # nobody fetched while this one waited
                await self._refresh()
        if self._fetched is None or self._clock.now() - self._fetched > STALE_LIMIT:
            raise KeysUnavailable("no key set")
        return self._keys.get(key_id)

    def _is_fresh(self) -> bool:
        return self._fetched is not None and self._clock.now() - self._fetched < TTL

    def _may_try(self) -> bool:
        return self._tried is None or self._clock.now() - self._tried >= COOL_DOWN

    async def _refresh(self) -> None:
        self._tried = self._clock.now()
        try:
            document = await self._source.fetch()
        except KeysUnavailable:
            return  # the stale set serves for a while; `get` decides for how long
        except asyncio.CancelledError:
            self._tried = None  # whoever asked went away, which is no reason for others to wait
            raise
        keys = usable_keys(document, self._algorithms)
        if any(
            key_id not in keys or keys[key_id].thumbprint() != key.thumbprint() for key_id, key in self._keys.items()
        ):
            self.generation += 1
        self._keys = keys
        self._fetched = self._clock.now()


def usable_keys(document: Document, algorithms: frozenset[str]) -> dict[str, Key]:
    """Public signature keys of the set by id; everything else in it is passed over.

    A symmetric key would let whoever can verify also sign; a private one is compromised by being published.
    """
    keys: dict[str, Key] = {}
    entries = document.get("keys")
    for entry in entries if isinstance(entries, list) else []:
        key = _usable(entry, algorithms)
        if key is not None:
            keys.setdefault(entry["kid"], key)
    return keys


def _usable(entry: object, algorithms: frozenset[str]) -> Key | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("kid"), str) or "d" in entry:
        return None
    algorithm, kind = KINDS.get((str(entry.get("kty")), str(entry.get("crv", ""))), ("none", ECKey))
    if algorithm not in algorithms or entry.get("use", "sig") != "sig":
        return None
    try:
        with warnings.catch_warnings(action="ignore", category=SecurityWarning):  # a short key, which is refused below
            key = kind.import_key(entry)
    except (JoseError, ValueError):
        return None
    return None if isinstance(key, RSAKey) and key.raw_value.key_size < RSA_BITS else key


def _document(body: bytes) -> Document:
    try:
        document = json.loads(body)
    except ValueError as error:
        raise KeysUnavailable("not JSON") from error
    if not isinstance(document, dict):
        raise KeysUnavailable("not a key set")
    return document
