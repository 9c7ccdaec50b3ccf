"""The order in which requests are started, without threads and without a clock."""

import pytest

from clinics_site.web.scheduler import Full, Job, Scheduler


class RecordingScheduler:
    """A scheduler that records the jobs it starts."""

    def __init__(self, **options):
        self.started = []
        usual = {"threads": 4, "per_caller": 3, "heavy": 2, "waiting_per_turn": 5, "waiting": 12}
        self.scheduler = Scheduler(start=self.started.append, **(usual | options))

    def submit(self, caller, clinic=None, count=1, may_wait=None, is_known=True):
        for _ in range(count):
            self.scheduler.submit(Job(lambda: None, caller, clinic, may_wait, is_known))

    def finish(self, caller):
        self.scheduler.finished(next(job for job in self.started if job.caller == caller))
        self.started.remove(next(job for job in self.started if job.caller == caller))

    def running(self):
        return [job.caller for job in self.started]


def test_a_request_with_a_free_thread_starts_at_once():
    queue = RecordingScheduler()
    queue.submit("ada", count=2)
    queue.submit("ben", count=2)
    assert queue.running() == ["ada", "ada", "ben", "ben"]


def test_one_caller_never_holds_every_thread():
    queue = RecordingScheduler()
    queue.submit("ada", count=8)
    assert queue.running() == ["ada"] * 3
    queue.submit("ben")
    assert queue.running() == ["ada"] * 3 + ["ben"]


def test_callers_take_turns_regardless_of_their_number_of_requests():
    queue = RecordingScheduler(threads=1, per_caller=1)
    queue.submit("ada", count=5)
    queue.submit("ben", count=2)
    order = []
    while queue.started:
        order += queue.running()
        queue.finish(queue.running()[0])
    assert order == ["ada", "ada", "ben", "ada", "ben", "ada", "ada"]


@pytest.mark.yardstick("L1")
def test_only_a_caller_with_too_many_waiting_requests_is_refused():
    queue = RecordingScheduler()
    queue.submit("ada", count=8)
    with pytest.raises(Full):
        queue.submit("ada")
    queue.submit("ben")
    queue.finish("ada")
    queue.submit("ada")


def test_a_service_may_have_more_waiting_requests_than_a_person():
    queue = RecordingScheduler()
    queue.submit("service", count=11, may_wait=8)
    with pytest.raises(Full):
        queue.submit("service", may_wait=8)
    queue.submit("ada")


def test_the_waiting_requests_of_all_callers_are_bounded():
    queue = RecordingScheduler(threads=1, per_caller=1)
    queue.submit("first")
    for number in range(12):
        queue.submit(f"caller {number}")
    with pytest.raises(Full):
        queue.submit("late")


def test_a_crowd_of_strangers_does_not_delay_callers_with_a_token():
    queue = RecordingScheduler()
    for number in range(16):
        queue.submit(f"stranger {number}", is_known=False)
    with pytest.raises(Full):
        queue.submit("stranger 16", is_known=False)
    queue.submit("ada", count=2)
    queue.finish("stranger 0")
    assert queue.running()[-1] == "ada"
    queue.finish("stranger 1")
    assert queue.running()[-1] == "stranger 4"
    queue.finish("stranger 2")
    assert queue.running()[-1] == "ada"


def test_heavy_requests_leave_threads_to_the_others():
    queue = RecordingScheduler()
    for person in ("ada", "ben", "cy"):
        queue.submit(person, clinic="lakeside")
    assert queue.running() == ["ada", "ben"]
    queue.submit("dot", count=2)
    assert queue.running() == ["ada", "ben", "dot", "dot"]
    queue.finish("dot")
    assert queue.running() == ["ada", "ben", "dot"]
    queue.finish("ada")
    assert queue.running() == ["ben", "dot", "cy"]


def test_heavy_requests_about_one_clinic_share_one_turn():
    queue = RecordingScheduler(heavy=1)
    for number in range(6):
        queue.submit(f"person {number}", clinic="lakeside")
    queue.submit("cy", clinic="hillside")
    queue.finish("person 0")
    assert queue.running() == ["person 1"]
    queue.finish("person 1")
    assert queue.running() == ["cy"]
    queue.submit("person 6", clinic="lakeside")
    with pytest.raises(Full):
        queue.submit("person 7", clinic="lakeside")


def test_one_caller_cannot_fill_the_turn_of_a_clinic():
    queue = RecordingScheduler(heavy=1, waiting_per_turn=10, waiting=100)
    queue.submit("eve", clinic="lakeside", count=3)
    with pytest.raises(Full):
        queue.submit("eve", clinic="lakeside")
    queue.submit("ada", clinic="lakeside")
    queue.submit("eve", clinic="hillside")


def test_heavy_requests_about_many_clinics_count_for_their_caller_too():
    queue = RecordingScheduler()
    for number in range(7):
        queue.submit("ada", clinic=f"clinic {number}")
    with pytest.raises(Full):
        queue.submit("ada", clinic="one more")


def test_counters_of_callers_without_requests_are_removed():
    queue = RecordingScheduler()
    queue.submit("ada", count=5)
    queue.submit("ben", clinic="lakeside")
    while queue.started:
        queue.finish(queue.running()[0])
    scheduler = queue.scheduler
    assert scheduler._turns == {True: {}, False: {}}
    assert (scheduler._running_by_caller, scheduler._waiting_by_caller) == ({}, {})
    assert (scheduler._waiting, scheduler._running, scheduler._running_heavy) == ({}, 0, 0)
