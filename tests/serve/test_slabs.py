"""Numbers shared by processes: a slab outlives its worker, forgets nothing, and takes no more than it has room for."""

from __future__ import annotations

import multiprocessing
import os
import signal

from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.serve.exposition import exposition, gathered
from migrator.serve.metrics import HEARTBEAT, METRICS, REFUSED, UNLABELLED, UP
from migrator.serve.recorder import UpstreamMeter
from migrator.serve.slabs import LONGEST_NOTE, SERIES, Slab, Slabs

COUNTED = 1000


def count_and_die(slabs: Slabs, number: int) -> None:
    """Count, with a label that the parent has never heard of, and end in the hardest way."""
    slab = slabs.taken_over(number)
    for _ in range(COUNTED):
        slab.add(REFUSED, f"4{number}0")
        slab.add(REFUSED, "400")
    os.kill(os.getpid(), signal.SIGKILL)


def test_what_a_killed_worker_counted_stays_and_the_next_one_goes_on_with_it() -> None:
    slabs = Slabs(2, UNLABELLED)
    for _ in range(2):
        workers = [multiprocessing.get_context("fork").Process(target=count_and_die, args=(slabs, number)) for number in (0, 1)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(10)
        slabs.slab(0).put(0, UP)  # as whoever buries a worker does, with series in the slab that only the worker knew

    numbers = gathered(slabs.all())[REFUSED]
    assert numbers == {("400",): 6 * COUNTED, ("410",): 2 * COUNTED}  # the worker with number 0 counts 400 twice


def test_gauges_of_a_worker_that_is_not_there_say_nothing() -> None:
    slabs = Slabs(2, UNLABELLED)
    for number, beat in enumerate((100.0, 50.0)):
        slabs.slab(number).put(1, UP)
        slabs.slab(number).put(beat, HEARTBEAT)
    assert gathered(slabs.all())[HEARTBEAT] == {(): 50.0}

    slabs.slab(1).put(0, UP)
    assert gathered(slabs.all())[HEARTBEAT] == {(): 100.0}


@settings(max_examples=50)
@given(st.lists(st.tuples(st.text(max_size=300), st.integers(1, 5)), max_size=700))
def test_whatever_labels_come_each_count_is_somewhere(counted: list[tuple[str, int]]) -> None:
    slab = Slabs(1).slab(0)
    for label, amount in counted:
        slab.add(REFUSED, label, amount=amount)

    series = slab.series()
    assert len(series) < SERIES
    assert sum(one.value for one in series) + slab.lost == sum(amount for _, amount in counted)


def test_a_note_is_read_whole_or_not_at_all() -> None:
    slab = Slabs(1).slab(0)
    assert slab.note() is None
    assert slab.write_note({"a": "é" * 100})
    assert not slab.write_note("x" * LONGEST_NOTE)
    assert slab.note() == {"a": "é" * 100}

    slab._memory[20] = slab._memory[20] ^ 1  # as if somebody were writing
    assert slab.note() is None


def test_a_histogram_is_cumulative_and_every_metric_is_exposed_with_its_help() -> None:
    slabs = Slabs(1, UNLABELLED)
    meter = UpstreamMeter(slabs.slab(0), "main", "legacy")
    for seconds in (0.001, 0.2, 100.0):
        meter.answered(seconds)

    lines = exposition(slabs).decode().splitlines()
    name = 'migrator_upstream_request_duration_seconds_bucket{home="legacy",le="%s",site="main"} %s'
    for bound, count in (("0.005", 1.0), ("0.25", 2.0), ("30.0", 2.0), ("+Inf", 3.0)):
        assert name % (bound, count) in lines
    helped = {line.split()[2] for line in lines if line.startswith("# HELP")}
    assert helped == {f"migrator_{metric.name}" for metric in METRICS}


def test_a_slab_is_read_while_it_is_written() -> None:
    slabs = Slabs(1)
    slab: Slab = slabs.slab(0)
    for number in range(100):
        slab.add(REFUSED, str(number))
        assert len(slabs.all()[0].series()) == number + 1
