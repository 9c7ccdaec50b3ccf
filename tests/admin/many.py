"""A job for many objects, as staff begin it: the page that asks, the one that says what would happen, and the job."""

from kernel import db
from tests.admin.conftest import text
from tests.admin.posted_forms import form_with
from tests.events import deliver_all

REASON = "TICKET-46"


def confirm(person, path, page, *, typed, reason=REASON):
    """Confirm the second page."""
    values = form_with("typed", page).values
    return person.post(path, **{**values, "typed": typed, "reason": reason, "confirmed": "1"})


def begin(person, path, *, typed, **asked):
    """Returns the path of the page of the job."""
    answer = confirm(person, path, person.post(path, **asked), typed=typed)
    assert answer.status_code == 302, text(answer)
    return answer.headers["Location"].removeprefix("/admin/")


def carry_out(person, path, *, typed, **asked):
    job_path = begin(person, path, typed=typed, **asked)
    deliver_all()
    return job_path


def job():
    return db.collection("jobs").find_one({}, sort=[("_id", -1)])


def left_out():
    """Who was left out of the job, and why."""
    return {
        (item, entry["words"]) for entry in job().get("leftOut") or [] for item in entry["items"]
    }
