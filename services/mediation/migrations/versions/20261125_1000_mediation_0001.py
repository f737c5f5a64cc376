"""Tables of mediation: the directory's copy, cases with parties and sessions, dossier counters, agreements."""

import sqlalchemy as sa
from alembic import op

from chassis.database.migrate import grant, protect

revision = "mediation_0001"
down_revision = None
branch_labels = ("mediation",)
depends_on = "chassis_0001"

CODE = sa.String(32)
TEXT = sa.String()
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create them, with what the service's role may do on each."""
    op.create_table(
        "cases",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("number", TEXT, nullable=False),
        sa.Column("county", TEXT, nullable=False),
        sa.Column("division", TEXT, nullable=False),
        sa.Column("tier", CODE, nullable=False),
        sa.Column("category", CODE),
        sa.Column("channel", CODE, nullable=False),
        sa.Column("named_clock", TEXT),
        sa.Column("people_involved", sa.Integer, nullable=False),
        sa.Column("amount_fen", sa.BigInteger),
        sa.Column("narrative", TEXT, nullable=False),
        sa.Column("registered_at", TIME, nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("rights_notice", CODE),
        sa.Column("consent_sought_at", TIME),
        sa.Column("accepted_at", TIME),
        sa.Column("clock", TEXT),
        sa.Column("dossier_number", TEXT),
        sa.Column("mediator_id", sa.Uuid),
        sa.Column("mediator_chosen_by", CODE),
        sa.Column("sessions", sa.Integer, nullable=False),
        sa.Column("effective_at", TIME),
        sa.Column("termination_reason", CODE),
        sa.Column("termination_note_sealed", sa.LargeBinary),
        sa.Column("terminated_at", TIME),
        sa.CheckConstraint("(state = 'EFFECTIVE') = (effective_at IS NOT NULL)", name=op.f("ck_cases_effect")),
        sa.CheckConstraint(
            "(state = 'TERMINATED') = (termination_reason IS NOT NULL)", name=op.f("ck_cases_reason_of_end")
        ),
        sa.CheckConstraint("(accepted_at IS NULL) = (clock IS NULL)", name=op.f("ck_cases_clock_of_accepted")),
        sa.CheckConstraint(
            "(accepted_at IS NULL) = (dossier_number IS NULL)", name=op.f("ck_cases_number_of_accepted")
        ),
        sa.CheckConstraint(
            "(mediator_id IS NULL) = (mediator_chosen_by IS NULL)", name=op.f("ck_cases_choice_of_mediator")
        ),
        sa.CheckConstraint("accepted_at IS NULL OR category IS NOT NULL", name=op.f("ck_cases_type_of_accepted")),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.UniqueConstraint("county", "dossier_number", name="uq_cases_county_dossier_number"),
    )
    op.create_index("ix_cases_division_registered_at", "cases", ["division", "registered_at", "id"])
    op.create_index("ix_cases_registered_at", "cases", ["registered_at", "id"])
    op.create_table(
        "divisions",
        sa.Column("record_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("parent_code", TEXT),
        sa.Column("level", CODE, nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_to", sa.Date),
        sa.PrimaryKeyConstraint("record_id", name="pk_divisions"),
    )
    op.create_index("ix_divisions_code", "divisions", ["code"])
    op.create_index("ix_divisions_parent_code", "divisions", ["parent_code"])
    op.create_table(
        "dossier_counters",
        sa.Column("county", TEXT, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("county", "year", name="pk_dossier_counters"),
    )
    op.create_table(
        "grids",
        sa.Column("record_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("division", TEXT, nullable=False),
        sa.Column("households", sa.Integer, nullable=False),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_to", sa.Date),
        sa.PrimaryKeyConstraint("record_id", name="pk_grids"),
    )
    op.create_table(
        "organisations",
        sa.Column("record_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("division", TEXT, nullable=False),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_to", sa.Date),
        sa.PrimaryKeyConstraint("record_id", name="pk_organisations"),
    )
    op.create_table(
        "staff",
        sa.Column("record_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("division", TEXT, nullable=False),
        sa.Column("post", TEXT, nullable=False),
        sa.Column("roles", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_to", sa.Date),
        sa.PrimaryKeyConstraint("record_id", name="pk_staff"),
    )
    op.create_table(
        "agreements",
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("division", TEXT, nullable=False),
        sa.Column("form", CODE, nullable=False),
        sa.Column("partial", sa.Boolean, nullable=False),
        sa.Column("terms", TEXT, nullable=False),
        sa.Column("reached_at", TIME, nullable=False),
        sa.Column("mediator_signed_at", TIME),
        sa.Column("seal_affixed_at", TIME),
        sa.Column("effective_at", TIME),
        sa.CheckConstraint(
            "effective_at IS NULL OR form = 'ORAL' OR (mediator_signed_at IS NOT NULL AND seal_affixed_at IS NOT NULL)",
            name=op.f("ck_agreements_signed_and_sealed"),
        ),
        sa.CheckConstraint("form <> 'ORAL' OR effective_at = reached_at", name=op.f("ck_agreements_oral_at_once")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_agreements_case_id_cases"),
        sa.PrimaryKeyConstraint("case_id", name="pk_agreements"),
    )
    op.create_table(
        "parties",
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("division", TEXT, nullable=False),
        sa.Column("role", CODE, nullable=False),
        sa.Column("name_sealed", sa.LargeBinary, nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary),
        sa.Column("identity_number_sealed", sa.LargeBinary),
        sa.Column("address_sealed", sa.LargeBinary),
        sa.Column("phone_index", sa.LargeBinary),
        sa.Column("identity_index", sa.LargeBinary),
        sa.Column("stand", CODE),
        sa.Column("answered_at", TIME),
        sa.CheckConstraint("(stand IS NULL) = (answered_at IS NULL)", name=op.f("ck_parties_answer")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_parties_case_id_cases"),
        sa.PrimaryKeyConstraint("case_id", "id", name="pk_parties"),
        sa.UniqueConstraint("case_id", "position", name="uq_parties_case_id_position"),
    )
    op.create_index("ix_parties_identity_index", "parties", ["identity_index"])
    op.create_index("ix_parties_phone_index", "parties", ["phone_index"])
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("division", TEXT, nullable=False),
        sa.Column("held_at", TIME, nullable=False),
        sa.Column("outcome", CODE, nullable=False),
        sa.Column("mediator_id", sa.Uuid, nullable=False),
        sa.Column("notes_sealed", sa.LargeBinary),
        sa.Column("recorded_at", TIME, nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_sessions_number")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_sessions_case_id_cases"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("case_id", "number", name="uq_sessions_case_id_number"),
    )
    op.create_table(
        "signatures",
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("party_id", sa.Uuid, nullable=False),
        sa.Column("division", TEXT, nullable=False),
        sa.Column("signed_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["agreements.case_id"], name="fk_signatures_case_id_agreements"),
        sa.PrimaryKeyConstraint("case_id", "party_id", name="pk_signatures"),
    )

    for copy in ("divisions", "organisations", "staff", "grids"):
        grant(copy, "SELECT, INSERT, UPDATE")
    grant("cases", "SELECT, INSERT, UPDATE")
    grant("parties", "SELECT, INSERT, UPDATE (stand, answered_at)")
    grant("sessions", "SELECT, INSERT")
    grant("dossier_counters", "SELECT, INSERT, UPDATE (last)")
    grant("agreements", "SELECT, INSERT, UPDATE (mediator_signed_at, seal_affixed_at, effective_at)")
    grant("signatures", "SELECT, INSERT")
    for table in ("cases", "parties", "sessions", "agreements", "signatures"):
        protect(table)


def downgrade() -> None:
    """Refuse: cases are not dropped by a tool."""
    raise NotImplementedError("cases are never dropped")
