"""A plugin for every test: the embedded PostgreSQL for tests, unless DATABASE_URL names another.

With `-n`, what must stay together (`xdist_group`) does.

A plugin (`-p tests.database`) and not a conftest: settings are read before any conftest is.
"""

import os

import pytest

os.environ.setdefault("FOLLOWTHROUGH_POSTGRES", "test")
os.environ.setdefault(
    "SECRET_KEY", "only for tests: nothing secret is behind it, but it is long enough"
)
os.environ.setdefault("ADDRESS_KEY", "only for tests")

if not os.environ.get("DATABASE_URL"):
    from config import postgres

    postgres.ensure(os.environ["FOLLOWTHROUGH_POSTGRES"], durable=False)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Before xdist decides for its usual way, which tears groups apart."""
    if getattr(config.option, "numprocesses", None) and config.option.dist == "no":
        config.option.dist = "loadgroup"
