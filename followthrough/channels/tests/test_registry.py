import pytest

from followthrough.channels import registry
from followthrough.channels.tests import cases
from tests import world


def test_every_folder_is_registered_and_nothing_else():
    assert [folder.name for folder in cases.FOLDERS] == sorted(
        adapter.name for adapter in registry.ADAPTERS
    )


@pytest.mark.parametrize("adapter", registry.ADAPTERS, ids=lambda adapter: adapter.name)
def test_every_adapter_has_cases(adapter):
    calls = [case for case in cases.sends() if case["adapter"] == adapter.name]
    results = [case["result"] for case in calls if case["call"] == "send"]
    assert any("accepted" in result for result in results), "a message that is accepted"
    assert any("error" in result for result in results), "a message that is not"
    assert any(case["adapter"] == adapter.name for case in cases.webhooks()), "a webhook"
    if adapter.can_look_up:
        assert any(case["call"] == "look_up" for case in calls), "a question after a message"


@pytest.mark.parametrize("adapter", registry.ADAPTERS, ids=lambda adapter: adapter.name)
def test_every_adapter_answers_before_its_lease_ends(adapter):
    assert 0 < adapter.timeout <= 8


def test_an_adapter_that_does_not_exist_is_explained():
    with pytest.raises(registry.UnknownAdapter) as told:
        registry.adapter("pigeon")
    assert "'pigeon'" in str(told.value)
    assert "sandbox" in told.value.remedy


@pytest.mark.django_db
def test_senders_come_by_organization_with_their_settings():
    one, other, none = world.organization(), world.organization(), world.organization()
    texts = world.sender(one, adapter="http", config={"base_url": "http://x"})
    mails = world.sender(one, channel="email", adapter="email", active=False)
    world.sender(other)
    found = registry.senders([one.id, none.id])
    assert set(found) == {one.id, none.id}
    assert found[none.id] == []
    assert [row.config.id for row in found[one.id]] == [texts.id, mails.id]
    assert [row.active for row in found[one.id]] == [True, False]
    config = found[one.id][0].config
    assert (config.adapter, config.channel, config.address) == ("http", "sms", texts.address)
    assert config.config == {"base_url": "http://x"}
    assert config.secrets == texts.secrets
    assert "sender-secret" not in repr(config)
