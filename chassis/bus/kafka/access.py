"""Where the brokers are and how this process speaks to them: the settings, and what they mean to the client."""

import logging
import ssl
from pathlib import Path
from typing import Any, Final, Literal, Self

from aiokafka.codec import has_zstd
from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from chassis.settings import SecretFiles

REQUEST_MS: Final = 10_000
"""A request to a broker. It bounds no call of the client as a whole: those have limits of their own, see `bounded`."""
METADATA_MS: Final = 30_000
# What the client has to say of brokers comes as an error of ours; where nobody set up logging it stays silent.
logging.getLogger("aiokafka").addHandler(logging.NullHandler())


class KafkaAccess(BaseSettings):
    """Settings of the connection, the same for every service of an installation; the environment names them.

    The password may come from the file that `KAFKA_SASL_PASSWORD_FILE` names.
    """

    model_config = SettingsConfigDict(
        env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True, populate_by_name=True
    )

    bootstrap_servers: str = Field(min_length=1, validation_alias="KAFKA_BOOTSTRAP_SERVERS")
    """Brokers as `host:port`, separated by commas."""
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        default="PLAINTEXT", validation_alias="KAFKA_SECURITY_PROTOCOL"
    )
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        default="SCRAM-SHA-256", validation_alias="KAFKA_SASL_MECHANISM"
    )
    sasl_username: str | None = Field(default=None, validation_alias="KAFKA_SASL_USERNAME")
    sasl_password: SecretStr | None = Field(default=None, validation_alias="KAFKA_SASL_PASSWORD")
    ca_file: Path | None = Field(default=None, validation_alias="KAFKA_SSL_CA_FILE")
    """Certificates that the brokers' ones are checked against; the system's unless set."""
    compression: Literal["none", "gzip", "zstd"] = Field(default="none", validation_alias="KAFKA_COMPRESSION")
    """Of what is published. Readers with aiokafka need the package `cramjam` for zstd, and nothing for gzip."""
    session_seconds: int = Field(default=30, ge=6, le=300, validation_alias="KAFKA_SESSION_SECONDS")
    """How long a group waits for a member that does not answer before others take its partitions."""

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

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self._signs_in and not (self.sasl_username and self.sasl_password):
            raise ValueError("SASL needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD")
        if self.compression == "zstd" and not has_zstd():
            raise ValueError("KAFKA_COMPRESSION=zstd needs the package cramjam")
        return self

    @property
    def _signs_in(self) -> bool:
        return self.security_protocol.startswith("SASL")

    def client(self) -> dict[str, Any]:
        """Arguments that every client takes."""
        options: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap_servers,
            "client_id": "onewindow",
            "request_timeout_ms": REQUEST_MS,
            "metadata_max_age_ms": METADATA_MS,
            "security_protocol": self.security_protocol,
        }
        if self.security_protocol.endswith("SSL"):
            options["ssl_context"] = ssl.create_default_context(cafile=self.ca_file)
        if self._signs_in and self.sasl_password is not None:
            options |= {
                "sasl_mechanism": self.sasl_mechanism,
                "sasl_plain_username": self.sasl_username,
                "sasl_plain_password": self.sasl_password.get_secret_value(),
            }
        return options
