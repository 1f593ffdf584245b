"""Alembic's way in: it runs on the connection that core.store.migrate hands over, in that transaction."""

from alembic import context

from core.store.schema import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
context.run_migrations()
