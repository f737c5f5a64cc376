"""The four apps as they are made, for what can be asked of them without a database; and counties that run."""

import importlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from fastapi import FastAPI

from tests import databases
from tests.county import SERVICES, County, running


@pytest.fixture(scope="session")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, FastAPI]:
    home: Path = tmp_path_factory.mktemp("home")
    made = {}
    for name in SERVICES:
        settings = getattr(importlib.import_module(f"services.{name}.settings"), f"{name.capitalize()}Settings")
        module = importlib.import_module(f"services.{name}.app")
        made[name] = module.create_app(settings(home=home, database_url="postgresql:///nowhere"))
    return made


@pytest.fixture(scope="module")
async def county(postgres: databases.Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[County]:
    """Four services with nothing in them, for the tests of one module."""
    async with running(postgres, tmp_path_factory.mktemp("home")) as county:
        yield county


@pytest.fixture(scope="module")
async def demonstrated(county: County) -> County:
    """The same with the demonstration county."""
    await county.demonstrate()
    return county
