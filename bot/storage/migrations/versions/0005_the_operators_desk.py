"""tickets, routing, audit log, canned replies, unanswered questions

Revision ID: 0005
Revises: 0004
Create Date: 2026-11-29
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

REFUSE = "the audit log is append-only"


def upgrade() -> None:
    with op.batch_alter_table("operator") as operator:
        operator.add_column(sa.Column("domains", sa.JSON(), nullable=False, server_default="[]"))
        operator.add_column(sa.Column("capacity", sa.Integer(), nullable=False, server_default="4"))
        operator.add_column(sa.Column("seen_at", sa.DateTime(timezone=True)))
        operator.add_column(sa.Column("assigned_at", sa.DateTime(timezone=True)))
        operator.add_column(sa.Column("totp_secret", sa.String()))
        operator.add_column(sa.Column("totp_step", sa.Integer()))
        operator.add_column(sa.Column("known_failures", sa.Integer(), nullable=False, server_default="0"))
        operator.add_column(sa.Column("known_locked_until", sa.DateTime(timezone=True)))
    with op.batch_alter_table("operator_session") as session:
        session.add_column(sa.Column("enrolling", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "ticket",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("conversation_id", sa.String(), sa.ForeignKey("conversation.id", ondelete="SET NULL")),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("topic", sa.String()),
        sa.Column("domain", sa.String()),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_after", sa.Integer(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True)),
        sa.Column("operator_id", sa.Integer(), sa.ForeignKey("operator.id")),
        sa.Column("transfers", sa.Integer(), nullable=False),
        sa.Column("first_reply_due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_reply_at", sa.DateTime(timezone=True)),
        sa.Column("late_replies", sa.Integer(), nullable=False),
        sa.Column("closing_due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("ended", sa.String()),
        sa.Column("outcome", sa.String()),
        sa.Column("stars", sa.Integer()),
    )
    for column in ("conversation_id", "opened_at", "ended_at"):
        op.create_index(f"ix_ticket_{column}", "ticket", [column])
    op.drop_index("ix_conversation_queue", "conversation")
    with op.batch_alter_table("conversation") as conversation:
        conversation.add_column(sa.Column("ticket_id", sa.Integer()))
        conversation.add_column(sa.Column("domain", sa.String()))
        conversation.add_column(sa.Column("priority", sa.Integer(), nullable=False, server_default="0"))
        conversation.add_column(sa.Column("owed_since", sa.DateTime(timezone=True)))
        conversation.add_column(sa.Column("reply_due", sa.DateTime(timezone=True)))
        conversation.add_column(sa.Column("asked_at", sa.DateTime(timezone=True)))
        conversation.add_column(sa.Column("labels", sa.JSON(), nullable=False, server_default="[]"))
    op.create_index("ix_conversation_queue", "conversation", ["state", "priority", "waiting_since"])
    op.create_index("ix_conversation_reply_due", "conversation", ["reply_due"])
    op.create_table(
        "desk_setting",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("value", sa.JSON(), nullable=False),
    )
    op.create_table(
        "canned_reply",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("shortcut", sa.String(), nullable=False, unique=True),
        sa.Column("text_ru", sa.Text(), nullable=False),
        sa.Column("text_kk", sa.Text(), nullable=False),
        sa.Column("domain", sa.String()),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.String(), nullable=False),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("subject", sa.String()),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
    )
    _forbid_changes()
    op.create_table(
        "unanswered_question",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("service", sa.String()),
        sa.Column("section", sa.String()),
        sa.Column("score", sa.Float()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("attached_to", sa.String()),
        sa.Column("remark", sa.Text()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id", "message_id"], ["message.conversation_id", "message.id"], ondelete="CASCADE"
        ),
        sa.UniqueConstraint("conversation_id", "message_id"),
    )
    op.create_index("ix_unanswered_question_state", "unanswered_question", ["state", "created_at"])


def _forbid_changes() -> None:
    """Whoever has the service's own access to the database can add to the audit log, and do nothing else to it."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_entry_no_{act.lower()} BEFORE {act} ON audit_entry "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSE}'); END"
            )
    else:
        op.execute(
            "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSE}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_entry_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
        )


def downgrade() -> None:
    op.drop_table("unanswered_question")
    op.drop_table("audit_entry")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION refuse_audit_change")
    op.drop_table("canned_reply")
    op.drop_table("desk_setting")
    op.drop_index("ix_conversation_reply_due", "conversation")
    op.drop_index("ix_conversation_queue", "conversation")
    # Not in a batch: SQLite would make the tables anew, and dropping the old ones deletes by their keys' cascade.
    for column in ("labels", "asked_at", "reply_due", "owed_since", "priority", "domain", "ticket_id"):
        op.drop_column("conversation", column)
    op.create_index("ix_conversation_queue", "conversation", ["state", "waiting_since"])
    op.drop_table("ticket")
    op.drop_column("operator_session", "enrolling")
    for column in (
        "known_locked_until",
        "known_failures",
        "totp_step",
        "totp_secret",
        "assigned_at",
        "seen_at",
        "capacity",
        "domains",
    ):
        op.drop_column("operator", column)
