"""The rows that registering sends: what `unnest` takes apart in its one statement."""

from typing import Final

from alembic import op

revision = "intake_0002"
down_revision = "intake_0001"
branch_labels = None
depends_on = None

ARRIVING: Final = {
    "arriving_case": {
        "k_principal": "text",
        "k_key": "text",
        "k_body_hash": "bytea",
        "e_id": "uuid",
        "e_case_id": "uuid",
        "e_division": "text",
        "e_data": "text",
        "e_actor": "text",
        "e_on_behalf_of": "text",
        "e_occurred_at": "timestamptz",
        "e_recorded_at": "timestamptz",
        "e_correlation_id": "uuid",
        "e_causation_id": "uuid",
        "e_hash": "bytea",
        "number": "text",
        "receipt_code": "text",
        "kind": "text",
        "channel": "text",
        "category": "text",
        "petition_category": "text",
        "tier": "text",
        "people_involved": "int",
        "visitors": "int",
        "amount_fen": "bigint",
        "scale": "text",
        "occurred_on": "date",
        "title": "text",
        "narrative": "text",
        "received_at": "timestamptz",
        "source": "text",
        "source_id": "text",
        "source_author": "text",
        "authorised_division": "text",
    },
    "arriving_party": {
        "p_id": "uuid",
        "p_case_id": "uuid",
        "p_position": "smallint",
        "p_role": "text",
        "p_name_sealed": "bytea",
        "p_phone_sealed": "bytea",
        "p_identity_sealed": "bytea",
        "p_address_sealed": "bytea",
        "p_phone_index": "bytea",
        "p_identity_index": "bytea",
    },
    "arriving_deadline": {
        "id": "uuid",
        "case_id": "uuid",
        "division": "text",
        "rule": "text",
        "basis": "text",
        "started_at": "timestamptz",
        "due_at": "timestamptz",
        "due_date": "date",
        "calendar_version": "text",
        "provisional": "bool",
        "pauses": "text",
        "extension_days": "int",
        "state": "text",
        "met_at": "timestamptz",
        "missed_at": "timestamptz",
    },
}
"""Types by name, with their columns in the order in which they are sent."""


def upgrade() -> None:
    """Create them; anybody may use a type."""
    for name, columns in ARRIVING.items():
        op.execute(f"CREATE TYPE {name} AS ({', '.join(f'{column} {kind}' for column, kind in columns.items())})")
