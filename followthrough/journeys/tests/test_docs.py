"""docs/message-maps.md names everything a map may use."""

from pathlib import Path

from followthrough.core.predicates import OPERATORS
from followthrough.journeys.conditions import FACT_PREFIXES
from followthrough.journeys.definition import STAGES, TRIGGERS
from followthrough.journeys.documents import read_yaml
from followthrough.journeys.lint import CODES
from followthrough.messages import templates

GUIDE = (Path(__file__).parents[3] / "docs" / "message-maps.md").read_text()


def test_everything_is_named() -> None:
    filters = templates._FILTERS
    for name in (
        *FACT_PREFIXES,
        *templates.CONTEXT_NAMES,
        *TRIGGERS,
        *STAGES,
        *OPERATORS,
        *filters,
    ):
        assert f"`{name}" in GUIDE, name


def test_every_finding_of_lint_is_named() -> None:
    for code in CODES:
        assert f"`{code}`" in GUIDE, code


def test_the_example_can_be_read() -> None:
    example = GUIDE.split("```yaml\n")[1].split("```")[0]
    assert read_yaml(example).touches["interview_confirm"].priority == 2
