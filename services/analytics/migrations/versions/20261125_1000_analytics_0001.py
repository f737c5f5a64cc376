"""Tables of analytics: the directory's copy, and the facts of cases."""

import sqlalchemy as sa
from alembic import op

from chassis.database.migrate import grant, protect

revision = "analytics_0001"
down_revision = None
branch_labels = ("analytics",)
depends_on = "chassis_0001"

CODE = sa.String(32)
TEXT = sa.String()
DIVISION = "COALESCE(intake_division, mediation_division, petition_division)"


def upgrade() -> None:
    """Create them, with what the service's role may do on each."""
    op.create_table(
        "case_facts",
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column(
            "county", TEXT, sa.Computed(f"rpad(left({DIVISION}::text, 6), 12, '0')", persisted=True), nullable=False
        ),
        sa.Column(
            "township", TEXT, sa.Computed(f"rpad(left({DIVISION}::text, 9), 12, '0')", persisted=True), nullable=False
        ),
        sa.Column("division", TEXT, sa.Computed(DIVISION, persisted=True), nullable=False),
        sa.Column("tier", TEXT, sa.Computed("COALESCE(mediation_tier, routed_tier, registered_tier)", persisted=True)),
        sa.Column("category", TEXT, sa.Computed("COALESCE(mediation_category, registered_category)", persisted=True)),
        sa.Column("kind", CODE),
        sa.Column("channel", CODE),
        sa.Column("registered_day", sa.Date),
        sa.Column("routed_day", sa.Date),
        sa.Column("mediation_opened_day", sa.Date),
        sa.Column("accepted_day", sa.Date),
        sa.Column("effective_day", sa.Date),
        sa.Column("terminated_day", sa.Date),
        sa.Column("petition_registered_day", sa.Date),
        sa.Column("petition_accepted_day", sa.Date),
        sa.Column("extended_day", sa.Date),
        sa.Column("opinion_issued_day", sa.Date),
        sa.Column("opinion_delivered_day", sa.Date),
        sa.Column("petition_concluded_day", sa.Date),
        sa.Column("concluded_day", sa.Date),
        sa.Column("unit_evaluated_day", sa.Date),
        sa.Column("department_evaluated_day", sa.Date),
        sa.Column("overdue_day", sa.Date),
        sa.Column("handling_missed_day", sa.Date),
        sa.Column("terminated_after_acceptance", sa.Boolean),
        sa.Column("collective", sa.Boolean),
        sa.Column("petition_resolved", sa.Boolean),
        sa.Column("petition_on_time", sa.Boolean),
        sa.Column("resolved", sa.Boolean),
        sa.Column("people_involved", sa.Integer),
        sa.Column("visitors", sa.Integer),
        sa.Column("unit_satisfaction", CODE),
        sa.Column("department_satisfaction", CODE),
        sa.Column("intake_division", TEXT),
        sa.Column("mediation_division", TEXT),
        sa.Column("petition_division", TEXT),
        sa.Column("registered_category", CODE),
        sa.Column("registered_tier", CODE),
        sa.Column("scale", CODE),
        sa.Column("parties", sa.Integer),
        sa.Column("amount_fen", sa.BigInteger),
        sa.Column("occurred_day", sa.Date),
        sa.Column("registered_at", sa.DateTime(timezone=True)),
        sa.Column("routed_at", sa.DateTime(timezone=True)),
        sa.Column("route", CODE),
        sa.Column("routed_tier", CODE),
        sa.Column("outcome", CODE),
        sa.Column("concluded_by", CODE),
        sa.Column("mediation_tier", CODE),
        sa.Column("mediation_category", CODE),
        sa.Column("form", CODE),
        sa.Column("partial", sa.Boolean),
        sa.Column("termination_reason", CODE),
        sa.Column("petition_category", CODE),
        sa.Column("petition_route", CODE),
        sa.Column("conclusion", CODE),
        sa.Column("missed_clocks", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("intake_version", sa.Integer),
        sa.Column("mediation_version", sa.Integer),
        sa.Column("petition_version", sa.Integer),
        sa.Column("registered_version", sa.Integer),
        sa.Column("first_routed_version", sa.Integer),
        sa.Column("routed_version", sa.Integer),
        sa.Column("concluded_version", sa.Integer),
        sa.Column("unit_evaluated_version", sa.Integer),
        sa.Column("department_evaluated_version", sa.Integer),
        sa.Column("mediation_opened_version", sa.Integer),
        sa.Column("mediation_place_version", sa.Integer),
        sa.Column("accepted_version", sa.Integer),
        sa.Column("effective_version", sa.Integer),
        sa.Column("terminated_version", sa.Integer),
        sa.Column("petition_registered_version", sa.Integer),
        sa.Column("petition_accepted_version", sa.Integer),
        sa.Column("extended_version", sa.Integer),
        sa.Column("opinion_issued_version", sa.Integer),
        sa.Column("opinion_delivered_version", sa.Integer),
        sa.Column("petition_concluded_version", sa.Integer),
        sa.PrimaryKeyConstraint("case_id", name="pk_case_facts"),
        postgresql_with={"fillfactor": "80"},  # a case grows by a fact at a time; on its page it costs no index entry
    )
    op.create_index("ix_case_facts_county_registered_day", "case_facts", ["county", "registered_day"])
    op.create_index("ix_case_facts_township_registered_day", "case_facts", ["township", "registered_day"])
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

    for copy in ("divisions", "organisations", "staff", "grids"):
        grant(copy, "SELECT, INSERT, UPDATE")
    grant("case_facts", "SELECT, INSERT, UPDATE")
    protect("case_facts")


def downgrade() -> None:
    """Refuse: facts are not dropped by a tool."""
    raise NotImplementedError("facts are never dropped; they can be rebuilt from the topics")
