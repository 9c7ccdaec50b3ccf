"""Before a clinic's rules are saved staff see whom they concern: patients and their MRNs, invited people."""

import pytest

from kernel import db
from tests import ehr
from tests.admin.conftest import events, opened_on, patient_ids, stored, text
from tests.admin.posted_forms import form_with
from tests.factories import make_clinic, make_patients


def review(person, clinic, kind, **fields):
    path = f"clinics/{clinic['_id']}/settings/{kind}"
    return person.post(path, opened_on=opened_on(person.get(path)), **fields)


@pytest.fixture
def equal(clinic):
    """Maria and Paul share an MRN, spelt differently; a third patient has none."""
    maria, nameless, paul = patient_ids(clinic)
    for user_id, mrn in ((maria, "é-1"), (paul, " E-1"), (nameless, None)):
        db.collection("patients").update_one({"userId": user_id}, {"$set": {"mrn": mrn}})
    return maria, paul, nameless


def test_patients_who_share_an_mrn_are_listed_with_links_before_it_becomes_unique(
    clinic, equal, staff
):
    person = staff("support", "configuration")
    page = review(person, clinic, "mrn", unique="on")
    maria, paul, _ = equal
    for user_id, name in ((maria, "Maria Marker"), (paul, "Paul Plain")):
        assert f'href="/admin/clinics/{clinic["_id"]}/patients/{user_id}/">{name}</a>' in text(page)
    assert "saving is refused" in text(page)
    assert "Patients without an MRN" not in text(page)
    (event,) = events(action="patients.listed")
    assert set(event["scope"]["patients"]) == {maria, paul}
    assert "mrnSettings" not in stored(clinic)


def test_patients_without_an_mrn_are_listed_before_it_becomes_required(clinic, equal, staff):
    page = review(staff("support", "configuration"), clinic, "mrn", required="on")
    assert [row["id"] for row in page.context["preview"]["without"]] == [equal[2]]
    assert "need an MRN when they are changed the next time" in text(page)
    assert "share an MRN" not in text(page)


def test_who_does_not_see_patients_gets_their_ids_alone(clinic, equal, staff):
    answer = review(staff("configuration"), clinic, "mrn", unique="on", required="on")
    page = text(answer).replace("</span><wbr><span>", "")
    assert all(user_id in page for user_id in equal)
    assert not [value for value in ("Maria", "Paul", "é-1", "1980-01-02") if value in page]
    assert not events(action="patients.listed")


def test_a_rule_that_everyone_meets_says_so(clinic, staff):
    page = text(review(staff("configuration"), clinic, "mrn", unique="on", required="on"))
    assert "No two patients share one." in page
    assert "Every patient has one." in page


def test_a_rule_that_stays_as_it_is_is_not_looked_into(clinic, equal, staff):
    rules = {"$set": {"mrnSettings": {"required": True, "unique": False}}}
    db.database()["clinics"].update_one({"_id": clinic["_id"]}, rules)
    page = review(staff("configuration"), clinic, "mrn", required="on", unique="on")
    assert page.context["preview"]["without"] == []


def test_long_lists_are_cut_and_say_so(clinic, staff):
    make_patients(clinic, [{"mrn": None}] * 60 + [{"mrn": f"N{n // 2}"} for n in range(60)])
    make_patients(clinic, [{"mrn": "MANY"}] * 30)
    page = review(staff("configuration"), clinic, "mrn", required="on", unique="on")
    preview = page.context["preview"]
    assert (len(preview["without"]), len(preview["equal"])) == (50, 25)
    assert max(len(group) for group in preview["equal"]) <= 10
    assert text(page).count("There are more than") == 2


# --- who could still join --------------------------------------------------------------------------------
@pytest.fixture
def restricted(clinic):
    entry = {"emailDomain": "harbor.example", "requiredIdp": "okta"}
    db.database()["clinics"].update_one(
        {"_id": clinic["_id"]}, {"$set": {"membershipRestrictions": [entry]}}
    )
    return clinic


def rows(page):
    return {
        row["domain"]: (row["members"], len(row["invited"]), row["before"], row["after"])
        for row in page.context["preview"]["rows"]
    }


def test_who_could_no_longer_join_is_shown_before_restrictions_are_saved(clinic, staff):
    page = review(staff("integration"), clinic, "restrictions", restrictions="harbor.example okta")
    assert rows(page) == {"example.org": (2, 1, "may join", "cannot join")}
    assert "1 pending invite could no longer be accepted." in text(page)
    assert "membershipRestrictions" not in stored(clinic)


def test_who_could_still_join_is_shown_before_restrictions_are_saved(clinic, staff):
    page = review(staff("integration"), clinic, "restrictions", restrictions="example.org okta")
    assert rows(page) == {"example.org": (2, 1, "may join", "only with okta")}
    assert "No pending invite is lost." in text(page)


def test_an_invite_that_could_not_be_accepted_before_is_not_lost(restricted, staff):
    page = review(staff("integration"), restricted, "restrictions", restrictions="other.example")
    assert rows(page)["example.org"] == (2, 1, "cannot join", "cannot join")
    assert "No pending invite is lost." in text(page)


def test_addresses_are_shown_only_to_those_who_see_them_among_the_members(clinic, staff):
    fields = {"restrictions": "harbor.example"}
    page = text(review(staff("integration"), clinic, "restrictions", **fields))
    assert "invited@" not in page
    page = text(review(staff("integration", "support"), clinic, "restrictions", **fields))
    assert "invited@" in page


@pytest.mark.foreign_documents
@pytest.mark.parametrize("wrong", [5, ["x"], {"x": 1}, "no address", ""])
def test_a_broken_record_fails_no_review(clinic, equal, root, wrong):
    query = {"inviteId": "secret-invite-key"}
    db.collection("clinicians").update_one(query, {"$set": {"email": wrong}})
    db.collection("patients").update_many(
        {"clinicId": clinic["_id"]}, {"$set": {"fullName": wrong}}
    )
    answer = review(root, clinic, "restrictions", restrictions="harbor.example")
    assert answer.status_code == 200
    assert review(root, clinic, "mrn", required="on", unique="on").status_code == 200


def test_a_cleared_code_and_a_source_of_another_clinic_are_said_before_the_connection_is_saved(
    clinic, staff
):
    fields = {"ehrSettings": ehr.SETTINGS}
    db.collection("clinics").update_one({"_id": clinic["_id"]}, {"$set": fields})
    moved = "0d6c2b7e-55d1-4a53-9b7e-2f6a1c0e9d11"
    other = make_clinic(name="Other Clinic", ehrSettings={**ehr.SETTINGS, "sourceId": moved})
    person, path = staff("integration"), f"clinics/{clinic['_id']}/settings/ehr"
    unchanged = form_with("source_id", person.get(path)).values

    page = person.post(path, **{**unchanged, "cadence": "7d"})
    assert "No code, destination or source is lost" in text(page)

    changed = {"enable_reports": "", "create_account": "DISABLE", "source_id": moved}
    preview = person.post(path, **{**unchanged, **changed}).context["preview"]
    assert preview["warnings"] == [
        "Enable summary reports: ENABLE is cleared, so orders with it are no longer carried out.",
        "Create account: CREATE becomes DISABLE. The EHR team has to use it from now on.",
        f"Source id: messages of {ehr.SETTINGS['sourceId']} no longer belong to this clinic.",
        "The code DISABLE is that of 2 procedures: an order with it can mean only one of them.",
    ]
    assert [one["id"] for one in preview["others"]] == [other["_id"]]

    switched_off = {**unchanged}
    del switched_off["enabled"]
    (warning,) = person.post(path, **switched_off).context["preview"]["warnings"]
    assert warning.startswith("The connection is switched off")
    assert stored(clinic)["ehrSettings"] == ehr.SETTINGS
