"""Tables of the chassis: journal and heads, outbox and parcels, keys, inbox and positions, dead letters, deadlines."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from chassis.database.migrate import grant, protect

revision = "chassis_0001"
down_revision = None
branch_labels = ("chassis",)
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create them, with what the service's role may do on each."""
    op.create_table(
        "journal",
        sa.Column("position", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column(
            "case_id", sa.Uuid, nullable=False, comment="subject of the chain: a case, or a record of the directory"
        ),
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("type_version", sa.SmallInteger, nullable=False),
        sa.Column("division", sa.Text, nullable=False),
        sa.Column("topic", sa.Text),
        sa.Column(
            "previous",
            sa.Integer,
            nullable=False,
            comment="version of the case's previous entry on the same topic, 0: none",
        ),
        sa.Column("data", sa.JSON, nullable=False),
        sa.Column("commitment", sa.LargeBinary, comment="salted hash of the parcel that travels beside this fact"),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("on_behalf_of", sa.Text),
        sa.Column("reason_code", sa.Text),
        sa.Column("ruleset", sa.Text, nullable=False),
        sa.Column("occurred_at", TIME, nullable=False),
        sa.Column("recorded_at", TIME, nullable=False),
        sa.Column("correlation_id", sa.Uuid, nullable=False),
        sa.Column("causation_id", sa.Uuid),
        sa.Column("algorithm", sa.Text, nullable=False),
        sa.Column("previous_hash", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_journal"),
        sa.UniqueConstraint("id", name="uq_journal_id"),
        sa.UniqueConstraint("case_id", "stream", "version", name="uq_journal_case_id_stream_version"),
    )
    op.create_table(
        "heads",
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("division", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("topics", JSONB, nullable=False, comment="last version of this stream on each topic"),
        sa.PrimaryKeyConstraint("case_id", "stream", name="pk_heads"),
    )
    op.create_index("ix_heads_division", "heads", ["division"])
    op.create_table(
        "outbox",
        sa.Column("position", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("entry_id", sa.Uuid, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_outbox"),
    )
    # Emptied as fast as it fills: without frequent vacuuming an empty poll walks over the dead rows.
    op.execute(
        "ALTER TABLE outbox SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,"
        " autovacuum_vacuum_cost_delay = 0)"
    )
    op.create_table(
        "parcels",
        sa.Column("entry_id", sa.Uuid, nullable=False),
        sa.Column("receiver", sa.Text, nullable=False),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name="pk_parcels"),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("principal", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("operation", sa.Text, nullable=False),
        sa.Column("body_hash", sa.LargeBinary, nullable=False),
        sa.Column("entry_id", sa.Uuid),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("principal", "key", name="pk_idempotency_keys"),
    )
    op.create_table(
        "inbox",
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("applied_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_inbox"),
        comment="One row for each event applied, written in the transaction of its effect; kept for ever, since a "
        "replay may come years later. The service's role may SELECT and INSERT.",
    )
    op.create_table(
        "positions",
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("topic", "case_id", name="pk_positions"),
        comment="The last version applied of each case on each topic: the gate that keeps order. The service's role "
        "may SELECT, INSERT and UPDATE.",
    )
    op.create_table(
        "dead_letters",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("partition", sa.Integer),
        sa.Column("offset", sa.BigInteger),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.Column("headers", sa.JSON, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("wait_until", TIME),
        sa.Column("try_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_dead_letters"),
        sa.UniqueConstraint("digest", name="uq_dead_letters_digest"),
        sa.CheckConstraint("state IN ('dead', 'waiting', 'parked')", name=op.f("ck_dead_letters_state")),
        sa.CheckConstraint(
            "(state = 'waiting') = (wait_until IS NOT NULL AND try_at IS NOT NULL)",
            name=op.f("ck_dead_letters_waiting"),
        ),
        comment="Records that could not be applied (dead), wait for a fact that has not arrived (waiting), or stand "
        "behind one of these of the same case (parked); a row goes when it has been applied. The service's role may "
        "SELECT, INSERT, UPDATE and DELETE.",
    )
    op.create_index("ix_dead_letters_key", "dead_letters", ["key", "id"])
    op.create_index("ix_dead_letters_try_at", "dead_letters", ["try_at"], postgresql_where=sa.text("state = 'waiting'"))
    op.create_table(
        "deadlines",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("division", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=False, comment="id of the clock in contracts.clocks"),
        sa.Column("basis", sa.Text, nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("due_at", TIME, comment="exclusive end; empty while a pause is open"),
        sa.Column("due_date", sa.Date),
        sa.Column("calendar_version", sa.Text, nullable=False),
        sa.Column("provisional", sa.Boolean, nullable=False),
        sa.Column("pauses", sa.JSON, nullable=False),
        sa.Column("extension_days", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("met_at", TIME),
        sa.Column("missed_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_deadlines"),
        sa.CheckConstraint("state IN ('OPEN', 'MET', 'MISSED', 'CLOSED')", name=op.f("ck_deadlines_state")),
    )
    op.create_index("ix_deadlines_case_id", "deadlines", ["case_id"])
    op.create_index("ix_deadlines_due_at", "deadlines", ["due_at"], postgresql_where=sa.text("state = 'OPEN'"))

    grant("journal", "SELECT, INSERT")
    grant("heads", "SELECT, INSERT, UPDATE")
    grant("outbox", "SELECT, INSERT, DELETE")
    grant("parcels", "SELECT, INSERT, DELETE")
    grant("idempotency_keys", "SELECT, INSERT, UPDATE (entry_id)")
    grant("inbox", "SELECT, INSERT")
    grant("positions", "SELECT, INSERT, UPDATE")
    grant("dead_letters", "SELECT, INSERT, UPDATE, DELETE")
    grant("deadlines", "SELECT, INSERT, UPDATE")
    protect("heads")
    protect("deadlines")
    # An entry is seen through its chain's head, which carries the division where the case stands now. The system sees
    # entries without a head too: whoever verifies must.
    op.execute("ALTER TABLE journal ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY reading ON journal FOR SELECT USING (current_setting('ow.scope', true) = '*'"
        " OR EXISTS (SELECT FROM heads h WHERE h.case_id = journal.case_id AND h.stream = journal.stream))"
    )
    op.execute("CREATE POLICY recording ON journal FOR INSERT WITH CHECK (true)")


def downgrade() -> None:
    """Refuse: a journal is not dropped by a tool."""
    raise NotImplementedError("the journal is never dropped")
