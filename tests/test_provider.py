"""The recording provider is itself a measure, so it is tested: as the process it runs as."""

import asyncio
import json
import subprocess
import sys
import urllib.request
from contextlib import contextmanager

import pytest

from followthrough.channels import webhooks
from followthrough.channels.contract import Envelope, OutcomeUnknown, SenderConfig, Throttled
from followthrough.channels.http import client
from followthrough.channels.http.adapter import Http
from followthrough.core.ids import uuid7
from tests.provider.faults import Faults
from tests.provider.server import Line

http = Http()


@contextmanager
def provider(*arguments):
    command = [sys.executable, "-m", "tests.provider", "--port", "0", *map(str, arguments)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip(), process
    finally:
        process.terminate()
        assert process.wait(5) in (0, -9)


def send(address, *keys):
    """What became of a message with each key, one after the other."""
    sender = SenderConfig(
        uuid7(), "http", "sms", "+15550100000", {"base_url": address}, {"api_key": "k"}
    )

    async def run():
        outcomes = []
        for key in keys:
            envelope = Envelope(key, sender, "+15550100001", "Hello")
            try:
                outcomes.append(await http.send(envelope))
            except Exception as problem:
                outcomes.append(problem)
        found = [await http.look_up(Envelope(key, sender, "+15550100001", "Hello")) for key in keys]
        await client.close()
        return outcomes, found

    return asyncio.run(run())


def stats(address):
    with urllib.request.urlopen(f"{address}/stats") as answer:
        return json.load(answer)


def test_every_message_is_counted_and_a_repeat_is_seen(tmp_path):
    log = tmp_path / "messages.jsonl"
    with provider("--log", log) as (address, process):
        outcomes, found = send(address, "a", "b", "a")
        assert [one.provider_id for one in outcomes] == ["m-1", "m-2", "m-3"]
        assert [one.provider_id for one in found] == ["m-1", "m-2", "m-1"]
        counted = stats(address)
        assert (counted["messages"], counted["keys"]) == (3, 2)
        assert counted["repeated"] == {"a": 2}
        process.kill()  # what was recorded is in the file
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["key"] for line in lines] == ["a", "b", "a"]
    assert lines[0]["to"] == "+15550100001"
    assert lines[0]["text"] == "Hello"
    assert lines[0]["at"] <= lines[2]["at"]


def test_it_can_dedupe():
    with provider("--dedupe") as (address, _):
        outcomes, _ = send(address, "a", "a")
        assert [one.provider_id for one in outcomes] == ["m-1", "m-1"]
        assert stats(address)["messages"] == 1


def test_it_loses_answers_after_recording_and_refuses_before():
    with provider("--fail", "lose=1") as (address, _):
        outcomes, found = send(address, "a")
        assert isinstance(outcomes[0], OutcomeUnknown)
        assert found[0].provider_id == "m-1"
    with provider("--fail", "throttle=1") as (address, _):
        outcomes, found = send(address, "a")
        assert isinstance(outcomes[0], Throttled)
        assert outcomes[0].after == 1
        assert found == [None]
        assert stats(address)["throttle"] == 1


def test_a_hanging_answer_is_recorded(monkeypatch):
    monkeypatch.setattr(client, "ANSWER_SECONDS", 0.2)
    with provider("--fail", "hang=1") as (address, _):
        outcomes, found = send(address, "a")
        assert isinstance(outcomes[0], OutcomeUnknown)
        assert found[0].provider_id == "m-1"


def test_faults_follow_the_seed_not_the_order():
    keys = [f"k{n}" for n in range(400)]
    faults, again = Faults("lose=0.2,slow=0.1", seed=7), Faults("lose=0.2,slow=0.1", seed=7)
    drawn = {key: faults.draw(key, 1) for key in keys}
    assert drawn == {key: again.draw(key, 1) for key in reversed(keys)}
    shares = [sum(one == kind for one in drawn.values()) / 400 for kind in ("lose", "slow")]
    assert shares == pytest.approx([0.2, 0.1], abs=0.06)
    assert drawn != {key: Faults("lose=0.2,slow=0.1", seed=8).draw(key, 1) for key in keys}


def test_it_posts_signed_webhooks():
    seen = []

    class Door:
        def handle(self, line):
            seen.append((line.headers, line.body()))
            line.answer(200, {})

    async def run(address):
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Line(Door()), "127.0.0.1")
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hooks/x"
        wanted = {"url": url, "secret": "s", "id": "in-1", "from": "+1555", "text": "YES"}
        request = urllib.request.Request(
            f"{address}/simulate/inbound", data=json.dumps(wanted).encode(), method="POST"
        )
        answer = await asyncio.to_thread(lambda: urllib.request.urlopen(request).read())
        server.close()
        return json.loads(answer)

    with provider() as (address, _):
        assert asyncio.run(run(address))["status"] == 200
    ((headers, body),) = seen
    plain = {name.decode(): value.decode() for name, value in headers.items()}
    assert webhooks.receive(plain, body, secrets=["s"]).shard_key == "+1555"
    assert webhooks.parse(body)[0].body == "YES"
