"""What mediation can be told from outside, beside what every service can."""

from typing import ClassVar

from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class MediationSettings(ServiceSettings):
    """Settings of mediation, from variables that begin with `MEDIATION_`."""

    model_config = SettingsConfigDict(env_prefix="MEDIATION_")

    service: ClassVar[str] = "mediation"
    peers: ClassVar[frozenset[str]] = frozenset({"intake"})
