"""Names that other services stored with signs of direction turn nothing on any staff page, title, form or export."""

import csv
import io
import re

import pytest
from django.contrib.auth.models import User

from kernel import db
from kernel.texts import DIRECTIONS
from tests.admin.all_pages import pages
from tests.admin.large_data import ADDRESS, LONG_NAME, PERSON, LargeData
from tests.cast import QuickClient
from tests.factories import make_clinic

TYPED_BY_PEOPLE = {
    "name", "fullName", "providerName", "address", "city", "state", "postalCode", "website", "mrn", "email", "title",
    "number", "sourceId", "reason", "userName", "description",
}  # fmt: skip
# Their indexes or their readers need the plain text.
KEPT = {"auth_user", "auth_group", "staffFactors"}
# Theirs is a word of the service, and not a state that is part of an address.
WITH_STATES = {"webhooks", "webhookDeliveries"}
OVERRIDE = "\u202e"


def turned(value, typed, name=""):
    if isinstance(value, dict):
        return {key: turned(inner, typed, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [turned(inner, typed, name) for inner in value]
    is_typed = isinstance(value, str) and value and name in typed
    return f"{OVERRIDE}{value}{DIRECTIONS}" if is_typed else value


def turn_all_names():
    for collection in db.database().list_collection_names():
        if collection in KEPT or collection.startswith(("system.", "django_")):
            continue
        typed = TYPED_BY_PEOPLE - {"state"} if collection in WITH_STATES else TYPED_BY_PEOPLE
        for document in list(db.database()[collection].find()):
            changed = turned(document, typed)
            if changed != document:
                db.database()[collection].replace_one({"_id": document["_id"]}, changed)


@pytest.fixture
def client():
    superuser = QuickClient()
    superuser.force_login(User.objects.create_superuser("root", ADDRESS, "irrelevant"))
    return superuser


def signs_in(text):
    return [sign for sign in DIRECTIONS if sign in text]


@pytest.mark.walk
@pytest.mark.foreign_writes
def test_no_page_shows_a_sign_of_direction(client):
    data = LargeData()
    turn_all_names()
    answers = pages(client, data.values)

    texts = {path: answer.content.decode() for path, answer in answers.items()}
    assert [path for path, text in texts.items() if signs_in(text)] == []
    assert sum(LONG_NAME in text for text in texts.values()) > 10
    assert sum(PERSON in text for text in texts.values()) > 3
    for path in (f"/admin/clinics/{data.clinic['_id']}/", "/admin/clinics/"):
        assert int(answers[path].headers["Content-Length"]) == len(answers[path].content)


@pytest.mark.foreign_documents
@pytest.mark.foreign_writes
@pytest.mark.parametrize("export", ["clinics/export", "clinics/{}/members/export"])
def test_no_export_holds_a_sign_of_direction(client, export):
    data = LargeData()
    turn_all_names()
    page = "/admin/" + export.format(data.clinic["_id"])
    answer = client.post(page, {"at_once": "1", "format": "csv"})
    text = b"".join(answer.streaming_content).decode()
    assert signs_in(text) == []
    assert len([*csv.reader(io.StringIO(text))]) > 1


def test_json_shows_the_signs_as_escapes():
    from kernel.templatetags.staff import pretty

    assert pretty({"name": "a\u202eb"}) == '{\n  "name": "a\\u202eb"\n}'


@pytest.mark.foreign_documents
def test_an_override_goes_and_letters_that_run_from_right_to_left_stay(client):
    clinic = make_clinic(name="\u202eמרפאת הנמל")
    page = client.get(f"/admin/clinics/{clinic['_id']}/").content.decode()
    assert re.search(r"<title>\s*מרפאת הנמל", page)
    assert signs_in(page) == []
