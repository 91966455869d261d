"""A plugin for every test: the embedded PostgreSQL for tests, unless DATABASE_URL names another,
and how Hypothesis draws.

With `-n`, what must stay together (`xdist_group`) does.

A plugin (`-p tests.database`) and not a conftest: settings are read before any conftest is.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings

os.environ.setdefault("FOLLOWTHROUGH_POSTGRES", "test")
os.environ.setdefault(
    "SECRET_KEY", "only for tests: nothing secret is behind it, but it is long enough"
)
os.environ.setdefault("ADDRESS_KEY", "only for tests")

if not os.environ.get("DATABASE_URL"):
    from config import postgres

    postgres.ensure(os.environ["FOLLOWTHROUGH_POSTGRES"], durable=False)

# A company's life takes most of a second, so a failing one is printed as it was drawn, unless
# HYPOTHESIS_PROFILE=shrink asks for the smallest (minutes). CI draws the same lives every time.
LIFE = {"deadline": None, "suppress_health_check": list(HealthCheck), "print_blob": True}
DRAWN = (Phase.explicit, Phase.reuse, Phase.generate)
settings.register_profile(
    "drawn", **LIFE, derandomize=True, phases=DRAWN, report_multiple_bugs=False
)
settings.register_profile("shrink", **LIFE)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "drawn"))


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Before xdist decides for its usual way, which tears groups apart."""
    if getattr(config.option, "numprocesses", None) and config.option.dist == "no":
        config.option.dist = "loadgroup"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What looks at the product in Chromium is one long group for one worker: begun last, it would
    be waited for alone."""
    items.sort(key=lambda item: "browser" not in item.keywords)
