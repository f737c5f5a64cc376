"""What analytics can be told from outside, beside what every service can."""

from typing import ClassVar

from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class AnalyticsSettings(ServiceSettings):
    """Settings of analytics, from variables that begin with `ANALYTICS_`. It has no peers, so no key opens a parcel."""

    model_config = SettingsConfigDict(env_prefix="ANALYTICS_")

    service: ClassVar[str] = "analytics"
