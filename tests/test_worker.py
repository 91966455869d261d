"""The processes of a worker: they begin together, end together, and begin anew when one falls."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# A worker whose holder and hands do no more than say who they are and stop when they should.
WORKER = """
import os, signal, sys, threading
from config import family
log = sys.argv[1]

def say(who):
    with open(log, "a") as file:
        file.write(f"{who} {os.getpid()}\\n")

def hand(orders, beats):
    say("hand")
    while os.read(orders, 100):
        pass

def holder(pipes, alive):
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.pthread_sigmask(signal.SIG_UNBLOCK, family.STOPS)
    threading.Thread(target=family.outlive, args=(alive, stop), daemon=True).start()
    say("holder")
    stop.wait()

family.run(holder, hand, hands=2)
"""


@pytest.fixture
def worker(tmp_path):
    log = tmp_path / "who"
    process = subprocess.Popen([sys.executable, "-c", WORKER, str(log)], cwd=ROOT)
    yield process, log
    for pid in (process.pid, *pids(log)):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


def who(log):
    """Everyone who has begun so far: (holder or hand, pid)."""
    lines = log.read_text().splitlines() if log.exists() else []
    return [(name, int(pid)) for name, pid in map(str.split, lines)]


def pids(log):
    return [pid for _, pid in who(log)]


def lives(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def until(done):
    end = time.monotonic() + 10
    while not done():
        assert time.monotonic() < end
        time.sleep(0.01)


def begun(log, count):
    until(lambda: len(who(log)) == count)
    return pids(log)[-3:]


def test_a_worker_is_a_holder_and_its_hands(worker):
    _, log = worker
    begun(log, 3)
    assert sorted(name for name, _ in who(log)) == ["hand", "hand", "holder"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_stop_it_leaves_nothing_running(worker, number):
    process, log = worker
    family = begun(log, 3)
    process.send_signal(number)
    assert process.wait(10) == 0
    assert not any(map(lives, family))
    assert len(who(log)) == 3


@pytest.mark.parametrize("part", ["holder", "hand"])
def test_when_one_falls_all_begin_anew(worker, part):
    _, log = worker
    family = begun(log, 3)
    os.kill(next(pid for name, pid in who(log) if name == part), signal.SIGKILL)
    others = begun(log, 6)
    assert not any(map(lives, family))
    assert all(map(lives, others))


def test_killed_itself_it_takes_the_others_along(worker):
    process, log = worker
    family = begun(log, 3)
    process.kill()
    process.wait()
    until(lambda: not any(map(lives, family)))


def test_killed_itself_a_holder_that_cannot_rest_is_ended_too(tmp_path):
    """As one whose database went as well: nobody is left to kill it."""
    log = tmp_path / "who"
    hanging = WORKER.replace("    stop.wait()", "    threading.Event().wait()").replace(
        "family.run(", "family.END_SECONDS = 0.3\nfamily.run("
    )
    process = subprocess.Popen([sys.executable, "-c", hanging, str(log)], cwd=ROOT)
    family = begun(log, 3)
    process.kill()
    process.wait()
    until(lambda: not any(map(lives, family)))


def test_when_they_fall_again_and_again_it_gives_up(tmp_path):
    log = tmp_path / "who"
    falling = WORKER.replace("    stop.wait()", "    os._exit(3)").replace(
        "family.run(", "family.time.sleep = lambda _: None\nfamily.run("
    )
    done = subprocess.run([sys.executable, "-c", falling, str(log)], cwd=ROOT, timeout=30)
    assert done.returncode == 1
    assert sum(name == "holder" for name, _ in who(log)) == 5


def test_without_a_standard_output_it_ends_as_well(tmp_path):
    log = tmp_path / "who"
    falling = WORKER.replace("    stop.wait()", "    os.kill(os.getppid(), 15); stop.wait()")
    line = f"exec '{sys.executable}' -c \"$0\" '{log}' >&-"
    done = subprocess.run(["sh", "-c", line, falling], cwd=ROOT, timeout=30)
    assert done.returncode == 0
    assert len(who(log)) == 3
