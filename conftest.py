"""Shared by every test: the embedded PostgreSQL for tests, unless DATABASE_URL names another."""

import os

os.environ.setdefault("FOLLOWTHROUGH_POSTGRES", "test")
os.environ.setdefault(
    "SECRET_KEY", "only for tests: nothing secret is behind it, but it is long enough"
)
os.environ.setdefault("ADDRESS_KEY", "only for tests")

if not os.environ.get("DATABASE_URL"):
    from config import postgres

    postgres.ensure(os.environ["FOLLOWTHROUGH_POSTGRES"], durable=False)
