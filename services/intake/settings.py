"""What intake can be told from outside, beside what every service can."""

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class IntakeSettings(ServiceSettings):
    """Settings of intake, from variables that begin with `INTAKE_`."""

    model_config = SettingsConfigDict(env_prefix="INTAKE_")

    service: ClassVar[str] = "intake"
    peers: ClassVar[frozenset[str]] = frozenset({"mediation", "petition"})

    number_mark: str = Field(default="窗", pattern=r"^[\u4e00-\u9fff]{1,11}$")
    """What stands before 字 in an official number: `窗` gives （2026）窗字第1号; a county sets its own, 肃窗."""
