"""plain words, contacts, the time of a claim, and the epoch of what is delivered

Revision ID: 0002
Revises: 0001
Create Date: 2026-11-29
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("conversation") as table:
        table.add_column(sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("contact", sa.String(), nullable=True))
        table.add_column(sa.Column("plain", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("outbox") as table:
        table.add_column(sa.Column("epoch", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("outbox") as table:
        table.drop_column("epoch")
    with op.batch_alter_table("conversation") as table:
        table.drop_column("plain")
        table.drop_column("contact")
        table.drop_column("claimed_at")
