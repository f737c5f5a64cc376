"""What every service can be told from outside: environment variables, and files for what must stay secret."""

import base64
import binascii
import os
from pathlib import Path
from typing import Any, ClassVar, Final, Literal, Self

from pydantic import BaseModel, Field, SecretStr, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from chassis.failpoints import VARIABLE as FAILPOINTS

DEVELOPMENT_ISSUER: Final = "https://issuer.onewindow.invalid"
"""Issuer of tokens that anyone with the data folder can mint; a production service refuses it."""

EXAMPLE_KEYS: Final = frozenset({"b25ld2luZG93LWV4YW1wbGUta2V5LW5vdC1zZWNyZXQ="})
"""Keys that stand in examples and are therefore known to everybody."""

KEY_BYTES: Final = 32
DISTINCT_BYTES: Final = 12
"""Of 32 random bytes fewer are never distinct (once in some 10^24 keys): such a key was typed by hand."""


class HandoverKey(BaseModel):
    """A key that one sender and one receiver share, with the id that travels beside what it seals."""

    id: str = Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")
    key: SecretStr


class ServiceSettings(BaseSettings):
    """Settings that each service has; its own class adds the prefix (`INTAKE_`), its name and its peers.

    What holds for a whole installation has a name without the service's prefix. An alias must never be a bare word: the
    environment is read without regard to case, and `home` would be the user's HOME.

    A value may come from the variable itself or, for what is secret, from the file that `<VARIABLE>_FILE` names; both
    at once is an error. Errors never repeat a value.
    """

    model_config = SettingsConfigDict(
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        populate_by_name=True,
    )

    service: ClassVar[str]
    """Name of the service in paths, journal entries, metrics and keys."""

    peers: ClassVar[frozenset[str]] = frozenset()
    """Services that sealed parcels are exchanged with, in either direction; without any there is no handover key."""

    home: Path = Field(default=Path(".onewindow"), validation_alias="ONEWINDOW_HOME")
    """Folder of the embedded run's data, keys included."""
    environment: Literal["development", "production"] = Field(
        default="development", validation_alias="ONEWINDOW_ENVIRONMENT"
    )
    """`production` refuses the development issuer, keys from examples and keys that were never configured."""

    database_url: str = Field(repr=False)
    """PostgreSQL as the service's own role, which row-level security binds."""
    owner_database_url: str | None = Field(default=None, repr=False)
    """PostgreSQL as the owner of the tables: for migrations and for nothing else."""
    kafka_bootstrap_servers: str | None = Field(default=None, validation_alias="KAFKA_BOOTSTRAP_SERVERS")
    """Brokers as `host:port`, separated by commas; without them the in-process bus is used."""

    issuer: str = Field(default=DEVELOPMENT_ISSUER, validation_alias="ONEWINDOW_TOKEN_ISSUER")
    audience: str = Field(default="onewindow", validation_alias="ONEWINDOW_TOKEN_AUDIENCE")
    algorithms: frozenset[Literal["ES256", "EdDSA", "RS256"]] = Field(
        default=frozenset({"ES256"}), validation_alias="ONEWINDOW_TOKEN_ALGORITHMS"
    )
    """Signatures that are accepted at all, as a JSON list; what a token says about itself never widens it."""
    leeway_seconds: int = Field(default=30, ge=0, le=60, validation_alias="ONEWINDOW_TOKEN_LEEWAY_SECONDS")
    jwks: str | None = Field(default=None, validation_alias="ONEWINDOW_JWKS")
    """The issuer's public keys themselves, as JSON. At most one of the three `jwks` settings may be given."""
    jwks_path: Path | None = Field(default=None, validation_alias="ONEWINDOW_JWKS_PATH")
    """A file with the issuer's public keys; it is read again when it may have changed."""
    jwks_url: str | None = Field(default=None, validation_alias="ONEWINDOW_JWKS_URL")
    """Where the issuer publishes its keys; https in production."""

    cipher: Literal["AES-256-GCM", "SM4-GCM"] = Field(default="AES-256-GCM", validation_alias="ONEWINDOW_CIPHER")
    """What new values are sealed with; both can always be read."""
    master_key: SecretStr | None = None
    """32 bytes as base64, from which this service's own keys are derived."""
    previous_master_keys: tuple[SecretStr, ...] = ()
    """Earlier master keys, newest first: values sealed under them stay readable (see `chassis.security.keys`)."""
    handover_keys: dict[str, tuple[HandoverKey, ...]] = {}
    """Keys of each pair, `{"sender>receiver": [{"id": ..., "key": base64}]}`; the first seals, all of them open."""

    body_limit: int = Field(default=1_048_576, gt=0)
    """Bytes of a request body."""
    database_pool: int = Field(default=10, ge=2)
    """Pooled database connections of this process."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - same
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then the files that it names."""
        return init_settings, env_settings, SecretFiles(settings_cls)

    @field_validator("master_key")
    @classmethod
    def _is_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            key_bytes(value)
        return value

    @field_validator("previous_master_keys")
    @classmethod
    def _are_keys(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for key in value:
            key_bytes(key)
        return value

    @field_validator("handover_keys")
    @classmethod
    def _is_between_peers(cls, value: dict[str, tuple[HandoverKey, ...]]) -> dict[str, tuple[HandoverKey, ...]]:
        ours = {pair for peer in cls.peers for pair in (f"{cls.service}>{peer}", f"{peer}>{cls.service}")}
        for pair, keys in value.items():
            if pair not in ours:
                raise ValueError("a handover key belongs to a pair that this service is no part of")
            if not keys:
                raise ValueError("a pair without a key")
            for key in keys:
                key_bytes(key.key)
        return value

    @model_validator(mode="after")
    def _one_key_source(self) -> Self:
        if sum(source is not None for source in (self.jwks, self.jwks_path, self.jwks_url)) > 1:
            raise ValueError("give one of ONEWINDOW_JWKS, ONEWINDOW_JWKS_PATH and ONEWINDOW_JWKS_URL")
        return self

    @model_validator(mode="after")
    def _fit_for_production(self) -> Self:
        if self.environment == "production" and (reasons := self._unfit()):
            raise ValueError("; ".join(reasons))
        return self

    def _unfit(self) -> list[str]:
        keys = [key for pair in self.handover_keys.values() for key in pair]
        secrets = [self.master_key, *self.previous_master_keys, *(key.key for key in keys)]
        reasons = {
            "the development issuer is refused in production": self.issuer == DEVELOPMENT_ISSUER,
            "production needs the issuer's keys": not (self.jwks or self.jwks_path or self.jwks_url),
            "production fetches keys by https only": bool(self.jwks_url)
            and not str(self.jwks_url).startswith("https://"),
            "production needs a master key": self.master_key is None,
            f"{FAILPOINTS} is for tests": bool(os.environ.get(FAILPOINTS)),
            "production needs a key for each pair": bool(self.peers) and not self.handover_keys,
            "a key from an example or typed by hand is refused in production": any(
                secret is not None and is_weak(secret) for secret in secrets
            ),
        }
        return [reason for reason, holds in reasons.items() if holds]


class SecretFiles(PydanticBaseSettingsSource):
    """Reads a setting from the file that `<VARIABLE>_FILE` names, as container secrets are given."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The file's text without surrounding white space, or None where no file is named."""
        name = str(field.validation_alias or "") or f"{self.config['env_prefix']}{field_name}".upper()
        path = os.environ.get(f"{name}_FILE")
        if path and os.environ.get(name):
            raise ValueError(f"{name} and {name}_FILE are both set")
        text = Path(path).read_text("utf-8").strip() if path else None
        return text, str(field.validation_alias or field_name), self.field_is_complex(field)

    def __call__(self) -> dict[str, Any]:
        """Every setting that has a file."""
        values: dict[str, Any] = {}
        for name, field in self.settings_cls.model_fields.items():
            value, key, is_complex = self.get_field_value(field, name)
            if value is not None:
                values[key] = self.prepare_field_value(name, field, value, is_complex)
        return values


def key_bytes(key: SecretStr) -> bytes:
    """The 32 bytes of a key written as base64; raises ValueError, which does not repeat it."""
    try:
        raw = base64.b64decode(key.get_secret_value(), validate=True)
    except binascii.Error:
        raise ValueError("a key is 32 bytes in base64") from None
    if len(raw) != KEY_BYTES:
        raise ValueError("a key is 32 bytes in base64")
    return raw


def is_weak(key: SecretStr) -> bool:
    """Whether the key is published or was plainly typed by hand."""
    return key.get_secret_value() in EXAMPLE_KEYS or len(set(key_bytes(key))) < DISTINCT_BYTES
