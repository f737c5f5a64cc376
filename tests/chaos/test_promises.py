"""The checker: it finds nothing where nothing is wrong, and each kind of damage by the promise that it breaks."""

from dataclasses import replace

import asyncpg
import pytest

from chaos.history import Act, Call, End, History
from chaos.verdict import conclusions, outcome
from tests.chaos.conftest import Worked

LOST = "nothing acknowledged is lost"
DOUBLED = "nothing is doubled in effect, nothing comes from nowhere"
ORDER = "the order of each case is kept, no event is skipped"
COUNTED = "analytics counts what intake has"
LETTERS = "no dead letter"
PENDING = "outboxes are empty"
CHAINS = "every chain of every journal holds"
LETTER = """
    INSERT INTO dead_letters (digest, topic, key, value, headers, reason, detail, state, at)
    VALUES ('a', 't', 'k', '', '[]', 'unreadable', '', 'dead', now())
"""
UNDONE = "UPDATE cases SET state = 'TERMINATED', termination_reason = 'SUED' WHERE id = (SELECT id FROM cases LIMIT 1)"
A_HANDOVER = "SELECT id FROM journal WHERE type = 'intake.mediation_requested' LIMIT 1"
A_CASE = "(SELECT case_id FROM journal WHERE type = 'intake.case_registered' ORDER BY position LIMIT 1)"
DAMAGE = [
    ("intake", f"DELETE FROM journal WHERE case_id = {A_CASE} AND version = 1", {LOST, DOUBLED, ORDER}),
    ("intake", f"UPDATE journal SET hash = '\\x00' WHERE case_id = {A_CASE} AND version = 1", {LOST}),
    ("intake", "DELETE FROM cases WHERE id = (SELECT id FROM cases LIMIT 1)", {DOUBLED, COUNTED}),
    ("mediation", UNDONE, {DOUBLED}),
    ("mediation", "DELETE FROM inbox WHERE event_id = $1", {ORDER}),
    ("mediation", "UPDATE positions SET version = version - 1 WHERE topic = 'onewindow.intake.handover.v1'", {ORDER}),
    ("petition", "UPDATE positions SET version = version + 1 WHERE topic = 'onewindow.intake.handover.v1'", {ORDER}),
    ("analytics", "INSERT INTO inbox VALUES (gen_random_uuid(), now())", {ORDER}),
    ("analytics", "DELETE FROM case_facts WHERE case_id = (SELECT case_id FROM case_facts LIMIT 1)", {COUNTED}),
    ("analytics", "UPDATE case_facts SET routed_day = registered_day WHERE routed_day IS NULL", {COUNTED}),
    ("intake", LETTER, {LETTERS}),
    ("analytics", "INSERT INTO outbox (entry_id, at) VALUES (gen_random_uuid(), now())", {PENDING}),
]


@pytest.mark.parametrize(("service", "statement", "promises"), DAMAGE)
async def test_damage_is_found(worked: Worked, service: str, statement: str, promises: set[str]) -> None:
    assert {act for case in worked.history.cases for act in Act if case.did(act)} >= {
        Act.REGISTER,
        Act.TO_MEDIATION,
        Act.TO_PETITION,
        Act.SEEK_CONSENT,
        Act.CONSENT,
    }, "people did enough for the check to mean something"
    assert await worked.broken() == {}
    arguments = []
    if "$1" in statement:
        arguments = [(await worked.databases.fetch("intake", A_HANDOVER))[0]["id"]]
    async with worked.damaged(service, statement, *arguments) as damaged:
        assert set(await damaged.broken()) == promises
    assert await worked.broken() == {}


async def test_a_chain_that_does_not_hold_is_found(worked: Worked) -> None:
    url = worked.databases.addresses["mediation"].owner_url
    connection = await asyncpg.connect(url)
    change = "UPDATE journal SET actor = actor || $1 WHERE version = 1"
    try:
        await connection.execute(change, "x")
        assert set(await worked.broken()) == {CHAINS}
    finally:
        await connection.execute(change.replace("actor || $1", "rtrim(actor, $1)"), "x")
        await connection.close()
    assert await worked.broken() == {}


async def test_a_receipt_for_what_never_was_is_found(worked: Worked) -> None:
    case = worked.history.cases[0]
    kept = list(case.acts)
    try:
        case.acts[0] = replace(kept[0], receipt="00" * 32)
        assert await worked.broken() == {LOST: "case 0 register: changed"}
        case.acts[:] = [*kept, replace(kept[0], act=Act.CONSENT, service="mediation", version=99)]
        assert set(await worked.broken()) == {LOST, DOUBLED}
    finally:
        case.acts[:] = kept


def conclude(
    history: History, healed: float | None = 1.0, stop: tuple[str, int | None, float] | None = None
) -> set[str]:
    outcomes = [outcome(history, window, healed, []) for window in history.windows]
    return {promise.name for promise in conclusions(history, outcomes, [stop] if stop else []) if not promise.holds}


@pytest.fixture
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    """One fault of a minute, with one call in it that went well."""
    made = History(tmp_path_factory.mktemp("chaos") / "history.jsonl")
    made.close()
    with made.window("Kafka gone for long", served=frozenset({"intake"})) as window:
        pass
    window.ended = window.began + 60
    made.called(Call("intake", Act.REGISTER, window.began + 1, 0.1, End.OK, 201))
    return made


def test_time_and_service_are_judged(history: History) -> None:
    served, hangs = "people are served while Kafka is away", "no call hangs"
    settled, stops = "all has arrived everywhere 60 s after a fault", "SIGTERM ends a service in order within 30 s"
    (window,) = history.windows
    assert conclude(history, stop=("intake", 0, 3.0)) == set()
    assert conclude(history, healed=None) == conclude(history, healed=61.0) == {settled}
    for stop in (("intake", 1, 1.0), ("intake", None, 35.0), ("intake", 0, 31.0)):
        assert conclude(history, stop=stop) == {stops}
    history.called(Call("intake", Act.REGISTER, window.began + 2, 0.1, End.CUT, 0))
    assert conclude(history) == set(), "who hangs up has not been refused"
    history.called(Call("intake", Act.REGISTER, window.ended + 2, 0.1, End.UNKNOWN, 503))
    assert conclude(history) == set(), "outside of the fault"
    history.called(Call("intake", Act.REGISTER, window.began + 3, 11.0, End.UNKNOWN, 0))
    assert conclude(history) == {served, hangs}
    history.called(Call("mediation", Act.ACCEPT, window.began + 3, 1.0, End.UNKNOWN, 0))
    assert conclude(history) == {served, hangs}, "that one was killed"
    history.unresolved.append("a key: refused 422")
    assert conclude(history) == {served, hangs, "an unknown outcome becomes known by repeating with the same key"}


def test_a_fault_in_which_nobody_called_shows_nothing(history: History) -> None:
    history.calls.clear()
    assert conclude(history) == {"people are served while Kafka is away"}
