"""A commit that fails answers 5xx, never 2xx, on every writing route: by generation, with a real failing COMMIT."""

from onewindow.embedded.databases import connect
from tests.architecture.operations import WRITING, Described, operations
from tests.county import County

# A deferred constraint fails when everything else has succeeded: at COMMIT.
REFUSE_COMMITS = """
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no commit today'; END $$;
    CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON journal
      DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse();
"""
ALLOW_COMMITS = "DROP FUNCTION refuse() CASCADE"
COUNTS = "SELECT (SELECT count(*) FROM journal), (SELECT count(*) FROM outbox), (SELECT count(*) FROM idempotency_keys)"


async def test_no_writing_route_answers_2xx_when_its_commit_fails(demonstrated: County) -> None:
    tried: list[Described] = []
    for name, app in demonstrated.apps.items():
        owner = await connect(demonstrated.databases[name].owner_url)
        try:
            before = await owner.fetchrow(COUNTS)
            await owner.execute(REFUSE_COMMITS)
            for one in operations(name, app):
                if one.method.lower() not in WRITING:
                    continue
                async with demonstrated.client(name, one.role) as client:
                    headers = one.headers | {"Content-Type": "application/json"}
                    answer = await client.request(one.method, one.path, headers=headers, content=one.content)
                tried.append(one)
                if one.template == "/v1/cases/batch":  # answers item by item
                    assert all(item["status"] >= 500 for item in answer.json()["items"]), f"{one}: {answer.text[:300]}"
                else:
                    assert answer.status_code >= 500, f"{one}: {answer.status_code} {answer.text[:300]}"
            await owner.execute(ALLOW_COMMITS)
            assert await owner.fetchrow(COUNTS) == before
        finally:
            await owner.close()
    assert len(tried) > 15, "the services lost their writing operations"


async def test_the_same_requests_succeed_once_commits_do(demonstrated: County) -> None:
    """The positive control: what answered 5xx above was refused for the commit and for nothing else."""
    for name, app in demonstrated.apps.items():
        for one in operations(name, app):
            if one.method.lower() not in WRITING:
                continue
            async with demonstrated.client(name, one.role) as client:
                headers = one.headers | {"Content-Type": "application/json"}
                answer = await client.request(one.method, one.path, headers=headers, content=one.content)
            assert answer.status_code < 300, f"{one}: {answer.status_code} {answer.text[:300]}"
