"""Staff save what they narrow a clinic's list of patients by (rules PATIENT-223 to PATIENT-227)."""

import pytest
from bson import ObjectId

from kernel import db
from patients.services import list_views
from tests.admin.conftest import events, messages_of, text
from tests.admin.posted_forms import form_with
from tests.factories import make_clinic, make_patient


@pytest.fixture(autouse=True)
def _bare(bare_frame):
    """The frame is the same on all pages."""


@pytest.fixture
def clinic():
    made = make_clinic(patientTags=[{"_id": ObjectId(), "name": "North"}], sites=[])
    make_patient(made, fullName="Al Abel", tags=[made["patientTags"][0]["_id"]])
    make_patient(made, fullName="Bo Berg", permissions={"view": {}})
    return made


@pytest.fixture
def person(staff):
    return staff("support")


@pytest.fixture
def colleague(staff):
    return staff("support", "viewer")


def at(clinic, rest=""):
    return f"clinics/{clinic['_id']}/patients/filters{rest}"


def save(person, clinic, name="Ours", **fields):
    answer = person.post(at(clinic), name=name, account="own", order="oldest", **fields)
    assert answer.status_code == 302
    return messages_of(answer)


def rows(person, clinic):
    return person.get(at(clinic)).context_data["rows"]


def saved(person, clinic):
    """Name -> address, as the list of patients offers them."""
    page = person.get(f"clinics/{clinic['_id']}/patients/")
    return {name: url for url, name, _ in page.context_data["saved"]}


def test_the_present_filter_and_order_are_saved_under_a_name_and_chosen_again(clinic, person):
    tag = str(clinic["patientTags"][0]["_id"])
    page = person.get(at(clinic), {"tag": tag, "order": "name-down"})
    assert page.context_data["chosen"] == [("Tag", "North"), ("Sorted by", "Name, from Z")]
    assert save(person, clinic) == ["It is saved."]
    url = saved(person, clinic)["Ours"]
    assert url == f"/admin/clinics/{clinic['_id']}/patients/?account=own&order=oldest"
    listed = person.client.get(url)
    assert [row["fullName"] for row in listed.context_data["patients"]] == ["Bo Berg"]
    assert listed.context_data["saved"] == [(url, "Ours", True)]


def test_columns_are_saved_chosen_again_and_stay_with_another_name(clinic, person):
    page = person.get(at(clinic), {"account": "own", "columns": ["gmi", "name", "mrn"]})
    assert page.context_data["chosen"][-1] == ("Columns", "Name; MRN; GMI, 14 days")
    assert form_with("name", page).values["columns"] == "name"
    save(person, clinic, columns=["name", "mrn", "gmi"])
    save(person, clinic, "Usual")
    (row,) = (row for row in rows(person, clinic) if row["name"] == "Ours")
    person.post(at(clinic, f"/{row['id']}"), name="Theirs", shared="on")
    links = saved(person, clinic)
    assert links["Theirs"].endswith(
        "?account=own&order=oldest&columns=name&columns=mrn&columns=gmi"
    )
    for name, url in links.items():
        shown = person.client.get(url).context_data
        assert [other for _, other, is_on in shown["saved"] if is_on] == [name]
        assert shown["columns"].is_usual == (name == "Usual")


def test_a_search_is_not_kept(clinic, person):
    save(person, clinic, q="Abel")
    person.get(at(clinic), {"q": "Abel"})
    assert "Abel" not in str(list(db.collection("patientListViews").find({})))
    assert "Abel" not in text(person.get(at(clinic), {"q": "Abel"}))


def test_one_of_ones_own_is_seen_by_no_one_else_and_a_shared_one_by_all_staff_alone(
    clinic, person, colleague, ada
):
    save(person, clinic, "Mine")
    save(person, clinic, "All", shared="on")
    assert list(saved(person, clinic)) == ["Mine", "All"]
    assert list(saved(colleague, clinic)) == ["All"]
    assert saved(person, make_clinic()) == {}
    member = list_views.Viewer(clinic["_id"], ada.user_id, is_admin=True)
    assert list_views.list_views(member) == []
    mine, _ = rows(person, clinic)
    for path in (f"/{mine['id']}", f"/{mine['id']}/remove"):
        assert colleague.post(at(clinic, path), name="Theirs").status_code == 404


def test_it_is_renamed_shared_and_removed_and_keeps_what_it_narrows_by(clinic, person):
    save(person, clinic)
    (row,) = rows(person, clinic)
    person.post(at(clinic, f"/{row['id']}"), name="Everyone's", shared="on")
    (changed,) = rows(person, clinic)
    assert (changed["name"], changed["is_shared"]) == ("Everyone's", True)
    assert (changed["id"], changed["words"]) == (row["id"], row["words"])
    person.post(at(clinic, f"/{row['id']}/remove"))
    assert rows(person, clinic) == []
    done = [(e["action"], e["scope"]) for e in events(action={"$regex": "^filter\\."})]
    assert done == [
        ("filter.saved", {"shared": False}),
        ("filter.changed", {"shared": True}),
        ("filter.removed", {"shared": True}),
    ]


def test_a_shared_one_is_changed_by_who_made_it_and_by_superusers(clinic, person, colleague, root):
    save(person, clinic, shared="on")
    (row,) = rows(colleague, clinic)
    assert not row["may_change"]
    for path in (f"/{row['id']}", f"/{row['id']}/remove"):
        answer = colleague.post(at(clinic, path), name="Theirs", shared="on")
        assert "is changed by the person who made it" in messages_of(answer)[0]
    assert list(saved(person, clinic)) == ["Ours"]
    root.post(at(clinic, f"/{row['id']}"), name="Root's", shared="on")
    assert list(saved(person, clinic)) == ["Root's"]


def test_a_name_is_needed_and_given_once(clinic, person):
    save(person, clinic)
    again = person.post(at(clinic), name="OURS", account="own", order="oldest")
    assert (again.status_code, again.context_data["chosen"][0][1]) == (400, "The patient's own")
    form = again.context_data["form"]
    assert form["name"].value() == "OURS"
    assert form.errors["name"] == ["A filter with this name exists."]
    assert person.post(at(clinic), name="").status_code == 400
    assert person.post(at(clinic), name="x" * 101).status_code == 400
    assert len(rows(person, clinic)) == 1
    assert save(person, clinic, shared="on")[-1] == "It is saved."
