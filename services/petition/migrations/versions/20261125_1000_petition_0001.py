"""Tables of petition: the directory's copy, matters with their parties, opinions with their deliveries."""

import sqlalchemy as sa
from alembic import op

from chassis.database.migrate import grant, protect

revision = "petition_0001"
down_revision = None
branch_labels = ("petition",)
depends_on = "chassis_0001"

CODE = sa.String(32)
TEXT = sa.String()
TIME = sa.DateTime(timezone=True)
CHANGING = (
    "state, route, accepted_at, notice, notice_given_at, extension_reason, extended_at, conclusion, opinion_issued_at, "
    "opinion_delivered_at, carried_out_at, concluded_at, resolved"
)


def upgrade() -> None:
    """Create them, with what the service's role may do on each."""
    _create_directory()
    op.create_table(
        "matters",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("number", TEXT, nullable=False),
        sa.Column("division", TEXT, nullable=False),
        sa.Column("category", CODE, nullable=False),
        sa.Column("channel", CODE, nullable=False),
        sa.Column("visitors", sa.Integer, nullable=False),
        sa.Column("collective", sa.Boolean, nullable=False),
        sa.Column("narrative", TEXT, nullable=False),
        sa.Column("registered_at", TIME, nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("notice_clock", TEXT),
        sa.Column("route", CODE),
        sa.Column("accepted_at", TIME),
        sa.Column("notice", CODE),
        sa.Column("notice_given_at", TIME),
        sa.Column("extension_reason", CODE),
        sa.Column("extended_at", TIME),
        sa.Column("conclusion", CODE),
        sa.Column("opinion_issued_at", TIME),
        sa.Column("opinion_delivered_at", TIME),
        sa.Column("carried_out_at", TIME),
        sa.Column("concluded_at", TIME),
        sa.Column("resolved", sa.Boolean),
        sa.CheckConstraint("category <> 'ACCUSATION' AND route <> 'R30'", name=op.f("ck_matters_no_accusation")),
        sa.CheckConstraint("collective = (visitors >= 5)", name=op.f("ck_matters_collective")),
        sa.CheckConstraint("(accepted_at IS NULL) = (route IS NULL)", name=op.f("ck_matters_route_of_accepted")),
        sa.CheckConstraint(
            "accepted_at IS NULL OR notice_clock IS NULL OR notice IS NOT NULL",
            name=op.f("ck_matters_notice_of_accepted"),
        ),
        sa.CheckConstraint("(notice IS NULL) = (notice_given_at IS NULL)", name=op.f("ck_matters_notice")),
        sa.CheckConstraint("(opinion_issued_at IS NULL) = (conclusion IS NULL)", name=op.f("ck_matters_opinion")),
        sa.CheckConstraint("opinion_issued_at IS NULL OR route = 'R31_6'", name=op.f("ck_matters_opinion_of_route")),
        sa.CheckConstraint("(state = 'CONCLUDED') = (concluded_at IS NOT NULL)", name=op.f("ck_matters_conclusion")),
        sa.CheckConstraint("(concluded_at IS NULL) = (resolved IS NULL)", name=op.f("ck_matters_resolution")),
        sa.PrimaryKeyConstraint("id", name="pk_matters"),
    )
    op.create_index("ix_matters_division_registered_at", "matters", ["division", "registered_at", "id"])
    op.create_index("ix_matters_registered_at", "matters", ["registered_at", "id"])
    op.create_table(
        "parties",
        sa.Column("matter_id", sa.Uuid, nullable=False),
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
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name="fk_parties_matter_id_matters"),
        sa.PrimaryKeyConstraint("matter_id", "id", name="pk_parties"),
        sa.UniqueConstraint("matter_id", "position", name="uq_parties_matter_id_position"),
    )
    op.create_index("ix_parties_identity_index", "parties", ["identity_index"])
    op.create_index("ix_parties_phone_index", "parties", ["phone_index"])
    op.create_table(
        "opinions",
        sa.Column("matter_id", sa.Uuid, nullable=False),
        sa.Column("division", TEXT, nullable=False),
        sa.Column("conclusion", CODE, nullable=False),
        sa.Column("claim", TEXT, nullable=False),
        sa.Column("facts", TEXT, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("legal_basis", TEXT, nullable=False),
        sa.Column("issued_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name="fk_opinions_matter_id_matters"),
        sa.PrimaryKeyConstraint("matter_id", name="pk_opinions"),
    )
    op.create_table(
        "deliveries",
        sa.Column("matter_id", sa.Uuid, nullable=False),
        sa.Column("petitioner_id", sa.Uuid, nullable=False),
        sa.Column("division", TEXT, nullable=False),
        sa.Column("method", CODE, nullable=False),
        sa.Column("receipt", CODE, nullable=False),
        sa.Column("view", CODE),
        sa.Column("delivered_at", TIME, nullable=False),
        sa.Column("window_id", sa.Uuid, nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["opinions.matter_id"], name="fk_deliveries_matter_id_opinions"),
        sa.PrimaryKeyConstraint("matter_id", "petitioner_id", name="pk_deliveries"),
    )

    for copy in ("divisions", "organisations", "staff", "grids"):
        grant(copy, "SELECT, INSERT, UPDATE")
    grant("matters", f"SELECT, INSERT, UPDATE ({CHANGING})")
    # What was handed over, made out and delivered stands as it is.
    for fixed in ("parties", "opinions", "deliveries"):
        grant(fixed, "SELECT, INSERT")
    for table in ("matters", "parties", "opinions", "deliveries"):
        protect(table)


def downgrade() -> None:
    """Refuse: matters are not dropped by a tool."""
    raise NotImplementedError("matters are never dropped")


def _create_directory() -> None:
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
