"""`python -m tests.story FILE…`: play stories and print what happened, message by message."""

import sys

import pytest

names = [name.rpartition("/")[2].removesuffix(".yaml") for name in sys.argv[1:]]
options = ["-k", " or ".join(names)] if names else []
sys.exit(pytest.main(["tests/test_stories.py", "--story-print", *options]))
