"""Names, numbers, addresses, narratives and opinions: where they may stand, and nowhere else."""

import asyncpg

from contracts.codes import PetitionState
from onewindow.embedded.databases import ServiceDatabase
from tests.petition.story import CANARIES, CLAIM, FACTS, LEGAL_BASIS, NARRATIVE, OPINION, Story

ALLOWED = {
    ("matters", "narrative"): NARRATIVE,
    ("opinions", "claim"): CLAIM,
    ("opinions", "facts"): FACTS,
    ("opinions", "text"): OPINION,
    ("opinions", "legal_basis"): LEGAL_BASIS,
}
"""Free text may stand in clear behind row-level security."""


async def test_they_stand_in_their_protected_rows_only(story: Story, addresses: ServiceDatabase) -> None:
    for state in (PetitionState.CONCLUDED, PetitionState.EXECUTING, PetitionState.EXTENDED):
        await story.at(state)
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
    assert found == {(*place, word) for place, word in ALLOWED.items()}
