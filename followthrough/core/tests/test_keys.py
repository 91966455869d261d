"""Keys rise, one by one or many at once, and are what the standard says."""

from itertools import pairwise
from uuid import RFC_4122, UUID

from followthrough.core.ids import text_of, uuid7, uuid7s


def test_keys_rise_however_they_are_drawn():
    drawn = [uuid7(), *uuid7s(5000), uuid7(), *uuid7s(0), *uuid7s(1), uuid7()]
    assert all(earlier < later for earlier, later in pairwise(drawn))


def test_keys_are_of_version_7():
    for key in (uuid7(), *uuid7s(3)):
        assert (key.version, key.variant) == (7, RFC_4122)
        assert key == UUID(str(key))
        assert text_of(key) == str(key)
