"""Names, numbers, addresses, narratives, notes and terms: where they may stand, and nowhere else."""

import asyncpg

from contracts.codes import MediationState
from onewindow.embedded.databases import ServiceDatabase
from tests.mediation.story import CANARIES, NARRATIVE, NOTE, TERMS, Story

ALLOWED = {("cases", "narrative"): {NARRATIVE}, ("agreements", "terms"): {TERMS}}
"""Free text may stand in clear behind row-level security."""


async def test_they_stand_in_their_protected_rows_only(story: Story, addresses: ServiceDatabase) -> None:
    ended = await story.at(MediationState.IN_MEDIATION)
    await story.end(ended, note=NOTE)
    await story.at(MediationState.EFFECTIVE)
    found: set[tuple[str, str, str]] = set()
    connection = await asyncpg.connect(addresses.owner_url, timeout=5)
    try:
        columns = await connection.fetch(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        )
        for table, column in columns:
            # Bytes are looked at as they are: convert_from would stumble over what is no text.
            for row in await connection.fetch(
                f'SELECT "{column}" AS value FROM "{table}" WHERE "{column}" IS NOT NULL'
            ):
                value = row["value"]
                raw = value if isinstance(value, bytes) else str(value).encode()
                found |= {(table, column, word) for word in CANARIES if word.encode() in raw}
    finally:
        await connection.close()
    wrong = {(table, column, word) for table, column, word in found if word not in ALLOWED.get((table, column), set())}
    assert wrong == set()
    assert {("cases", "narrative", NARRATIVE), ("agreements", "terms", TERMS)} <= found, "the test can find something"
