"""The four apps as they are made, without a database: what can be asked of routes and documents needs none."""

import importlib
from collections.abc import Mapping
from pathlib import Path

import pytest
from fastapi import FastAPI

from tests.county import SERVICES


@pytest.fixture(scope="session")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, FastAPI]:
    home: Path = tmp_path_factory.mktemp("home")
    made = {}
    for name in SERVICES:
        settings = getattr(importlib.import_module(f"services.{name}.settings"), f"{name.capitalize()}Settings")
        module = importlib.import_module(f"services.{name}.app")
        made[name] = module.create_app(settings(home=home, database_url="postgresql:///nowhere"))
    return made
