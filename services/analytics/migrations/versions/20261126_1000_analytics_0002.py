"""The feed: open facts as they were published, which feed it is, and how far it has come."""

import sqlalchemy as sa
from alembic import op

from chassis.database.migrate import grant, protect

revision = "analytics_0002"
down_revision = "analytics_0001"
branch_labels = None
depends_on = None

TEXT = sa.String()


def upgrade() -> None:
    """Create it, with what the service's role may do: read and add."""
    op.create_table(
        "events",
        sa.Column("position", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("topic", TEXT, nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("subject", sa.Uuid, nullable=False),
        sa.Column("division", TEXT, nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("envelope", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_events"),
        sa.UniqueConstraint("id", name="uq_events_id"),
    )
    op.create_table(
        "feed",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feed"),
    )
    op.execute("INSERT INTO feed (id) VALUES (gen_random_uuid())")
    # Runs as the owner, past row-level security: the end of the feed is the same for everybody.
    op.execute(
        """
        CREATE FUNCTION feed_reach(OUT feed uuid, OUT last bigint) STABLE LANGUAGE sql
        SECURITY DEFINER SET search_path = '' AS
        $$ SELECT id, (SELECT coalesce(max(position), 0) FROM public.events) FROM public.feed $$
        """
    )
    op.execute("REVOKE EXECUTE ON FUNCTION feed_reach() FROM PUBLIC")
    grant("FUNCTION feed_reach()", "EXECUTE")
    grant("events", "SELECT, INSERT")
    protect("events")


def downgrade() -> None:
    """Refuse: what was published is not dropped by a tool."""
    raise NotImplementedError("the feed is never dropped; it can be rebuilt from the topics")
