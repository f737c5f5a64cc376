"""What petition can be told from outside, beside what every service can."""

from typing import ClassVar

from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class PetitionSettings(ServiceSettings):
    """Settings of petition, from variables that begin with `PETITION_`."""

    model_config = SettingsConfigDict(env_prefix="PETITION_")

    service: ClassVar[str] = "petition"
    peers: ClassVar[frozenset[str]] = frozenset({"intake"})
