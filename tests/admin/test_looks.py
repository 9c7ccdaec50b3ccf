"""Each staff page that shows something of a patient leaves one record that says whom it has shown, and holds nothing of
what: every page, and every answer to a posted form."""

import pytest
from django.contrib.auth.models import User

from kernel import audit, clock, db
from tests.admin.all_pages import is_page, pages, reviews
from tests.admin.conftest import events
from tests.admin.large_data import ADDRESS, LargeData, long_id
from tests.cast import QuickClient
from users.services.neighbours import profile_service

pytestmark = [pytest.mark.walk, pytest.mark.foreign_writes, pytest.mark.timeout(300)]
OFFERING, ORDERED, WROTE = "Zqoffering Person", "Zqordered Person", "zqwrote@example.org"
OF_ORDERS = ("Mara", "Quill", "1991-04-17", "quill@example.org", "QX-1")  # tests/ehr.py


class Watched:
    """A client that compares, for every page, whom it shows with what was recorded. `shown`: paths of pages that show
    someone."""

    def __init__(self, client, values):
        self._client, self._values = (
            client,
            values,
        )  # text -> ids of those who have it, if they have one
        self.shown, self.faults = [], []

    def get(self, path):
        return self._watched(path, lambda: self._client.get(path))

    def post(self, path, fields):
        return self._watched(f"{path} (posted)", lambda: self._client.post(path, fields))

    def _watched(self, name, request):
        before = db.collection(audit.COLLECTION).count_documents({})
        answer = request()
        found = events(number={"$gt": before})
        if is_page(answer) and (values := self._shown_in(answer.content.decode())):
            self.shown.append(name)
            self.faults += [f"{name}: {fault}" for fault in self._faults(values, found)]
        return answer

    def _shown_in(self, text):
        return [value for value in self._values if value in text]

    def _faults(self, values, found):
        looks = [event for event in found if event["outcome"] == "done"]
        if len(looks) != 1:
            yield f"{len(looks)} records of {values}: {[event['action'] for event in looks]}"
        for value in values:
            ids = self._values[value]
            if ids and not any(one in str(event) for one in ids for event in looks):
                yield f"no record names {value}"
        yield from (f"{value} is recorded" for value in self._values if value in str(found))


def values_of(patients):
    """The texts that are these patients' alone, with the ids of those who have them."""
    found = {}
    for patient in patients:
        for field in ("fullName", "mrn", "email"):
            if text := patient.get(field):
                found.setdefault(text, set()).add(patient["userId"])
    return found


@pytest.mark.yardstick("A1", "A2")
def test_every_page_that_shows_a_patient_leaves_one_record_without_a_value(django_db_setup):
    """New pages are included automatically, as in the walk of the layout."""
    data = LargeData()
    for number in range(2):
        profile_service().update_profile(long_id(200 + number), {"fullName": OFFERING})
    written = {"fullName": ORDERED, "updatedTime": clock.now()}
    db.collection("xealth_preorder").update_many({}, {"$set": written})
    for flow in ("patient", "guardian"):
        query = {flow: {"$exists": True}}
        db.collection("xealth_preorder").update_many(query, {"$set": {f"{flow}.email": WROTE}})
    patients = db.collection("patients").find({})
    values = {**values_of(patients), **dict.fromkeys((OFFERING, ORDERED, WROTE, *OF_ORDERS), ())}
    client = QuickClient()
    client.force_login(User.objects.create_superuser("root", ADDRESS, "irrelevant"))
    watched = Watched(client, values)

    answers = pages(watched, data.values)
    list(reviews(watched, answers))

    assert len(watched.shown) > 20
    assert not watched.faults, "\n".join(watched.faults)
