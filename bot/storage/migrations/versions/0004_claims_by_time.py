"""claims are counted by their time

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-29
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_conversation_claimed_at", "conversation", ["claimed_at"])


def downgrade() -> None:
    op.drop_index("ix_conversation_claimed_at", "conversation")
