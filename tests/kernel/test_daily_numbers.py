"""Numbers of each day are right however often, late or doubled the task runs, and say since when there are any."""

import re
import threading
from datetime import timedelta

import pytest
import time_machine
from bson import ObjectId
from django.conf import settings
from pymongo.errors import AutoReconnect

from clinics_site.celery import app
from kernel import clock, db, middleware
from kernel.daily import DECLARED, api_errors, keeping, store
from tests.admin.conftest import Staff, text

NOON = clock.now().replace(hour=12, minute=0, second=0, microsecond=0)
TODAY = keeping.midnight(NOON)


@pytest.fixture(autouse=True)
def no_errors_from_before():
    api_errors.begin_again()


def run(moment=NOON):
    """As the schedule does."""
    app.loader.import_default_modules()
    with time_machine.travel(moment, tick=False):
        app.tasks[settings.CELERY_BEAT_SCHEDULE["core.keep_daily_numbers"]["task"]].apply(
            throw=True
        )


def kept(day=TODAY):
    found = db.collection(store.COLLECTION).find_one({"day": day})
    return found and found.get("numbers")


def mail(state, time=NOON):
    record = {
        "_id": ObjectId(),
        "template": "signup_confirmation",
        "recipientHash": "x",
        "tries": 1,
    }
    db.collection("sentMails").insert_one({**record, "state": state, "time": time})


def record(kind, state, time=NOON):
    db.collection("ehrProcessing").insert_one(
        {
            "_id": ObjectId(), "kind": kind, "documentId": ObjectId(), "documentTime": time, "state": state,
            "attempts": 1, "sends": {}, "createdTime": time, "updatedTime": time,
        }
    )  # fmt: skip


def test_each_number_is_counted_for_its_day():
    for state in ("sent", "sent", "failed"):
        mail(state)
    mail("sent", NOON - timedelta(days=1))
    record("message", "failed")
    record("scheduled", "done")
    record("xealth_order", "ignored")
    run()
    assert kept()["mails"] == {"sent": 2, "failed": 1}
    assert kept()["redoxOrders"] == {"failed": 1}
    assert kept()["syncs"] == {"done": 1}
    assert kept()["xealthOrders"] == {"ignored": 1}
    assert kept()["patients"] == {"patients": 0}
    assert kept(TODAY - timedelta(days=1)) is None  # nothing is claimed of days before the first


def test_a_repetition_changes_nothing_and_a_later_run_sees_what_came_meanwhile():
    mail("sent")
    run()
    run()
    assert kept()["mails"] == {"sent": 1}
    mail("sent")
    run()
    assert kept()["mails"] == {"sent": 2}


def test_a_run_that_dies_is_made_good_by_the_next(monkeypatch):
    mail("sent")

    def die(*_):
        raise AutoReconnect

    with monkeypatch.context() as patch:
        patch.setattr(store, "put", die)
        with pytest.raises(AutoReconnect):
            run()
    run()
    assert kept()["mails"] == {"sent": 1}


def test_two_runs_at_once_count_nothing_twice():
    mail("sent")
    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept()["mails"] == {"sent": 1}
    assert db.collection(store.COLLECTION).count_documents({}) == 1


def test_what_ends_after_midnight_is_counted_for_its_day():
    run()
    record("scheduled", "failed", NOON)
    run(NOON + timedelta(days=1))
    assert kept()["syncs"] == {"failed": 1}
    assert kept(TODAY + timedelta(days=1))["syncs"] == {}


def test_days_on_which_no_scheduler_ran_are_counted_later_but_not_what_was_true_then():
    run()
    mail("sent", NOON + timedelta(days=1))
    run(NOON + timedelta(days=3))
    missed = kept(TODAY + timedelta(days=1))
    assert missed["mails"] == {"sent": 1}
    assert "patients" not in missed


def test_a_day_whose_records_are_gone_keeps_its_numbers():
    mail("sent")
    run()
    run(NOON + timedelta(days=2))
    db.collection("sentMails").delete_many({})
    run(NOON + timedelta(days=3))
    assert kept()["mails"] == {"sent": 1}


def test_a_long_silence_leaves_a_gap_and_no_zeros():
    run()
    run(NOON + timedelta(days=20))
    assert kept(TODAY + timedelta(days=10)) is None


# --- errors of the API --------------------------------------------------------------------------------------
def test_answers_of_the_api_that_say_that_it_failed_are_counted_as_they_happen():
    for operation, status in (
        ("GetPatient", 500),
        ("GetPatient", 503),
        ("GetPatient", 404),
        ("admin.clinic", 500),
        ("other", 503),
    ):
        api_errors.note(operation, status)
    api_errors.write()
    api_errors.write()
    assert kept(keeping.midnight(clock.now()))["apiErrors"] == {"failed": 2}


def test_every_answer_is_told():
    middleware.tell("GetPatient", 500, 0.1)
    api_errors.write()
    assert kept(keeping.midnight(clock.now()))["apiErrors"] == {"failed": 1}


def test_errors_wait_while_mongodb_is_away(monkeypatch):
    def fail(*_):
        raise AutoReconnect

    api_errors.note("GetPatient", 500)
    with monkeypatch.context() as patch:
        patch.setattr(store, "add", fail)
        with pytest.raises(AutoReconnect):
            api_errors.write()
    api_errors.write()
    assert kept(keeping.midnight(clock.now()))["apiErrors"] == {"failed": 1}


def test_the_count_of_the_day_leaves_errors_as_they_are():
    with time_machine.travel(NOON, tick=False):
        api_errors.note("GetPatient", 500)
        api_errors.write()
    run()
    assert kept()["apiErrors"] == {"failed": 1}


# --- shown --------------------------------------------------------------------------------------------------
def test_the_first_page_shows_the_numbers_and_since_when():
    mail("failed")
    with time_machine.travel(NOON, tick=False):
        run()
        page = Staff(superuser=True).get("")
    titles = [chart.number.title for chart in page.context["charts"]]
    assert set(titles) == {number.title for number in DECLARED.values()}
    assert f"kept since {TODAY.day} {TODAY:%b %Y}" in text(page)
    assert "Mails, by day: 0 sent, 0 unclear, 1 failed; at most 1 on a day" in text(page)


def test_before_the_first_run_the_first_page_says_so():
    assert "No numbers yet" in text(Staff(superuser=True).get(""))


@pytest.mark.parametrize(
    ("role", "sees_syncs"), [("viewer", False), ("support", False), ("integration", True)]
)
def test_only_what_the_role_may_see_is_shown(role, sees_syncs):
    with time_machine.travel(NOON, tick=False):
        run()
        for path in ("", "numbers/"):
            titles = {c.number.title for c in Staff(role).get(path).context["charts"]}
            assert {"Patients", "Mails", "API errors"} <= titles
            assert ("Syncs" in titles) == sees_syncs


def test_the_table_has_each_day_and_says_where_nothing_was_kept():
    with time_machine.travel(NOON, tick=False):
        mail("sent")
        run()
        (mails,) = [
            c for c in Staff("viewer").get("numbers/").context["charts"] if c.number.name == "mails"
        ]
    assert mails.rows[0] == (TODAY, [1, 0, 0])
    assert mails.rows[1] == (TODAY - timedelta(days=1), ["—", "—", "—"])
    assert len(mails.rows) == 30


@pytest.mark.foreign_documents
def test_documents_that_someone_changed_by_hand_stop_neither_the_task_nor_the_pages():
    mail("sent")
    run()
    kept_now = {"keptTime": NOON, "numbers": {"mails": {"sent": 1}}}
    for broken in ({"day": [TODAY]}, {"day": "today"}, {"day": TODAY - keeping.DAY, "numbers": 3}):
        document = {"_id": str(broken), **kept_now, **broken}
        db.collection(store.COLLECTION).insert_one(document)
    run()
    db.collection(store.COLLECTION).update_one(
        {"_id": f"{TODAY:%Y-%m-%d}"}, {"$set": {"numbers.mails.sent": -4}}
    )
    for path in ("", "numbers/"):
        page = Staff(superuser=True).get(path)
        assert page.status_code == 200
        assert re.search(r'(height|y\d?|d)="[^"]*-\d', text(page)) is None
