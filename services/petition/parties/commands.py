"""What is done with parties: take over their particulars, sealed, and show them masked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from chassis.database.session import Session
from chassis.security.masking import mask_address, mask_identity, mask_name, mask_phone
from chassis.security.sealing import IndexKind, Sealer
from contracts.codes import PartyRole
from contracts.intake.handovers import HandoverParty
from services.petition.parties import tables

NAME: Final = "petition.parties.name_sealed"
PHONE: Final = "petition.parties.phone_sealed"
IDENTITY: Final = "petition.parties.identity_number_sealed"
ADDRESS: Final = "petition.parties.address_sealed"


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedParty:
    """A party as anybody who handles the matter may see them."""

    id: UUID
    role: PartyRole
    name: str
    phone: str | None
    identity_number: str | None
    address: str | None


def hand_over(
    session: Session, matter_id: UUID, division: str, parties: Sequence[HandoverParty], sealer: Sealer
) -> None:
    """The parties of a new matter, in the order of the handover; particulars sealed under this service's own key."""
    session.add_all(
        [_sealed(matter_id, division, position, party, sealer) for position, party in enumerate(parties, start=1)]
    )


def masked(party: tables.Party, sealer: Sealer) -> MaskedParty:
    """The party with every particular masked."""

    def shown(sealed: bytes | None, column: str, mask: Callable[[str], str]) -> str | None:
        return None if sealed is None else mask(sealer.unseal(sealed, column, party.id))

    return MaskedParty(
        id=party.id,
        role=party.role,
        name=mask_name(sealer.unseal(party.name_sealed, NAME, party.id)),
        phone=shown(party.phone_sealed, PHONE, mask_phone),
        identity_number=shown(party.identity_number_sealed, IDENTITY, mask_identity),
        address=shown(party.address_sealed, ADDRESS, mask_address),
    )


def _sealed(matter_id: UUID, division: str, position: int, party: HandoverParty, sealer: Sealer) -> tables.Party:
    def sealed(value: str | None, column: str) -> bytes | None:
        return None if value is None else sealer.seal(value, column, party.party_id)

    def indexed(value: str | None, kind: IndexKind) -> bytes | None:
        return None if value is None else sealer.index(value, kind)

    return tables.Party(
        matter_id=matter_id,
        id=party.party_id,
        position=position,
        division=division,
        role=party.role,
        name_sealed=sealer.seal(party.name, NAME, party.party_id),
        phone_sealed=sealed(party.phone, PHONE),
        identity_number_sealed=sealed(party.identity_number, IDENTITY),
        address_sealed=sealed(party.address, ADDRESS),
        phone_index=indexed(party.phone, IndexKind.PHONE),
        identity_index=indexed(party.identity_number, IndexKind.IDENTITY),
    )
