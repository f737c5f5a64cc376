"""What commands believe that a service reads is what its handlers ask for."""

import importlib
from pathlib import Path

import pytest

from onewindow.distributed.place import USUAL_PORTS
from onewindow.distributed.reading import READS


@pytest.mark.parametrize("service", USUAL_PORTS)
async def test_each_service_reads_what_is_said_of_it(service: str, tmp_path: Path) -> None:
    settings = importlib.import_module(f"services.{service}.settings")
    kind = getattr(settings, f"{service.capitalize()}Settings")
    nowhere = kind(home=tmp_path, database_url="postgresql://nobody@127.0.0.1:1/nothing")
    app = importlib.import_module(f"services.{service}.app").create_app(nowhere)
    assert app.state.service.consumer.topics == READS[service]
    await app.state.service.database.close()
