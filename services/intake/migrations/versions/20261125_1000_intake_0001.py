"""Tables of intake: the directory; cases, their parties, evaluations and official numbers."""

import sqlalchemy as sa
from alembic import op

from chassis.database.migrate import grant, protect

revision = "intake_0001"
down_revision = None
branch_labels = ("intake",)
depends_on = "chassis_0001"

TIME = sa.DateTime(timezone=True)
MOVED = "state, tier, route, organisation_id, progress, outcome, resolved, concluded_by, concluded_at"
"""Columns of a case that change after registration."""


def upgrade() -> None:
    """Create them, with what the service's role may do on each."""
    _directory()
    _cases()
    for table in ("divisions", "organisations", "staff", "grids", "number_blocks"):
        grant(table, "SELECT, INSERT, UPDATE")
    grant("cases", f"SELECT, INSERT, UPDATE ({MOVED})")
    grant("parties", "SELECT, INSERT")
    grant("evaluations", "SELECT, INSERT")
    # A batch holds rows of many callers: each carries the scope that was verified for it. nullif: every text starts
    # with the empty one.
    protect("cases", inserting="authorised_division = '*' OR starts_with(division, nullif(authorised_division, ''))")
    protect("parties")
    protect("evaluations")


def _directory() -> None:
    op.create_table(
        "divisions",
        sa.Column("code", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("parent_code", sa.String),
        sa.Column("level", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_to", sa.Date),
        sa.PrimaryKeyConstraint("code", name="pk_divisions"),
    )
    op.create_index("ix_divisions_parent_code", "divisions", ["parent_code"])
    op.create_table(
        "organisations",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("division", sa.String, nullable=False),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_to", sa.Date),
        sa.PrimaryKeyConstraint("id", name="pk_organisations"),
    )
    op.create_index("ix_organisations_division", "organisations", ["division"])
    op.create_table(
        "staff",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("division", sa.String, nullable=False),
        sa.Column("post", sa.String, nullable=False),
        sa.Column("roles", sa.ARRAY(sa.String), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_to", sa.Date),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_staff_organisation_id_organisations"
        ),
    )
    op.create_index("ix_staff_organisation_id", "staff", ["organisation_id"])
    op.create_index("ix_staff_division", "staff", ["division"])
    op.create_table(
        "grids",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("code", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("division", sa.String, nullable=False),
        sa.Column("households", sa.Integer, nullable=False),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_to", sa.Date),
        sa.PrimaryKeyConstraint("id", name="pk_grids"),
        sa.UniqueConstraint("code", name="uq_grids_code"),
    )
    op.create_index("ix_grids_division", "grids", ["division"])


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("number", sa.String, nullable=False),
        sa.Column("receipt_code", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("category", sa.String),
        sa.Column("petition_category", sa.String),
        sa.Column("division", sa.String, nullable=False),
        sa.Column("county", sa.String, nullable=False),
        sa.Column("tier", sa.String, nullable=False),
        sa.Column("people_involved", sa.Integer, nullable=False),
        sa.Column("visitors", sa.Integer),
        sa.Column("amount_fen", sa.BigInteger),
        sa.Column("scale", sa.String),
        sa.Column("occurred_on", sa.Date),
        sa.Column("title", sa.String),
        sa.Column("narrative", sa.String, nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("registered_at", TIME, nullable=False),
        sa.Column("source", sa.String),
        sa.Column("source_id", sa.String),
        sa.Column("source_author", sa.String),
        sa.Column("authorised_division", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("route", sa.String),
        sa.Column("organisation_id", sa.Uuid),
        sa.Column("progress", sa.String),
        sa.Column("outcome", sa.String),
        sa.Column("resolved", sa.Boolean),
        sa.Column("concluded_by", sa.String),
        sa.Column("concluded_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.UniqueConstraint("number", name="uq_cases_number"),
        sa.UniqueConstraint("receipt_code", name="uq_cases_receipt_code"),
        sa.UniqueConstraint("source", "source_id", name="uq_cases_source_source_id"),
        sa.CheckConstraint("(state = 'CONCLUDED') = (outcome IS NOT NULL)", name=op.f("ck_cases_outcome")),
        sa.CheckConstraint("(state = 'REGISTERED') = (route IS NULL)", name=op.f("ck_cases_route")),
        sa.CheckConstraint("people_involved >= 1", name=op.f("ck_cases_people_involved")),
    )
    op.create_index("ix_cases_registered_at", "cases", ["registered_at", "id"])
    op.create_index("ix_cases_county", "cases", ["county", "registered_at", "id"])
    op.create_table(
        "parties",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("division", sa.String, nullable=False),
        sa.Column("position", sa.SmallInteger, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("name_sealed", sa.LargeBinary, nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary),
        sa.Column("identity_sealed", sa.LargeBinary),
        sa.Column("address_sealed", sa.LargeBinary),
        sa.Column("phone_index", sa.LargeBinary),
        sa.Column("identity_index", sa.LargeBinary),
        sa.PrimaryKeyConstraint("id", name="pk_parties"),
    )
    op.create_index("ix_parties_case_id", "parties", ["case_id"])
    op.create_index("ix_parties_phone_index", "parties", ["phone_index"])
    op.create_index("ix_parties_identity_index", "parties", ["identity_index"])
    op.create_table(
        "evaluations",
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("unit", sa.String, nullable=False),
        sa.Column("division", sa.String, nullable=False),
        sa.Column("satisfaction", sa.String, nullable=False),
        sa.Column("reason_code", sa.String),
        sa.Column("recorded_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "unit", name="pk_evaluations"),
    )
    op.create_table(
        "number_blocks",
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("next", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("year", name="pk_number_blocks"),
    )


def downgrade() -> None:
    """Refuse: cases are not dropped by a tool."""
    raise NotImplementedError("cases are never dropped")
