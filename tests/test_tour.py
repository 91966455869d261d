"""A buyer's checks on the running product: real processes, and each comes to what is claimed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from config.demo import tour
from followthrough.demo.tour import rows
from followthrough.demo.tour.buyer import Buyer
from followthrough.demo.tour.checks import CHECKS, Check
from tests.durability import servers

pytestmark = [pytest.mark.tour, pytest.mark.xdist_group("tour")]
WORK = {2, 3, 4, 6}  # the others are not yet


@pytest.fixture(scope="module")
def buyer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Buyer]:
    """Somebody at the product's door, on a database of its own beside the tests'."""
    with (
        pytest.MonkeyPatch.context() as patch,
        servers.server("given") as url,
        servers.database(_beside(url), f"tour_{os.getpid()}") as database,
    ):
        patch.setenv("FOLLOWTHROUGH_VAR", str(tmp_path_factory.mktemp("var")))
        patch.setenv("DATABASE_URL", database)
        with tour.running(os.environ, say=print) as buyer:
            yield buyer


def _beside(url: str) -> str:
    """Where databases can be made on the server of `url`, whose own may not be there yet."""
    return urlunsplit(urlsplit(url)._replace(path="/postgres"))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: str(check.number))
def test_it_is_as_the_table_says(buyer: Buyer, check: Check) -> None:
    row = rows.made(buyer, check)
    assert row.state == ("works" if check.number in WORK else "not yet"), row.evidence
    assert ("Not yet: " in row.evidence) == (row.state == "not yet")


def test_make_tour_says_that_it_runs_already(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FOLLOWTHROUGH_VAR", str(tmp_path))
    with tour.place.only_one(tour.NAME):
        assert tour.main([]) == 1
    assert "The tour: it is running already" in capsys.readouterr().err
