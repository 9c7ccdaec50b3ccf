"""Whose turn it is: no threads and no clock, only the order in which requests are started."""

import pytest

from clinics_site.web.scheduler import Full, Job, Scheduler


class Desk:
    """A scheduler, and what it has started."""

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


def test_what_finds_a_free_thread_starts_at_once():
    desk = Desk()
    desk.submit("ada", count=2)
    desk.submit("ben", count=2)
    assert desk.running() == ["ada", "ada", "ben", "ben"]


def test_one_caller_never_holds_every_thread():
    desk = Desk()
    desk.submit("ada", count=8)
    assert desk.running() == ["ada"] * 3
    desk.submit("ben")
    assert desk.running() == ["ada"] * 3 + ["ben"]


def test_callers_take_turns_however_much_one_has_asked_for():
    desk = Desk(threads=1, per_caller=1)
    desk.submit("ada", count=5)
    desk.submit("ben", count=2)
    order = []
    while desk.started:
        order += desk.running()
        desk.finish(desk.running()[0])
    assert order == ["ada", "ada", "ben", "ada", "ben", "ada", "ada"]


def test_who_waits_for_too_much_is_refused_and_no_one_else():
    desk = Desk()
    desk.submit("ada", count=8)
    with pytest.raises(Full):
        desk.submit("ada")
    desk.submit("ben")
    desk.finish("ada")
    desk.submit("ada")


def test_a_service_may_wait_for_more_than_a_person():
    desk = Desk()
    desk.submit("service", count=11, may_wait=8)
    with pytest.raises(Full):
        desk.submit("service", may_wait=8)
    desk.submit("ada")


def test_what_all_wait_for_together_is_bounded():
    desk = Desk(threads=1, per_caller=1)
    desk.submit("first")
    for number in range(12):
        desk.submit(f"caller {number}")
    with pytest.raises(Full):
        desk.submit("late")


def test_a_crowd_of_strangers_does_not_stand_before_who_has_a_token():
    desk = Desk()
    for number in range(16):
        desk.submit(f"stranger {number}", is_known=False)
    with pytest.raises(Full):
        desk.submit("stranger 16", is_known=False)
    desk.submit("ada", count=2)
    desk.finish("stranger 0")
    assert desk.running()[-1] == "ada"
    desk.finish("stranger 1")
    assert desk.running()[-1] == "stranger 4"
    desk.finish("stranger 2")
    assert desk.running()[-1] == "ada"


def test_heavy_requests_leave_threads_to_the_others():
    desk = Desk()
    for person in ("ada", "ben", "cy"):
        desk.submit(person, clinic="lakeside")
    assert desk.running() == ["ada", "ben"]
    desk.submit("dot", count=2)
    assert desk.running() == ["ada", "ben", "dot", "dot"]
    desk.finish("dot")
    assert desk.running() == ["ada", "ben", "dot"]
    desk.finish("ada")
    assert desk.running() == ["ben", "dot", "cy"]


def test_many_people_of_one_clinic_have_one_turn_for_their_heavy_requests():
    desk = Desk(heavy=1)
    for number in range(6):
        desk.submit(f"person {number}", clinic="lakeside")
    desk.submit("cy", clinic="hillside")
    desk.finish("person 0")
    assert desk.running() == ["person 1"]
    desk.finish("person 1")
    assert desk.running() == ["cy"]
    desk.submit("person 6", clinic="lakeside")
    with pytest.raises(Full):
        desk.submit("person 7", clinic="lakeside")


def test_one_caller_cannot_fill_the_turn_of_a_clinic():
    desk = Desk(heavy=1, waiting_per_turn=10, waiting=100)
    desk.submit("eve", clinic="lakeside", count=3)
    with pytest.raises(Full):
        desk.submit("eve", clinic="lakeside")
    desk.submit("ada", clinic="lakeside")
    desk.submit("eve", clinic="hillside")


def test_heavy_requests_about_many_clinics_count_for_their_caller_too():
    desk = Desk()
    for number in range(7):
        desk.submit("ada", clinic=f"clinic {number}")
    with pytest.raises(Full):
        desk.submit("ada", clinic="one more")


def test_nothing_is_remembered_of_who_has_nothing_left():
    desk = Desk()
    desk.submit("ada", count=5)
    desk.submit("ben", clinic="lakeside")
    while desk.started:
        desk.finish(desk.running()[0])
    scheduler = desk.scheduler
    assert scheduler._turns == {True: {}, False: {}}
    assert (scheduler._running_by_caller, scheduler._waiting_by_caller) == ({}, {})
    assert (scheduler._waiting, scheduler._running, scheduler._running_heavy) == ({}, 0, 0)
