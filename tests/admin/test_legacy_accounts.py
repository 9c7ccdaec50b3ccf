"""Legacy accounts become clinics, by staff."""

from html import unescape

import pytest
from bson import ObjectId

from clinics.admin import people_meant
from kernel import db
from kernel.http import ServiceUnavailable
from tests.admin.conftest import events, text
from tests.admin.posted_forms import forms_of
from tests.cast import CLINIC, make_person
from tests.events import deliver_all
from tests.factories import make_clinic, make_clinician
from users.services.neighbours import permission_service

ASKED = {"reason": "TICKET-1"}
REASON = {**ASKED, "confirmed": "1"}


@pytest.fixture
def lee():
    """A legacy account, one login for a whole practice."""
    return make_person("Lee Legacy", roles=("clinic",))


@pytest.fixture
def person(staff):
    return staff("configuration")


def opened(person, lee):
    answer = person.post(f"users/{lee.user_id}/clinic", **REASON)
    assert answer.status_code == 302
    return db.collection("clinics").find_one({"admins": lee.user_id})


def migrations_of(clinic):
    return list(db.collection("migrations").find({"clinicId": clinic["_id"]}))


def page_of(clinic):
    return f"clinics/{clinic['_id']}/migrations"


def test_a_clinic_is_opened_for_a_legacy_account_and_its_patients_move(person, lee, dot):
    permission_service().set_permissions(dot.user_id, lee.user_id, {"view": {}})
    found = text(person.get("users/", {"q": lee.user_id}))
    assert f"users/{lee.user_id}/clinic" in found
    clinic = opened(person, lee)
    incomplete = person.post(page_of(clinic), **REASON)
    assert incomplete.status_code == 400
    assert "profile" in text(incomplete)
    assert lee.api.put(f"/v1/clinics/{clinic['_id']}", CLINIC).status_code == 200

    assert person.post(page_of(clinic), **REASON).status_code == 302
    deliver_all()
    assert "completed" in text(person.get(page_of(clinic)))
    assert (
        db.collection("patients").count_documents(
            {"clinicId": clinic["_id"], "userId": dot.user_id}
        )
        == 1
    )
    done = [
        (event["action"], event["reason"])
        for event in events(outcome="done", clinicId=clinic["_id"])
    ]
    assert done[-2:] == [
        ("clinic.opened_for_legacy_account", "TICKET-1"),
        ("migration.started", "TICKET-1"),
    ]


def test_another_account_of_the_practice_moves_into_the_clinic(person, lee):
    clinic = make_clinic(isMigrated=True)
    refused = person.post(page_of(clinic), user_id=lee.user_id, **REASON)
    assert refused.status_code == 400
    assert migrations_of(clinic) == []
    make_clinician(clinic, lee)
    assert person.post(page_of(clinic), user_id=lee.user_id, **REASON).status_code == 302
    assert [row["userId"] for row in migrations_of(clinic)] == [lee.user_id]
    again = person.post(page_of(clinic), user_id=lee.user_id, **REASON)
    assert "duplicate" in text(again)
    outcomes = [event["outcome"] for event in events(action="migration.added")]
    assert outcomes == ["refused", "done", "refused"]


def test_what_a_migration_does_is_shown_with_the_names_before_it_begins(person, lee, dot):
    permission_service().set_permissions(dot.user_id, lee.user_id, {"view": {}})
    path = f"users/{lee.user_id}/clinic"
    review = person.post(path, **ASKED)
    assert review.status_code == 200
    for named in (
        f"Lee Legacy ({lee.email}, {lee.user_id})",
        "its only admin",
        "no clinic until now",
    ):
        assert named in text(review)
    assert db.collection("clinics").count_documents({"admins": lee.user_id}) == 0

    clinic = db.collection("clinics").find_one({"_id": confirmed(person, path, review)})
    assert lee.api.put(f"/v1/clinics/{clinic['_id']}", CLINIC).status_code == 200
    review = person.post(page_of(clinic), **ASKED)
    for named in (f"Lee Legacy ({lee.email}, {lee.user_id})", CLINIC["name"], "of the clinic (1)"):
        assert named in text(review)
    assert migrations_of(clinic) == []
    confirmed(person, page_of(clinic), review)
    assert [row["userId"] for row in migrations_of(clinic)] == [lee.user_id]

    other = make_person("Max Legacy", roles=("clinic",))
    make_clinician(clinic, other)
    review = person.post(page_of(clinic), user_id=other.user_id, **ASKED)
    assert f"Max Legacy ({other.email}, {other.user_id})" in text(review)
    assert len(migrations_of(clinic)) == 1
    confirmed(person, page_of(clinic), review)
    assert {row["userId"] for row in migrations_of(clinic)} == {lee.user_id, other.user_id}
    reasons = {event["reason"] for event in events(outcome="done")} - {""}
    assert reasons == {"TICKET-1"}


def confirmed(person, path, review):
    """Returns the id of the clinic."""
    (form,) = (form for form in forms_of(review) if "reason" in form.values)
    answer = person.post(path, **{**form.values, "confirmed": "1"})
    assert answer.status_code == 302, text(answer)
    return ObjectId(answer.headers["Location"].split("/")[3])


def test_what_would_be_refused_is_refused_before_the_review(person, lee, ada):
    clinic = make_clinic(isMigrated=True)
    for user_id in (lee.user_id, ada.user_id):  # no member; no legacy account
        assert person.post(page_of(clinic), user_id=user_id, **ASKED).status_code == 400
    assert person.post(f"users/{ada.user_id}/clinic", **ASKED).status_code == 400
    assert [event["outcome"] for event in events(reason="TICKET-1")] == ["refused"] * 3


def test_the_review_says_when_no_one_knows_how_many_would_move(person, lee, monkeypatch):
    clinic = opened(person, lee)
    lee.api.put(f"/v1/clinics/{clinic['_id']}", CLINIC)

    def down(*_):
        service = "permissions"
        raise ServiceUnavailable(service)

    monkeypatch.setattr(type(permission_service()), "list_owners", down)
    review = person.post(page_of(clinic), **ASKED)
    assert (review.status_code, "cannot be said now" in text(review)) == (200, True)


def test_the_account_is_meant_by_the_name_or_the_address_of_a_member(person):
    """What is confirmed is the id, even if another member has the name by then."""
    clinic = make_clinic(isMigrated=True)
    names = ("Max Legacy", "Max Legacy Two")
    max_, maxime = (make_person(name, roles=("clinic",)) for name in names)
    for one, name in zip((max_, maxime), names, strict=True):
        make_clinician(clinic, one, name=name)
    make_clinician(make_clinic(), make_person("Elsewhere"))
    for typed in ("max legacy", max_.email.upper(), max_.user_id.upper()):
        review = person.post(page_of(clinic), user_id=typed, **ASKED)
        (form,) = (form for form in forms_of(review) if "reason" in form.values)
        assert form.values["user_id"] == max_.user_id, typed
    for typed, problem in {
        "legacy": f"Max Legacy Two ({maxime.user_id})",
        "Elsewhere": people_meant.NO_MEMBER,
        "nope@example.org": people_meant.NO_MEMBER,
        "@": people_meant.NO_MEMBER,
    }.items():
        page = person.post(page_of(clinic), user_id=typed, **REASON)
        assert (page.status_code, problem in unescape(text(page))) == (400, True)
    assert migrations_of(clinic) == []


def test_the_patients_of_an_ordinary_account_do_not_move(person, ada):
    clinic = make_clinic(isMigrated=True)
    make_clinician(clinic, ada)
    page = person.post(page_of(clinic), user_id=ada.user_id, **REASON)
    assert (page.status_code, migrations_of(clinic)) == (400, [])
    assert "is not clinician" in text(page)


def test_no_clinic_is_opened_for_another_account(person, ada):
    refused = person.post(f"users/{ada.user_id}/clinic", **REASON)
    assert refused.status_code == 400
    assert "is not clinician" in text(refused)
    assert db.collection("clinics").count_documents({"admins": ada.user_id}) == 0
    (event,) = events(action="clinic.opened_for_legacy_account")
    assert (event["outcome"], event["object"]["id"]) == ("refused", ada.user_id)


def test_clinics_that_the_account_has_are_shown_first(person, lee):
    clinic = opened(person, lee)
    page = text(person.get(f"users/{lee.user_id}/clinic"))
    assert f"clinics/{clinic['_id']}/" in page


@pytest.mark.parametrize("role", ["viewer", "support", "integration", "destructive"])
def test_other_roles_open_and_migrate_nothing(staff, lee, role):
    clinic = make_clinic()
    for path in (f"users/{lee.user_id}/clinic", page_of(clinic)):
        assert staff(role).get(path).status_code == 403
        assert staff(role).post(path, **REASON).status_code == 403


def test_a_clinic_that_is_not_there_is_404(person):
    assert person.get(f"clinics/{ObjectId()}/migrations").status_code == 404
