"""Each promise as a comparison: what people were told, against what stands in the databases."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import orjson

from chaos import model
from chaos.history import Acknowledged, Case
from chassis.journal.verify import verify
from onewindow.distributed.reading import READS
from onewindow.embedded.addresses import Address, connected

VERIFY_SECONDS: Final = 120.0
TOLD: Final = 3
"""How many of the things that are wrong are named."""
JOURNAL: Final = """
    SELECT case_id::text AS case_id, type, version, encode(hash, 'hex') AS receipt FROM journal
    WHERE stream = 'facts' AND topic <> 'onewindow.intake.directory.v1' ORDER BY case_id, version
"""
EVENTS: Final = "SELECT id, topic FROM journal WHERE topic IS NOT NULL"
HEADS: Final = "SELECT case_id, topics FROM heads WHERE stream = 'facts'"
POSITIONS: Final = "SELECT topic, case_id, version FROM positions"
INBOX: Final = "SELECT event_id FROM inbox"
LETTERS: Final = "SELECT state, reason, topic, key FROM dead_letters ORDER BY id"
PENDING: Final = "SELECT count(*) AS pending FROM outbox"
STATE: Final = "SELECT id::text AS id, state FROM {}"
BOOKS: Final = {"intake": "cases", "mediation": "cases", "petition": "matters"}
CASE_FACTS: Final = (
    "SELECT " + ", ".join(f"count({column}) AS {column}" for column in model.COUNTED) + " FROM case_facts"
)
COMPACTED: Final = "onewindow.intake.directory.v1"


class Databases(Protocol):
    """The services' databases."""

    @property
    def addresses(self) -> Mapping[str, Address]:
        """Where they are."""
        ...

    async def fetch(self, service: str, query: str, *arguments: object) -> Sequence[Any]:
        """Rows, whoever they belong to."""
        ...


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise, what it was held against, and what breaks it: nothing, if it holds."""

    name: str
    against: str
    broken: Sequence[str] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing breaks it."""
        return not self.broken


Heads = Mapping[tuple[str, Any], int]
"""Versions by topic and case."""
Journal = Mapping[str, Sequence[Any]]
"""Entries of a service's journal, by case."""


async def of_counts(databases: Databases, cases: Sequence[Case]) -> list[Promise]:
    """Every promise that standing counts can tell of; nobody may be at work."""
    journals = {service: _by_case(await databases.fetch(service, JOURNAL)) for service in model.STATES}
    return [
        _nothing_lost(journals, cases),
        await _nothing_doubled(databases, journals, cases),
        await _order_kept(databases),
        await _analytics_agrees(databases, cases),
        await _no_letters(databases),
        await _outboxes_empty(databases),
        await _chains_hold(databases),
    ]


async def heads(databases: Databases) -> Heads:
    """How far each case has come on each topic, at its owner."""
    found: dict[tuple[str, Any], int] = {}
    for service in READS:
        for row in await databases.fetch(service, HEADS):
            found |= {(topic, row["case_id"]): version for topic, version in _topics(row["topics"]).items()}
    return found


async def has_arrived(databases: Databases, recorded: Heads) -> bool:
    """Whether everybody has applied all that had been recorded then."""
    for service, topics in READS.items():
        rows = await databases.fetch(service, POSITIONS)
        reached = {(row["topic"], row["case_id"]): row["version"] for row in rows}
        if any(reached.get(place, 0) < version for place, version in recorded.items() if place[0] in topics):
            return False
    return True


async def is_settled(databases: Databases) -> bool:
    """Whether everything recorded has been published and applied; what came of it meanwhile is seen the next time."""
    for service in READS:
        if (await databases.fetch(service, PENDING))[0]["pending"]:
            return False
    return not (await _order_kept(databases)).broken


def _nothing_lost(journals: Mapping[str, Journal], cases: Sequence[Case]) -> Promise:
    """P1: each receipt that somebody holds is that of an entry, of that case, with that version."""
    told = [(case, done) for case in cases for done in case.acts]
    found = {
        (service, entry["case_id"], entry["version"]): entry["receipt"]
        for service, journal in journals.items()
        for entries in journal.values()
        for entry in entries
    }
    lost = [
        f"case {case.number} {done.act}: {'changed' if place in found else 'gone'}"
        for case, done in told
        if found.get(place := (done.service, case.id, done.version)) != done.receipt
    ]
    return Promise("nothing acknowledged is lost", f"{len(told):,} receipts", lost)


async def _nothing_doubled(databases: Databases, journals: Mapping[str, Journal], cases: Sequence[Case]) -> Promise:
    """P3: each journal holds what was asked for, once and in order, and no more; and so do the rows beside it."""
    broken: list[str] = []
    entries = 0
    for service, journal in journals.items():
        wanted = model.journal(cases, service)
        entries += sum(map(len, journal.values()))
        for case_id in wanted.keys() | journal.keys():
            facts = [entry["type"] for entry in journal.get(case_id, ())]
            if facts != wanted.get(case_id, []):
                broken.append(f"{service} {case_id}: {facts} instead of {wanted.get(case_id, [])}")
        states = {row["id"]: row["state"] for row in await databases.fetch(service, STATE.format(BOOKS[service]))}
        broken += _differences(f"{service} state of", states, model.states(cases, service))
    return Promise("nothing is doubled in effect, nothing comes from nowhere", f"{entries:,} entries", broken)


async def _order_kept(databases: Databases) -> Promise:
    """P5: each consumer stands where the owner of each topic does, having applied every event, and no other."""
    broken: list[str] = []
    owners = await heads(databases)
    events: dict[str, set[Any]] = {}
    for service in READS:
        for row in await databases.fetch(service, EVENTS):
            events.setdefault(row["topic"], set()).add(row["id"])
    count = 0
    for service, topics in READS.items():
        wanted = {place: version for place, version in owners.items() if place[0] in topics}
        count += len(wanted)
        rows = await databases.fetch(service, POSITIONS)
        reached = {(row["topic"], row["case_id"]): row["version"] for row in rows}
        broken += _differences(f"{service} at", reached, wanted)
        inbox = {row["event_id"] for row in await databases.fetch(service, INBOX)}
        sent = {topic: events.get(topic, set()) for topic in topics}
        broken += [f"{service} applied {one}, which nobody sent" for one in inbox - set().union(*sent.values())]
        skipped = set().union(*(ids for topic, ids in sent.items() if topic != COMPACTED)) - inbox
        broken += [f"{service} did not apply {one}" for one in skipped]
    return Promise("the order of each case is kept, no event is skipped", f"{count:,} positions", broken)


async def _analytics_agrees(databases: Databases, cases: Sequence[Case]) -> Promise:
    (row,) = await databases.fetch("analytics", CASE_FACTS)
    (intake,) = await databases.fetch("intake", "SELECT count(*) AS cases FROM cases")
    wanted = model.counts(cases)
    broken = _differences("analytics", dict(row), wanted)
    if row["registered_day"] != intake["cases"]:
        broken.append(f"analytics counts {row['registered_day']} registered, intake has {intake['cases']}")
    return Promise("analytics counts what intake has", f"{intake['cases']:,} cases", broken)


async def _no_letters(databases: Databases) -> Promise:
    letters = [(service, row) for service in READS for row in await databases.fetch(service, LETTERS)]
    broken = [f"{service}: {row['state']} {row['reason']} {row['topic']} {row['key']}" for service, row in letters]
    return Promise("no dead letter", "all services", broken)


async def _outboxes_empty(databases: Databases) -> Promise:
    pending = {service: (await databases.fetch(service, PENDING))[0]["pending"] for service in READS}
    broken = [f"{service}: {number} pending" for service, number in pending.items() if number]
    return Promise("outboxes are empty", "all services", broken)


async def _chains_hold(databases: Databases) -> Promise:
    broken: list[str] = []
    chains = 0
    for service, address in databases.addresses.items():
        connection = await connected(address, command_timeout=VERIFY_SECONDS)
        try:
            found = await verify(connection)
        finally:
            await connection.close(timeout=5)
        chains += found.chains
        broken += [f"{service} {one.case_id} {one.version}: {one.reason}" for one in found.broken]
    return Promise("every chain of every journal holds", f"{chains:,} chains", broken)


def of_people(told: Iterable[tuple[Case, Acknowledged]], unresolved: Sequence[str]) -> Promise:
    """P2: whoever did not learn the outcome of a call learned it by repeating it, and nobody was refused."""
    repeated = [done for _, done in told if done.calls > 1]
    longest = max((done.seconds for done in repeated), default=0.0)
    against = f"{len(repeated):,} repeated, the longest took {longest:.1f} s"
    return Promise("an unknown outcome becomes known by repeating with the same key", against, unresolved)


def told_of(broken: Sequence[str]) -> str:
    """What is wrong, as far as one can read it."""
    more = f" and {len(broken) - TOLD} more" if len(broken) > TOLD else ""
    return "; ".join(broken[:TOLD]) + more


def _by_case(rows: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row["case_id"], []).append(row)
    return found


def _topics(value: str) -> dict[str, int]:
    found: dict[str, int] = orjson.loads(value)
    return found


def _differences(what: str, found: Mapping[Any, Any], wanted: Mapping[Any, Any]) -> list[str]:
    counted = Counter(found.keys()) | Counter(wanted.keys())
    return [
        f"{what} {_named(key)}: {found.get(key)} instead of {wanted.get(key)}"
        for key in counted
        if found.get(key) != wanted.get(key)
    ]


def _named(key: object) -> str:
    return " ".join(map(str, key)) if isinstance(key, tuple) else str(key)
