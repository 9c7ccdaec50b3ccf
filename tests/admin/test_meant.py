"""Filters take what people know: the name of a clinic or of a person, a share code, an address, an id."""

import re
from html import unescape
from urllib.parse import parse_qs

import pytest
from bson import ObjectId
from django.contrib.auth.models import User

from clinics.admin import meant, people_meant
from clinics.admin.bulk_moves import MoveForm
from kernel import audit, db
from kernel.accesses import recording
from patients.services import preparing
from tests.admin.all_pages import is_page
from tests.admin.conftest import events, patient_ids, text
from tests.admin.large_data import LargeData
from tests.admin.posted_forms import filters_of
from tests.admin.test_accesses import look
from tests.admin.test_routes import ARGUMENT, routes
from tests.factories import make_clinic, make_clinician, stored_patient
from webhooks.admin.hooks import WebhookForm

pytestmark = [pytest.mark.foreign_writes, pytest.mark.foreign_documents]  # lists are prepared
HARBOR, MILL = "Harbor Diabetes Center", "Mill"


def rows_of(page):
    return page.context["events" if "events" in page.context else "rows"]


def choose(person, path, page, name):
    """Follow the link of the one with this name."""
    (query,) = re.findall(rf'<li><a href="\?([^"]*)">[^/]*>?{name}<', text(page))
    return person.get(f"{path}?{unescape(query)}")


@pytest.fixture
def lists(clinic, staff):
    """Lists that are filtered by clinic, with something of the Harbor Diabetes Center alone."""
    staff("configuration").post(f"clinics/{clinic['_id']}/refresh")
    return "jobs/", "audit/"


def test_a_clinic_is_meant_by_words_of_its_name_by_share_code_or_id(clinic, lists, root):
    """A clinic that is deleted has its id alone."""
    code, gone = clinic["canonicalShareCode"], str(ObjectId())
    make_clinic(name=MILL)
    for path in lists:
        of_clinic = rows_of(root.get(path, {"clinic": str(clinic["_id"])}))
        assert of_clinic
        for typed in ("diabetes HARBOR", code, code.lower().replace("-", "")):
            page = root.get(path, {"clinic": typed})
            assert rows_of(page) == of_clinic
            assert f"<b>{HARBOR}</b>" in text(page)
        assert rows_of(root.get(path, {"clinic": MILL})) == []
        page = root.get(path, {"clinic": gone})
        assert rows_of(page) == []
        assert meant.NONE not in text(page)


def test_of_several_clinics_one_is_chosen_and_what_is_no_clinic_is_said(clinic, lists, root):
    other = make_clinic(name="Harbor East")
    for path in lists:
        page = root.get(
            path, {"clinic": "harbor", "kind": "clinic.count", "from": "2020-01-01", "page": "2"}
        )
        assert rows_of(page) == []
        assert other["canonicalShareCode"] in text(page)
        chosen = choose(root, path, page, HARBOR)
        assert rows_of(chosen)
        query = parse_qs(chosen.request["QUERY_STRING"])
        assert query == {
            "clinic": [str(clinic["_id"])],
            "kind": ["clinic.count"],
            "from": ["2020-01-01"],
        }
        page = root.get(path, {"clinic": "Marsh"})
        assert meant.NONE in text(page)
        assert rows_of(page) == []
    assert root.export("audit/export", {"clinic": "harbor"}).status_code == 302
    assert not events(action="audit.export")


def lists_of_clinics(root):
    """(name, route, page) of each list that is narrowed by clinic. New ones are included automatically."""
    for name, route in routes():
        if ARGUMENT.search(route) or route.startswith("login"):
            continue
        page = root.client.get(f"/admin/{route}")
        if is_page(page) and any("clinic" in form.texts for form in filters_of(page)):
            yield name, route, page


def test_a_list_shows_what_is_of_the_clinic_that_is_meant_and_nothing_where_none_or_several_are(
    root,
):
    """Also not what is about no clinic."""
    data = LargeData()
    db.collection("jobs").update_one({"_id": data.jobs[0]}, {"$set": {"clinicId": None}})
    for name in ("Marsh East", "Marsh West"):
        make_clinic(name=name)
    code = data.clinic["canonicalShareCode"]
    titled = f"Share-Code: “{code.replace('-', '–')}”."
    tried, filled = set(), set()
    for name, route, page in lists_of_clinics(root):
        tried.add(name)
        if "<tbody>" in text(page):
            filled.add(name)
            assert "<tbody>" in text(root.get(route, {"clinic": titled})), route
        for typed in ("no such clinic", "Marsh"):
            assert "<tbody>" not in text(root.get(route, {"clinic": typed})), (route, typed)
    assert tried - filled == {"accesses"}  # of a patient alone
    assert len(tried) > 7


def test_forms_that_ask_for_a_clinic_take_a_share_code_with_its_title(clinic, root):
    other = make_clinic(name=MILL)
    typed = f"Share code ({other['canonicalShareCode'].lower().replace('-', ' — ')})"
    user_id = patient_ids(clinic)[0]
    page = root.get(f"clinics/{clinic['_id']}/patients/{user_id}/move", {"q": typed})
    assert [row["name"] for row in page.context["found"]] == [MILL]
    chosen = root.get("merges/choose", {"source": typed}).context["sides"][0]["chosen"]
    assert chosen["id"] == str(other["_id"])
    for form, field in (
        (WebhookForm({"clinic": typed}), "clinic"),
        (MoveForm({"to": typed}, clinic=clinic), "to"),
    ):
        assert field not in form.errors


def test_an_id_of_a_person_is_read_with_its_title(clinic, ben, root):
    typed = f"User id: {ben.user_id}."
    assert root.get("users/", {"q": typed}).context["members"]["rows"]
    filtered = root.get("accesses/", {"who": typed})
    assert dict(filtered.context["meant"])["Seen by"].id == ben.user_id


def test_events_name_their_clinic_for_staff_who_find_clinics(clinic, lists, staff):
    (event,) = events(action="clinic.count_refreshed")
    for path in ("audit/", f"audit/{event['_id']}/"):
        link = f'<a href="/admin/clinics/{clinic["_id"]}/">{HARBOR}</a>'
        assert link in text(staff("auditor", "viewer").get(path))
        assert link not in text(staff("auditor").get(path))


def test_an_action_is_meant_by_its_words(clinic, lists, root):
    for typed in ("refreshed the count", "clinic.count_refreshed"):
        (event,) = rows_of(root.get("audit/", {"action": typed}))
        assert event["action"] == "clinic.count_refreshed"


def test_a_colleague_is_meant_by_name_or_address(root, staff):
    for name, last in (("amy", "Archer"), ("amelie", "Archer")):
        User.objects.create_user(
            name, f"{name}@example.org", first_name="A.", last_name=last, is_staff=True
        )
        audit.record(
            action="staff.login",
            actor_id=name,
            actor_kind="staff",
            actor_name=name,
            object_type="user",
            object_id=name,
        )
    audit.record(
        action="staff.login",
        actor_id="x",
        actor_kind="staff",
        actor_name="gone",
        object_type="user",
        object_id="x",
    )

    def actors(page):
        return [event["actor"]["name"] for event in rows_of(page)]

    for typed in ("amy", "AMY@example.org", "a. amy"):
        assert actors(root.get("audit/", {"actor": typed})) == ["amy"]
    page = root.get("audit/", {"actor": "archer"})
    assert actors(page) == []
    assert actors(choose(root, "audit/", page, "amelie")) == ["amelie"]
    assert actors(root.get("audit/", {"actor": "gone"})) == ["gone"]


# --- people ---------------------------------------------------------------------------------------
@pytest.fixture
def seen(clinic, ben):
    """A patient at whom Ben has looked."""
    (user_id, *_) = patient_ids(clinic)
    look(ben.api, clinic, user_id)
    recording.write()
    list(preparing.prepare())
    return stored_patient(clinic, user_id)


def sections(page):
    return [section["title"] for section in page.context["sections"]]


def test_a_patient_is_meant_by_name_mrn_birth_date_or_address(clinic, seen, staff):
    person = staff("auditor", "support")
    for typed in (seen["fullName"], seen["mrn"], f"{seen['fullName']} {seen['birthDate']}"):
        page = person.get("accesses/", {"patient": typed})
        assert page.context["patient"] == seen["userId"]
        assert [event["scope"]["patients"] for event in events(action="find.looked_up")][-1] == [
            seen["userId"]
        ]
    assert typed not in str(events())
    assert sections(staff("auditor").get("accesses/", {"patient": seen["fullName"]})) == []


def test_who_looks_is_meant_by_name_or_address(clinic, ben, seen, staff):
    person = staff("auditor", "viewer")
    for typed in ("Ben Mem", ben.email):
        page = person.get("accesses/", {"who": typed})
        assert [row["patient"] for row in page.context["sections"][0]["rows"]] == [seen["userId"]]
    assert sections(staff("auditor").get("accesses/", {"who": ben.email}))
    assert sections(staff("auditor").get("accesses/", {"who": "Ben Mem"})) == []


def test_of_several_people_one_is_chosen_and_what_else_was_typed_is_kept(
    clinic, cy, ben, seen, staff
):
    make_clinician(make_clinic(name=MILL), cy, name="Ben Mill")
    person = staff("auditor", "support")
    page = person.get("accesses/", {"who": "ben", "patient": seen["fullName"], "clinic": "harbor"})
    assert sections(page) == []
    chosen = choose(person, "accesses/", page, "Ben Member")
    assert len(sections(chosen)) == 3
    assert seen["fullName"].split()[0] not in chosen.request["QUERY_STRING"]


def test_what_concerns_a_person_is_found_by_name_and_address(clinic, ben, seen, staff, root):
    staff("support").get(f"clinics/{clinic['_id']}/patients/{seen['userId']}/")
    for typed in (seen["userId"], seen["fullName"]):
        shown = rows_of(root.get("audit/", {"object": typed}))
        assert seen["userId"] in [event["object"]["id"] for event in shown]
    assert rows_of(root.get("audit/", {"object": ben.email})) == []
    assert people_meant.NONE in text(root.get("audit/", {"object": "Some One"}))


def test_a_look_up_takes_a_name(clinic, ben, seen, staff):
    person = staff("support")
    for typed, user_id in (("Ben Member", ben.user_id), (seen["fullName"], seen["userId"])):
        assert (
            person.get("users/", {"q": typed}).headers["Location"] == f"/admin/users/?q={user_id}"
        )
    assert people_meant.NONE in text(staff("viewer").get("users/", {"q": seen["fullName"]}))


def test_an_id_in_a_table_is_short_and_is_copied_whole(clinic, ben, staff):
    page = text(staff("viewer").get(f"clinics/{clinic['_id']}/members/"))
    (short,) = re.findall(
        rf'<span class="st-copy st-short"><code title="{ben.user_id}">.*?</span></button>', page
    )
    assert f'data-copy="{ben.user_id}"' in short
    assert 'aria-label="Copy user id"' in short
