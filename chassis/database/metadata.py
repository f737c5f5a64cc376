"""The metadata on which every table of the chassis is declared, apart from the tables of any service."""

from sqlalchemy import MetaData

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Names of constraints, fixed so that a migration can drop one by name on any machine."""

CHASSIS = MetaData(naming_convention=NAMING)
"""Tables that each service has in its own database: journal, heads, outbox, inbox, deadlines and their kin."""
