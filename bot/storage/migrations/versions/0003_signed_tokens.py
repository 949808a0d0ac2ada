"""tokens are signed, so nothing of them is kept

Revision ID: 0003
Revises: 0002
Create Date: 2026-11-29
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not in a batch: on SQLite that makes the table anew, and dropping the old one would take the messages with it.
    op.drop_column("conversation", "token_hash")


def downgrade() -> None:
    op.add_column("conversation", sa.Column("token_hash", sa.String(), nullable=True))
