"""Alembic's scripts: one file a revision, run by core.store.migrate."""
