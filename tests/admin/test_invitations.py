"""Staff see who invites a clinic and revoke it, and send invites and links again (rules CONFIRM-46 to CONFIRM-106)."""

from datetime import timedelta

import pytest

from clinic_records.services import closures
from clinics.admin.members import audit_key
from kernel import clock, db
from kernel.staff import pages
from tests.admin.conftest import ROLES, events, messages_of, patient_ids, text
from tests.events import emitted
from users.services.neighbours import user_service

INVITE = audit_key("secret-invite-key")


def at(clinic, rest=""):
    return f"clinics/{clinic['_id']}/{rest}"


def confirmation(**wanted):
    return db.collection("confirmations").find_one(wanted)


@pytest.fixture
def offer(clinic, dot):
    dot.api.post(
        f"/confirm/send/invite/{dot.user_id}/clinic",
        {"shareCode": clinic["canonicalShareCode"], "permissions": {"view": {}}},
    )
    return confirmation(creatorId=dot.user_id)["_id"]


@pytest.fixture
def invited(clinic):
    """A patient with an address, whose account the clinic looks after, and who was sent a link."""
    patient = patient_ids(clinic)[0]
    db.collection("patients").update_one(
        {"userId": patient}, {"$set": {"email": "maria@example.org"}}
    )
    account = user_service().create_custodial_user(str(clinic["_id"]), "maria@example.org")
    db.collection("patients").update_one({"userId": patient}, {"$set": {"userId": account.user_id}})
    return account.user_id


def resend_link(person, clinic, user_id):
    return messages_of(person.post(at(clinic, f"patients/{user_id}/invitation")))[-1:]


def mails(template):
    return [mail for mail in emitted("mail.requested") if mail["template"] == template]


# --- who may ---------------------------------------------------------------------------------------------
PAGES = {
    "clinic_offers": ("get", "offers/", {"support"}),
    "clinic_offer_revoke": ("get", "offers/{offer}/revoke", {"support"}),
    "invite_resend": ("post", "invites/{invite}/resend", {"support"}),
    "patient_invitation_resend": ("post", "patients/{patient}/invitation", {"support"}),
    "account_sessions_end": ("post", "users/{patient}/end-sessions", {"support"}),
    "account_reset_mail": ("post", "users/{patient}/reset-mail", {"support"}),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_only_for_its_roles(name, clinic, offer, staff, bare_frame):
    method, rest, allowed = PAGES[name]
    rest = rest.format(offer=offer, invite=INVITE, patient=patient_ids(clinic)[0])
    path = rest if rest.startswith("users/") else at(clinic, rest)
    for role in ROLES:
        answer = getattr(staff(role), method)(path)
        assert (answer.status_code != 403) == (role in allowed), role


def test_every_page_is_in_the_table_above():
    names = {name for _, name, view in pages.PAGES if view.__module__.startswith("confirmations.")}
    assert names == set(PAGES)


# --- invitations of patients -----------------------------------------------------------------------------
def test_invitations_of_patients_are_listed_and_the_look_is_recorded(clinic, offer, dot, staff):
    person = staff("support")
    page = text(person.get(at(clinic, "offers/")))
    assert "Dot Patient" in page
    assert dot.user_id in page
    (event,) = events(action="offers.listed")
    assert event["scope"] == {"people": [dot.user_id]}
    assert "Dot" not in str(event)


def test_what_can_no_longer_be_accepted_is_not_listed(clinic, offer, staff):
    past = clock.now() - timedelta(seconds=1)
    db.collection("confirmations").update_one({"_id": offer}, {"$set": {"expiresAt": past}})
    person = staff("support")
    assert "No invitation waits" in text(person.get(at(clinic, "offers/")))
    assert person.get(at(clinic, f"offers/{offer}/revoke")).status_code == 404


def test_an_invitation_of_a_patient_is_revoked_by_its_typed_name_and_a_reason(
    clinic, offer, dot, ada, staff
):
    person, path = staff("support"), at(clinic, f"offers/{offer}/revoke")
    assert "nothing was removed" in text(person.post(path, typed="Dot", reason="T-1"))
    assert confirmation(_id=offer)["status"] == "pending"
    person.post(path, typed="Dot Patient", reason="T-1")
    assert confirmation(_id=offer)["status"] == "declined"
    answer = ada.api.put(f"/v1/clinics/{clinic['_id']}/invites/patients/{offer}")
    assert answer.status_code != 200
    (event,) = events(action="offer.revoked")
    assert (event["object"]["id"], event["reason"]) == (dot.user_id, "T-1")
    assert "Dot" not in str(event)


def test_an_invitation_of_another_clinic_is_not_found_here(clinic, offer, staff):
    from tests.factories import make_clinic

    path = at(make_clinic(name="Other"), f"offers/{offer}/revoke")
    assert staff("support").post(path, typed="Dot Patient", reason="T").status_code == 404
    assert confirmation(_id=offer)["status"] == "pending"


# --- the invite of a member ------------------------------------------------------------------------------
def test_the_invite_of_a_member_is_sent_again_and_recorded(clinic, staff):
    record = db.collection("clinicians").find_one({"inviteId": "secret-invite-key"})
    person = staff("support")
    assert "Send again" in text(person.get(at(clinic, "members/")))
    answer = person.post(at(clinic, f"invites/{INVITE}/resend"))
    assert "was sent again" in messages_of(answer)[0]
    (mail,) = mails("clinician_invitation")
    assert (mail["recipient"], mail["variables"]["ClinicName"]) == (
        "invited@example.org",
        clinic["name"],
    )
    assert confirmation(_id="secret-invite-key")["status"] == "pending"
    (event,) = events(action="invite.sent_again")
    assert event["object"] == {"type": "clinicianInvite", "id": str(record["_id"]), "name": ""}
    assert "secret-invite-key" not in text(person.get(at(clinic, "members/"))) + str(event)


def test_an_invite_that_is_gone_is_not_sent_again(clinic, staff):
    db.collection("clinicians").delete_one({"inviteId": "secret-invite-key"})
    assert staff("support").post(at(clinic, f"invites/{INVITE}/resend")).status_code == 404
    assert not mails("clinician_invitation")


def test_an_invite_without_an_address_is_refused_and_recorded(clinic, staff):
    query = {"inviteId": "secret-invite-key"}
    db.collection("clinicians").update_one(query, {"$unset": {"email": ""}})
    answer = staff("support").post(at(clinic, f"invites/{INVITE}/resend"))
    assert messages_of(answer) == ["The invite has no email address."]
    assert events(action="invite.sent_again")[0]["outcome"] == "refused"


# --- the link with which a patient takes over the account --------------------------------------------------
def test_a_new_link_is_sent_to_a_patient_and_ends_the_old_one(clinic, invited, staff):
    person = staff("support")
    assert "No link waits" in text(person.get(at(clinic, f"patients/{invited}/")))
    assert resend_link(person, clinic, invited) == ["The link was sent."]
    first = confirmation(userId=invited)
    page = text(person.get(at(clinic, f"patients/{invited}/")))
    assert "maria@example.org" in page
    assert first["_id"] not in page
    again = ["A new link was sent; the one before no longer works."]
    assert resend_link(person, clinic, invited)[-1:] == again
    second = confirmation(userId=invited)
    assert (second["status"], second["clinicId"]) == ("pending", str(clinic["_id"]))
    assert second["_id"] != first["_id"]
    assert len(mails("signup_custodial_new_clinic_experience_confirmation")) == 2
    stored = db.collection("patients").find_one({"userId": invited})
    assert stored["connectionIssueSource"] == "deviceNonSpecificInvitation"
    assert stored["lastInvitationSent"] >= second["created"] > first["created"]
    done = events(action="patient.invitation_sent_again")
    assert {(e["object"]["id"], e["outcome"]) for e in done} == {(invited, "done")}
    assert "maria" not in str(done).lower()


def test_the_event_and_the_new_link_are_stored_together_or_not_at_all(
    clinic, invited, staff, monkeypatch
):
    def fail(*_, **__):
        raise RuntimeError

    person = staff("support")
    resend_link(person, clinic, invited)
    first = confirmation(userId=invited)
    person.client.raise_request_exception = False
    monkeypatch.setattr("clinic_records.admin.changes.record", fail)
    assert person.post(at(clinic, f"patients/{invited}/invitation")).status_code == 500
    assert confirmation(userId=invited) == first


def test_no_link_is_sent_where_no_one_could_use_it(clinic, invited, dot, staff):
    person, without_address = staff("support"), patient_ids(clinic)[1]
    assert resend_link(person, clinic, without_address) == ["The account has no email address."]
    own = {"userId": dot.user_id, "permissions": {"view": {}}}
    db.collection("patients").update_one({"userId": without_address}, {"$set": own})
    assert resend_link(person, clinic, dot.user_id) == [
        "The account belongs to the person already."
    ]
    assert "take over the account" not in text(person.get(at(clinic, f"patients/{dot.user_id}/")))
    used = {"$set": {"status": "completed"}}
    resend_link(person, clinic, invited)
    db.collection("confirmations").update_one({"userId": invited}, used)
    assert resend_link(person, clinic, invited) == [
        "User already has an existing valid signup confirmation."
    ]
    refused = events(action="patient.invitation_sent_again", outcome="refused")
    assert len(refused) == 3


def test_nothing_is_sent_for_a_clinic_that_is_being_merged(clinic, invited, staff):
    from bson import ObjectId

    closures.close(ObjectId(), source_id=clinic["_id"], target_id=ObjectId())
    closures.forget()
    assert "is being merged" in resend_link(staff("support"), clinic, invited)[0]
    assert confirmation(userId=invited) is None


@pytest.mark.foreign_documents
def test_a_broken_invitation_fails_no_page(clinic, offer, invited, staff):
    person = staff("support")
    resend_link(person, clinic, invited)
    for wrong in (None, 5, ["x"], {"x": 1}):
        for name in ("email", "creatorId", "created", "creator"):
            db.collection("confirmations").update_many({}, {"$set": {name: wrong}})
            assert person.get(at(clinic, "offers/")).status_code == 200
            assert person.get(at(clinic, f"patients/{invited}/")).status_code == 200
            db.collection("confirmations").update_many({}, {"$set": {name: ""}})
        assert person.get(at(clinic, "offers/")).status_code == 200
        assert person.get(at(clinic, f"patients/{invited}/")).status_code == 200


# --- accounts of ours ------------------------------------------------------------------------------------
def test_the_sessions_of_a_person_are_ended_with_a_reason_and_recorded(clinic, ben, staff):
    person, path = staff("support"), f"users/{ben.user_id}/end-sessions"
    page = text(person.get("users/", {"q": ben.user_id}))
    assert "1 session open." in page
    assert "Sign-in of this person" not in text(staff("viewer").get("users/", {"q": ben.user_id}))

    assert "A reason" in messages_of(person.post(path))[-1]
    assert ben.api.get(f"/v1/clinics/{clinic['_id']}").status_code == 200
    assert "1 session was ended." in messages_of(person.post(path, reason="T-1"))[-1]
    assert ben.api.get(f"/v1/clinics/{clinic['_id']}").status_code == 401
    (event,) = events(action="account.sessions_ended")
    assert event["object"] == {"type": "user", "id": ben.user_id, "name": ""}
    assert (event["scope"], event["reason"]) == ({"sessions": 1}, "T-1")
    assert "No session was open." in messages_of(person.post(path, reason="T-1"))[-1]
    assert person.post("users/0123456789/end-sessions", reason="T-1").status_code == 404


def test_the_mail_for_a_new_password_is_sent_again_and_not_to_an_account_without_owner(
    clinic, ben, invited, staff
):
    person = staff("support")
    for _ in range(2):
        person.post(f"users/{ben.user_id}/reset-mail")
    assert [mail["recipient"] for mail in mails("password_reset")] == [ben.email] * 2
    assert [e["outcome"] for e in events(action="account.reset_mailed")] == ["done", "done"]

    assert "No one has taken over" in messages_of(person.post(f"users/{invited}/reset-mail"))[-1]
    assert len(mails("password_reset")) == 2
    assert events(action="account.reset_mailed", outcome="refused")


def test_of_accounts_that_are_kept_elsewhere_nothing_is_offered(ben, staff, settings):
    settings.SHORELINE_ADDRESS = "http://127.0.0.1:9"
    person = staff("support")
    assert person.post(f"users/{ben.user_id}/end-sessions", reason="T-1").status_code == 404
    assert "Sign-in of this person" not in text(person.get("users/", {"q": ben.user_id}))
