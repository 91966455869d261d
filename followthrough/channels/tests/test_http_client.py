"""The client against servers that behave oddly. Each speaks raw bytes."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from followthrough.channels.http import client
from followthrough.channels.http.client import Lost, NotSent, Origin

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@asynccontextmanager
async def server(talk):
    """Serve with `talk(reader, writer, number of the connection)`."""
    connections = 0

    async def connected(reader, writer):
        nonlocal connections
        connections += 1
        await talk(reader, writer, connections)

    listening = await asyncio.start_server(connected, "127.0.0.1")
    try:
        yield Origin("127.0.0.1", listening.sockets[0].getsockname()[1], tls=False)
    finally:
        await client.close()
        listening.close()


def saying(*parts, then_close=False):
    async def talk(reader, writer, _):
        while await reader.readuntil(b"\r\n\r\n"):
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0.001)
            if then_close:
                break
        writer.close()

    return talk


def calls(talk, *, times=1, gap=0.0):
    async def run():
        answers = []
        async with server(talk) as origin:
            for _ in range(times):
                answers.append(await client.call(origin, REQUEST))
                await asyncio.sleep(gap)
        return answers

    return asyncio.run(run())


@pytest.mark.parametrize(
    "parts",
    [
        [FINE],
        [bytes([one]) for one in FINE],  # a byte at a time
        [b"HTTP/1.1 100 Continue\r\n\r\n", FINE],
        [
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n",
            b"1\r\nk\r\n0\r\n\r\n",
        ],
    ],
    ids=["whole", "byte by byte", "after a go-on", "chunked"],
)
def test_an_answer_may_come_in_any_pieces(parts):
    first, second = calls(saying(*parts), times=2)
    assert (first.status, first.body) == (200, b"ok")
    assert first == second


def test_an_answer_of_unstated_length_ends_with_the_connection():
    talk = saying(b"HTTP/1.1 200 OK\r\nX-A: b\r\n\r\n", b"ok", then_close=True)
    (answer,) = calls(talk)
    assert (answer.status, answer.body, answer.headers) == (200, b"ok", {"x-a": "b"})


def test_connections_are_used_again():
    async def count(reader, writer, number):
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n%d" % number)

    assert [answer.body for answer in calls(count, times=3)] == [b"1"] * 3


@pytest.mark.parametrize("polite", [True, False], ids=["said so", "just closed"])
def test_a_connection_the_server_closed_is_not_used_again(polite):
    async def once(reader, writer, number):
        await reader.readuntil(b"\r\n\r\n")
        close = b"Connection: close\r\n" if polite else b""
        writer.write(b"HTTP/1.1 200 OK\r\n%bContent-Length: 1\r\n\r\n%d" % (close, number))
        writer.close()

    assert [answer.body for answer in calls(once, times=2, gap=0.02)] == [b"1", b"2"]


def test_a_connection_that_was_idle_for_long_is_not_used_again(monkeypatch):
    monkeypatch.setattr(client, "KEEP_SECONDS", 0.0)

    async def count(reader, writer, number):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n%d" % number)

    assert [answer.body for answer in calls(count, times=2)] == [b"1", b"2"]


def test_a_second_answer_is_never_taken_for_the_next_one():
    async def twice(reader, writer, number):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n%d" % number)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nX")

    assert [answer.body for answer in calls(twice, times=2, gap=0.02)] == [b"1", b"2"]


@pytest.mark.parametrize(
    ("talk", "why"),
    [
        (saying(b"", then_close=True), "closed"),
        (saying(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", then_close=True), "closed"),
        (saying(b"220 mail.example.org ESMTP\r\n"), "not_http"),
        (saying(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
         "not_http"),
        (saying(b"HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n" + b"x" * 70_000), "too_long"),
    ],
    ids=["nothing", "half", "another protocol", "an upgrade", "too much"],
)  # fmt: skip
def test_without_a_whole_answer_the_request_may_have_left(talk, why):
    with pytest.raises(Lost, match=why):
        calls(talk)


def test_a_server_that_never_answers_is_given_up(monkeypatch):
    monkeypatch.setattr(client, "ANSWER_SECONDS", 0.05)

    async def silent(reader, writer, _):
        await reader.read()  # until the client closes: an answer cannot come too late
        writer.close()

    with pytest.raises(Lost, match="timeout"):
        calls(silent)


def test_nobody_there_means_nothing_has_left():
    with pytest.raises(NotSent):
        asyncio.run(client.call(Origin("127.0.0.1", 1, tls=False), REQUEST))


def test_no_more_connections_than_allowed_and_who_waits_too_long_has_sent_nothing(monkeypatch):
    monkeypatch.setattr(client, "CONNECTIONS", 2)
    monkeypatch.setattr(client, "CONNECT_SECONDS", 0.05)
    monkeypatch.setattr(client, "ANSWER_SECONDS", 0.3)
    seen = []

    async def silent(reader, writer, number):
        seen.append(number)
        await reader.read()
        writer.close()

    async def run():
        async with server(silent) as origin:
            asked = (client.call(origin, REQUEST) for _ in range(5))
            return await asyncio.gather(*asked, return_exceptions=True)

    outcomes = asyncio.run(run())
    assert sorted(type(one).__name__ for one in outcomes) == ["Lost"] * 2 + ["NotSent"] * 3
    assert len(seen) == 2


def test_room_is_given_back_after_every_kind_of_end(monkeypatch):
    monkeypatch.setattr(client, "CONNECTIONS", 1)
    monkeypatch.setattr(client, "ANSWER_SECONDS", 0.05)

    async def moody(reader, writer, number):
        await reader.readuntil(b"\r\n\r\n")
        if number == 1:
            await asyncio.sleep(0.2)
        writer.write(b"nonsense" if number == 2 else FINE)

    async def run():
        async with server(moody) as origin:
            for _ in range(2):
                with pytest.raises(Lost):
                    await client.call(origin, REQUEST)
            return await client.call(origin, REQUEST)

    assert asyncio.run(run()).body == b"ok"


def test_what_is_too_late_when_its_turn_comes_never_leaves():
    heard = []

    async def talk(reader, writer, _):
        heard.append(await reader.read(1))
        writer.close()

    def too_late():
        raise TimeoutError("the decision is too old")

    async def run():
        async with server(talk) as origin:
            with pytest.raises(TimeoutError):
                await client.call(origin, REQUEST, check=too_late)
            await asyncio.sleep(0.05)

    asyncio.run(run())
    assert heard in ([], [b""])
