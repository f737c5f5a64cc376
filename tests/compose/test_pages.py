"""The commands of docs/operations/compose.md, taken from there and run in their order on a county in containers."""

import asyncio
import os
import re
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.compose.county import Containers
from tests.compose.engine import asked
from tests.compose.files import CHECKOUT, SERVICES
from tests.journeys.conftest import DISPUTE, Steps

PAGES = CHECKOUT / "docs" / "operations"
COMPOSE_PAGE = (PAGES / "compose.md").read_text("utf-8")
BLOCKS = re.findall(r"^```bash\n(.*?)^```$", COMPOSE_PAGE, re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#]*)(?:#([^)]+))?\)")
thorough = pytest.mark.skipif(asked() != "always", reason="backup and restore of containers: make test-compose")


def test_the_page_has_the_commands_that_are_run() -> None:
    tried, backup, restore = BLOCKS
    assert "token mint" in tried
    assert "pg_basebackup" in backup
    assert "republish" in restore
    feed = [line for line in restore.splitlines() if "UPDATE feed" in line]
    assert len(feed) == 1
    assert restore.index(feed[0]) < restore.index("wait\n"), "before the services run"
    assert feed[0].strip() in (PAGES / "runbook.md").read_text("utf-8")


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target, heading in LINK.findall(page.read_text("utf-8")):
        if "://" in target:
            continue
        place = (page.parent / target).resolve() if target else page
        assert place.exists(), target
        if heading:
            headings = re.findall(r"^#+ (.*)$", place.read_text("utf-8"), re.MULTILINE)
            names = {re.sub(r"[^\w -]", "", one).strip().lower().replace(" ", "-") for one in headings}
            assert heading in names, heading


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda page: page.name)
def test_no_container_is_named_that_there_is_not(page: Path) -> None:
    named = re.findall(r"docker compose exec (?:-T )?([a-z]+)", page.read_text("utf-8"))
    assert set(named) <= {*SERVICES, "postgres", "kafka"}


def run(script: str, county: Containers, backup: Path) -> "subprocess.CompletedProcess[str]":
    """Run commands as an operator types them."""
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=CHECKOUT,
        env={**os.environ, **county.environment, "BACKUP": str(backup)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


async def events(county: Containers, after: str = "") -> httpx.Response:
    """A reader of the feed."""
    async with county.client("analytics", "ANALYST") as client:
        return await client.get("/v1/events", params={"after": after})


@thorough
@pytest.mark.containers
@pytest.mark.slow
async def test_the_commands_work_as_they_stand_and_a_restored_county_is_whole(
    divided: Containers, steps: Steps, tmp_path: Path
) -> None:
    case_id = await steps.register(DISPUTE)
    await steps.route(case_id, "MEDIATION")
    before = divided.onewindow("status")
    cursor = (await events(divided)).headers["next-cursor"]
    assert (await events(divided, cursor)).status_code == 200
    answer = await asyncio.to_thread(run, "".join(BLOCKS), divided, tmp_path / "backup")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert answer.stdout.count("broken 0") == 2, "checked before, and against the digest after"
    assert not list((tmp_path / "backup").rglob("*key*"))

    divided.token.cache_clear()  # the development issuer went with its volume
    await divided.settled()
    after = divided.onewindow("status")
    assert after == before
    refused = await events(divided, cursor)
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_cursor"), "it is another feed now"
    case = await steps.get("mediation", "MEDIATOR", f"/v1/cases/{case_id}")
    assert len(case["parties"]) == len(DISPUTE["parties"]), "particulars are opened with the same keys"
    await steps.register(DISPUTE)
    await divided.settled()
    assert divided.onewindow("status")["analytics"]["registered"] == before["analytics"]["registered"] + 1
