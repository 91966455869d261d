"""Publishing: immutable versions with their hash, author and note."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from followthrough.audit.models import Fact
from followthrough.core.canonical import digest
from followthrough.journeys import versions
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.documents import DocumentError
from followthrough.journeys.models import MessageMap, Version
from followthrough.journeys.tests.builders import a_map
from tests import world

AT = datetime(2026, 6, 3, 17, 0, tzinfo=UTC)
DOCUMENT = a_map({"applied": {"touches": [{"key": "thanks", "trigger": {"stage_entered": {}}}]}})


@pytest.fixture
def store_map() -> MessageMap:
    return MessageMap.objects.create(organization=world.organization(), name="Stores", slug="s")


@pytest.mark.django_db
def test_publishing_makes_the_next_version(store_map: MessageMap) -> None:
    first = versions.publish(map=store_map, document=DOCUMENT, author_id="ada", note="hi", at=AT)
    changed = DOCUMENT.model_copy(update={"name": "Changed"})
    second = versions.publish(map=store_map, document=changed, author_id="ben", at=AT)
    assert (first.number, second.number) == (1, 2)
    assert (first.author_id, first.note, first.published_at) == ("ada", "hi", AT)
    assert first.content_hash == digest(first.document) != second.content_hash
    assert versions.latest([store_map.id]) == {store_map.id: second.id}
    fact = Fact.objects.get(subject_id=second.id)
    assert (fact.verb, fact.actor_id, fact.why["number"]) == ("published_version", "ben", 2)


@pytest.mark.django_db
def test_publishing_the_same_again_changes_nothing(store_map: MessageMap) -> None:
    first = versions.publish(map=store_map, document=DOCUMENT, author_id="ada", at=AT)
    again = versions.publish(map=store_map, document=DOCUMENT, author_id="ben", at=AT)
    assert again.id == first.id
    assert Version.objects.filter(map=store_map).count() == 1


@pytest.mark.django_db
def test_what_was_published_is_read_once(
    store_map: MessageMap, django_assert_num_queries: object
) -> None:
    version = versions.publish(map=store_map, document=DOCUMENT, author_id="ada", at=AT)
    assert versions.document(version.id) == DOCUMENT
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert versions.document(version.id) == DOCUMENT
        assert versions.content(version.id, "thanks") == {"sms": {"en": {"body": "Hi."}}}
        assert versions.content(version.id, "gone") == {}


@pytest.mark.django_db
def test_a_stored_version_says_every_default(store_map: MessageMap) -> None:
    """A later change of a default must not change what was published."""
    version = versions.publish(map=store_map, document=DOCUMENT, author_id="ada", at=AT)
    (touch,) = version.document["stages"]["applied"]["touches"]
    assert version.document["settle"] == "PT30S"
    assert touch["priority"] == 5
    assert touch["trigger"] == {"stage_entered": {"after": "PT0S"}}


@pytest.mark.django_db
def test_what_is_not_fit_to_run_is_not_published(store_map: MessageMap) -> None:
    raw = DOCUMENT.dump()
    raw["stages"]["applied"]["touches"] *= 2  # the same key twice: no model finds that
    with pytest.raises(DocumentError, match="is called 'thanks' too"):
        versions.publish(
            map=store_map, document=MapDocument.model_validate(raw), author_id="ada", at=AT
        )


@pytest.mark.django_db
def test_maps_without_a_version_have_no_latest(store_map: MessageMap) -> None:
    assert versions.latest([store_map.id]) == {}
    assert versions.latest([]) == {}
