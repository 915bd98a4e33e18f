"""The database edge: the only importer of SQLAlchemy and Alembic."""
