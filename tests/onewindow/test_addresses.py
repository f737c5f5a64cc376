"""Where databases are: those that the environment names win over the embedded one."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from onewindow import figures
from onewindow.demonstration import load, matters
from onewindow.embedded import addresses, county
from onewindow.embedded.addresses import NoCounty
from tests import databases
from tests.databases import Factory

CASES = len(matters.examples()) + len(matters.ordinary())


@pytest.fixture(autouse=True)
def _nothing_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    for service in addresses.SERVICES:
        for name in ("DATABASE_URL", "OWNER_DATABASE_URL", "DATABASE_URL_FILE", "OWNER_DATABASE_URL_FILE"):
            monkeypatch.delenv(f"{service.upper()}_{name}", raising=False)


def test_an_address_comes_from_the_variable_or_from_the_file_it_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert addresses.need_cluster()
    secret = tmp_path / "url"
    secret.write_text("postgresql://reader:word@host/petition\n")
    monkeypatch.setenv("INTAKE_DATABASE_URL", "postgresql://clerk%40office:word@host/intake")
    monkeypatch.setenv("PETITION_DATABASE_URL_FILE", str(secret))
    found = addresses.configured()
    assert set(found) == {"intake", "petition"}
    assert found["intake"].role == "clerk@office"
    assert found["petition"].role == "reader"
    assert found["intake"].owner_url is None
    assert "word" not in repr(found)
    assert addresses.need_cluster()


async def test_a_home_without_a_county_is_said_and_not_made(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with pytest.raises(NoCounty):
        async with addresses.reached(home):
            pass
    with pytest.raises(NoCounty):
        await addresses.lasting(home)
    assert not home.exists()
    assert not addresses.is_running(home)


async def test_a_county_on_databases_of_one_s_own(
    postgres: databases.Server, service_database: Factory, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No server is started: the four databases are the ones that the environment names, migrated by their owners."""
    for service in addresses.SERVICES:
        made = await service_database(service)
        monkeypatch.setenv(f"{service.upper()}_DATABASE_URL", made.url)
        monkeypatch.setenv(f"{service.upper()}_OWNER_DATABASE_URL", made.owner_url)
    home = tmp_path / "home"
    async with county.opened(home) as opened:
        assert opened.owned is None
        await load.load(opened)
        found = await figures.of_home(home)
        assert found["intake"]["cases"] == found["analytics"]["registered"] == CASES
    assert not (home / "postgres").exists()
    assert (await addresses.lasting(home))["intake"].role == "intake"
    assert urlsplit((await addresses.lasting(home))["intake"].owner_url or "").username == "intake_owner"
