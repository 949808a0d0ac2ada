"""Alembic's entry: runs the migrations on the connection that `Database.migrate` hands over."""

from alembic import context

from bot.storage.tables import Table, is_ours

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    include_name=is_ours,
    render_as_batch=True,  # SQLite cannot alter a column in place
)
with context.begin_transaction():
    context.run_migrations()
