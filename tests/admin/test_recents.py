"""What a member of staff has looked at last, and the tab that was open last."""

import pytest
from bson import ObjectId

from kernel import db
from kernel.staff import recents
from tests.admin.conftest import events, patient_ids, text
from tests.cast import make_person
from tests.factories import make_clinic, make_patient


def at(clinic, rest=""):
    return f"clinics/{clinic['_id']}/{rest}"


def shown(person, page="find/"):
    """Kind -> names, as the page shows them."""
    response = person.get(page)
    assert response.status_code == 200
    recent = response.context.get("recent", {})
    return {kind: [link["name"] for link in links] for kind, links in recent.items()}


def stored():
    return list(db.collection(recents.COLLECTION).find({}))


def test_what_was_seen_last_comes_first_and_once(clinic, ben, staff):
    support, other = staff("support"), make_clinic(name="Second Clinic")
    first, second = patient_ids(clinic)[:2]
    for path in (at(clinic), at(other), at(clinic, "members/"), f"users/?q={ben.user_id}"):
        support.get(path)
    for patient in (first, second, first):
        support.get(at(clinic, f"patients/{patient}/"))
    seen = shown(support)
    assert seen["Clinics"] == ["Harbor Diabetes Center", "Second Clinic"]
    assert seen["People"] == ["Ben Member"]
    assert len(seen["Patients"]) == 2
    assert "Recently viewed" in text(support.get(""))
    assert "Second Clinic" in text(support.get(""))


def test_ten_are_kept_of_each_kind(staff):
    viewer = staff("viewer")
    for number in range(12):
        viewer.get(at(make_clinic(name=f"Clinic {number:02}")))
    assert shown(viewer)["Clinics"] == [f"Clinic {number:02}" for number in range(11, 1, -1)]


def test_everyone_has_their_own(clinic, staff):
    staff("viewer").get(at(clinic))
    assert shown(staff("support")) == {}


def test_ids_are_kept_and_no_names(clinic, ben, staff):
    support = staff("support")
    support.get(at(clinic))
    support.get(f"users/?q={ben.email}")
    support.get(at(clinic, f"patients/{patient_ids(clinic)[0]}/"))
    kept = str(stored())
    assert not [value for value in ("Harbor", "Ben", ben.email, "Marker") if value in kept]
    assert not [value for value in support.client.cookies.values() if "Marker" in str(value)]


def test_names_are_read_with_the_roles_of_the_moment(clinic, staff):
    support = staff("support")
    support.get(at(clinic, f"patients/{patient_ids(clinic)[0]}/"))
    assert "Patients" in shown(support)
    support.user.groups.clear()
    support.user.groups.add(*staff("viewer").user.groups.all())
    assert "Patients" not in shown(support)


def test_people_who_were_looked_up_are_named_as_the_role_allows(clinic, ben, staff):
    """Members for everyone, patients for those who see them; others are shown by a short id that leads to them."""
    patient, stranger = (make_person(name).user_id for name in ("kim", "stranger"))
    make_patient(clinic, fullName="Kim Doe", userId=patient)
    for role, named in (("support", "Kim Doe"), ("viewer", "")):
        person = staff(role)
        for user_id in (ben.user_id, patient, stranger):
            page = text(person.get("users/", {"q": user_id}))
            name = {ben.user_id: "Ben Member", patient: named}.get(user_id, "")
            assert f"<h1>{name or 'User look-up'}</h1>" in page
            assert "User look-up | " in page  # the title of the window, which browsers store
        answer = person.get("find/")
        assert shown(person)["People"] == ["", named, "Ben Member"]
        assert ("Kim Doe" in text(answer)) == bool(named)
        assert f'<a href="/admin/users/?q={stranger}"><code title="{stranger}">' in text(answer)
    seen = events(action="recents.viewed")
    assert {event["actor"]["id"] for event in seen} == {staff("support").id}
    assert all(event["scope"] == {"patients": [patient]} for event in seen)


def test_people_who_were_removed_keep_their_names_as_the_role_allows(clinic, ben, staff):
    remover, support = staff("support", "destructive"), staff("support")
    patient = patient_ids(clinic)[0]
    for path, name in (
        (f"patients/{patient}/", "Maria Marker"),
        (f"members/{ben.user_id}/", "Ben Member"),
    ):
        remover.post(at(clinic, f"{path}remove"), typed=name, reason="T-1")
    for person, names in (
        (support, ["Ben Member", "Maria Marker"]),
        (staff("viewer"), ["Ben Member", ""]),
    ):
        for user_id in (patient, ben.user_id):
            person.get("users/", {"q": user_id})
        assert shown(person)["People"] == names
    assert events(action="recents.viewed")[-1]["scope"] == {"patients": [patient]}


def test_names_of_patients_are_one_event_that_says_whose(clinic, staff):
    support = staff("support")
    patient = patient_ids(clinic)[0]
    support.get("find/")
    support.get(at(clinic, f"patients/{patient}/"))
    assert events(action="recents.viewed") == []
    support.get("find/")
    (event,) = events(action="recents.viewed")
    assert event["scope"] == {"patients": [patient]}


def test_what_is_gone_is_not_shown(clinic, staff):
    support = staff("support")
    gone = make_clinic(name="Gone Clinic")
    support.get(at(gone))
    support.get(at(clinic))
    support.get(at(clinic, f"patients/{patient_ids(clinic)[0]}/"))
    db.collection("clinics").delete_one({"_id": gone["_id"]})
    db.collection("patients").delete_many({})
    assert shown(support) == {"Clinics": ["Harbor Diabetes Center"]}


# --- the remembered tab -----------------------------------------------------------------------------
@pytest.mark.parametrize("tab", ["", "members/", "history"])
def test_a_clinic_opens_with_the_tab_that_was_open_last(tab, clinic, staff):
    viewer, page = staff("viewer"), f"/admin/{at(clinic, tab)}"
    viewer.get(at(clinic, "labels/"))
    viewer.get(at(clinic, tab))
    assert viewer.post("find/", q=str(clinic["_id"])).headers["Location"] == page
    assert viewer.get("find/").context["recent"]["Clinics"][0]["url"] == page
    assert f'href="{page}"' in text(viewer.get("clinics/", {"q": "harbor"}))


def test_a_tab_that_the_role_does_not_show_is_not_opened(clinic, staff):
    support = staff("support")
    support.get(at(clinic, "patients/"))
    support.user.groups.clear()
    support.user.groups.add(*staff("viewer").user.groups.all())
    answer = support.post("find/", q=str(clinic["_id"]))
    assert answer.headers["Location"] == f"/admin/{at(clinic)}"


@pytest.mark.foreign_documents
@pytest.mark.parametrize(
    "broken",
    [
        {"clinics": [{"tab": "x"}, {"id": "x"}, {"id": ["x"], "tab": "x"}, 5]},
        {"people": [{}, {"id": None}, {"id": ["x"]}]},
        {"patients": [{"id": "a"}, {"id": ["a"], "clinic": ObjectId()}, None]},
        {"clinics": "x", "people": 5, "patients": None},
    ],
)
def test_entries_that_cannot_be_read_are_left_out(clinic, staff, broken):
    viewer = staff("viewer")
    viewer.get(at(clinic))
    db.collection(recents.COLLECTION).update_one({}, {"$set": broken})
    assert viewer.get("").status_code == 200
    viewer.get(at(clinic))
    assert shown(viewer)["Clinics"] == ["Harbor Diabetes Center"]


@pytest.mark.foreign_writes
@pytest.mark.foreign_documents
def test_a_patient_whose_id_has_become_a_list_is_left_out(clinic, staff):
    support, user_id = staff("support"), patient_ids(clinic)[0]
    support.get(at(clinic, f"patients/{user_id}/"))
    db.collection("patients").update_one(
        {"userId": user_id}, {"$set": {"userId": [user_id]}, "$unset": {"tags": ""}}
    )
    assert "Patients" not in shown(support)
    assert support.get("").status_code == 200
