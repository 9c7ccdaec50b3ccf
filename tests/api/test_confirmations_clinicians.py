"""Invitations of clinicians (rules CONFIRM-46 to CONFIRM-67)."""

import dataclasses
from urllib.parse import quote

import pytest
from bson import ObjectId

from kernel import authn, db
from tests.cast import make_clinic, make_person
from tests.events import deliver_all, emitted
from users.services import accounts

NOT_FOUND = {"code": 404, "reason": "No matching invite was found"}
DENIED = {"code": 401, "reason": "Not authorized for requested operation"}


def invite(clinic, ada, email="new.doctor@example.org", roles=("CLINIC_MEMBER",)):
    response = ada.api.post(
        f"/v1/clinics/{clinic['id']}/invites/clinicians", {"email": email, "roles": list(roles)}
    )
    assert response.status_code == 200, response.content
    return response.json()["inviteId"]


def path(clinic, key):
    return f"/v1/clinics/{clinic['id']}/invites/clinicians/{key}"


def own(person, *more):
    return "/".join([f"/v1/clinicians/{person.user_id}/invites", *more])


def stored(key):
    return db.collection("confirmations").find_one({"_id": key})


def record(clinic, key):
    return db.collection("clinicians").find_one(
        {"clinicId": ObjectId(clinic["id"]), "inviteId": key}
    )


def restrict(clinic, *restrictions):
    db.collection("clinics").update_one(
        {"_id": ObjectId(clinic["id"])}, {"$set": {"membershipRestrictions": list(restrictions)}}
    )


# --- from invitation to membership -------------------------------------------------------------------------------
def test_an_accepted_invitation_gives_the_roles(clinic, ada):
    key = invite(clinic, ada, "Fay.New@Example.org", ["CLINIC_ADMIN"])
    [mail] = emitted("mail.requested")
    assert mail["recipient"] == "fay.new@example.org"
    assert mail["template"] == "clinician_invitation"
    assert mail["variables"] == {
        "CreatorName": "Ada Admin",
        "ClinicName": clinic["name"],
        "Email": "fay.new@example.org",
        "WebPath": "signup/clinician",
    }

    fay = make_person("Fay New", roles=("clinician",))
    clinicians = f"/v1/clinics/{clinic['id']}/clinicians"
    assert fay.api.get(clinicians).status_code == 403

    [listed] = fay.api.get(own(fay)).json()
    assert listed["key"] == key
    assert listed["restrictions"] == {"canAccept": True}
    assert listed["creator"]["clinicName"] == clinic["name"]
    assert listed["creator"]["profile"]["fullName"] == "Ada Admin"

    accepted = fay.api.put(own(fay, key))
    assert accepted.status_code == 200
    assert accepted.json()["id"] == fay.user_id
    assert accepted["Content-Type"] == "application/json"
    assert "inviteId" not in accepted.json()
    assert stored(key)["status"] == "completed"
    assert fay.api.get(clinicians).status_code == 200
    assert fay.user_id in db.collection("clinics").find_one({})["admins"]

    second_answer = fay.api.put(own(fay, key))
    assert (second_answer.status_code, second_answer.json()) == (404, NOT_FOUND)


# --- inviting -------------------------------------------------------------------------------------
def test_the_invitation_is_stored_as_other_systems_read_it(clinic, ada):
    key = invite(clinic, ada, "Some.One@example.org")

    document = stored(key)
    assert len(key) == 32
    assert document["type"] == "clinician_invitation"
    assert document["status"] == "pending"
    assert document["email"] == "some.one@example.org"
    assert document["clinicId"] == clinic["id"]
    assert document["creatorId"] == ada.user_id
    assert document["creator"] == {"clinicId": clinic["id"], "clinicName": clinic["name"]}
    assert document["userId"] == ""
    assert document["context"] is None
    assert document["templateName"] == "clinician_invitation"
    assert document["modified"].year == 1
    assert "expiresAt" not in document
    assert record(clinic, key)["email"] == "some.one@example.org"
    assert "userId" not in record(clinic, key)


def test_the_mail_leads_an_existing_account_to_the_login(clinic, ada, eve):
    key = invite(clinic, ada, eve.email)
    assert stored(key)["userId"] == eve.user_id
    assert emitted("mail.requested")[0]["variables"]["WebPath"] == "login"


def test_a_second_invitation_of_an_address_is_409_of_the_clinic_side(clinic, ada):
    invite(clinic, ada)
    response = ada.api.post(
        f"/v1/clinics/{clinic['id']}/invites/clinicians",
        {"email": "NEW.doctor@example.org", "roles": ["CLINIC_MEMBER"]},
    )
    assert response.status_code == 409
    assert response.json() == {"message": "duplicate: clinician is already a member of the clinic"}
    assert db.collection("confirmations").count_documents({}) == 1
    assert len(emitted("mail.requested")) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"email": "a@example.org"},
        {"email": "a@example.org", "roles": []},
        {"email": "a@example.org", "roles": ["OWNER"]},
        {"email": "a@example.org", "roles": ["PRESCRIBER", "PRESCRIBER"]},
        {"roles": ["PRESCRIBER"]},
    ],
)
def test_refusals_of_the_clinic_side_keep_their_message(clinic, ada, body):
    response = ada.api.post(f"/v1/clinics/{clinic['id']}/invites/clinicians", body)
    assert response.status_code == 400
    assert list(response.json()) == ["message"]
    assert db.collection("confirmations").count_documents({}) == 0


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b""])
def test_an_unreadable_body_is_400(clinic, ada, body):
    response = ada.api.post(f"/v1/clinics/{clinic['id']}/invites/clinicians", body)
    assert response.status_code == 400
    assert response.json() == {"code": 400, "reason": "Error decoding the confirmation"}


def test_any_content_type_and_unknown_fields_are_accepted(clinic, ada):
    response = ada.api.post(
        f"/v1/clinics/{clinic['id']}/invites/clinicians",
        {"email": "a@example.org", "roles": ["PRESCRIBER"], "nickname": 7},
        content_type="text/plain",
    )
    assert response.status_code == 200


def test_a_clinic_before_its_migration_is_422(clinic, ada):
    db.collection("clinics").update_one(
        {"_id": ObjectId(clinic["id"])}, {"$unset": {"isMigrated": ""}}
    )
    response = ada.api.post(
        f"/v1/clinics/{clinic['id']}/invites/clinicians",
        {"email": "a@example.org", "roles": ["PRESCRIBER"]},
    )
    assert response.status_code == 422
    assert response.json() == {"message": "constraint violation: clinic is not migrated"}


@pytest.mark.parametrize("what", ["accept", "dismiss", "cancel"])
def test_an_invitation_of_a_clinic_before_its_migration_is_422_and_stays(clinic, ada, eve, what):
    """Rule CONFIRM-58."""
    invited = {"email": eve.email, "roles": ["CLINIC_MEMBER"]}
    path = f"/v1/clinics/{clinic['id']}/invites/clinicians"
    invite = ada.api.post(path, invited).json()["inviteId"]
    db.collection("clinics").update_one(
        {"_id": ObjectId(clinic["id"])}, {"$unset": {"isMigrated": ""}}
    )
    own = f"/v1/clinicians/{eve.user_id}/invites/{invite}"
    response = {
        "accept": lambda: eve.api.put(own),
        "dismiss": lambda: eve.api.delete(own),
        "cancel": lambda: ada.api.delete(f"{path}/{invite}"),
    }[what]()
    assert response.status_code == 422
    assert response.json() == {"message": "constraint violation: clinic is not migrated"}
    assert db.collection("confirmations").find_one({"_id": invite})["status"] == "pending"


def test_a_service_may_invite_and_an_unknown_clinic_is_404(clinic, backend):
    body = {"email": "a@example.org", "roles": ["CLINIC_MEMBER"]}
    assert backend.post(f"/v1/clinics/{clinic['id']}/invites/clinicians", body).status_code == 200
    unknown = backend.post(f"/v1/clinics/{'0' * 24}/invites/clinicians", body)
    assert unknown.json() == {"code": 404, "reason": "Error finding the clinic"}


# --- tokens ------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("token", "status", "reason"),
    [
        (None, 401, "No x-tidepool-session-token was found"),
        ("nonsense", 403, "The x-tidepool-session-token was invalid"),
    ],
)
def test_missing_and_invalid_tokens_get_their_reason(clinic, anonymous, token, status, reason):
    anonymous.token = token
    response = anonymous.get(path(clinic, "x"))
    assert (response.status_code, response.json()) == (status, {"code": status, "reason": reason})


def test_members_and_strangers_are_refused(clinic, ada, ben, eve):
    key = invite(clinic, ada)
    for person in (ben, eve):
        for method in ("get", "patch", "delete"):
            response = person.api.request(method, path(clinic, key))
            assert (response.status_code, response.json()) == (401, DENIED)


def test_a_failing_lookup_of_the_clinician_logs_no_one_out(clinic, ada, monkeypatch):
    from pymongo.errors import AutoReconnect

    from clinic_records.store import clinicians

    def down(*_):
        raise AutoReconnect

    monkeypatch.setattr(clinicians, "find_roles", down)
    assert ada.api.get(path(clinic, "x")).status_code == 503


# --- resending, reading, cancelling ---------------------------------------------------------------
def test_resending_accepts_the_form_content_type_of_the_client(clinic, ada, eve):
    key = invite(clinic, ada)
    db.collection("clinicians").update_one({"inviteId": key}, {"$set": {"email": eve.email}})

    response = ada.api.patch(path(clinic, key), content_type="application/x-www-form-urlencoded")

    assert response.status_code == 200
    assert response.json()["key"] == key
    assert response.json()["email"] == eve.email
    assert response.json()["creator"]["profile"]["fullName"] == "Ada Admin"
    assert stored(key)["userId"] == eve.user_id
    assert [m["recipient"] for m in emitted("mail.requested")] == [
        "new.doctor@example.org",
        eve.email,
    ]


@pytest.mark.parametrize("state", ["gone", "declined", "canceled"])
def test_resending_recreates_a_lost_confirmation_under_its_key(clinic, ada, state):
    key = invite(clinic, ada)
    if state == "gone":
        db.collection("confirmations").delete_one({"_id": key})
    else:
        db.collection("confirmations").update_one({"_id": key}, {"$set": {"status": state}})

    assert ada.api.patch(path(clinic, key)).status_code == 200

    assert stored(key)["status"] == "pending"
    assert stored(key)["clinicId"] == clinic["id"]


def test_an_invite_without_an_address_cannot_be_mailed_again(clinic, ada, backend):
    """Rule CONFIRM-146: no one could accept it."""
    body = {"inviteId": "chosen", "email": "", "roles": ["CLINIC_MEMBER"]}
    assert backend.post(f"/v1/clinics/{clinic['id']}/clinicians", body).status_code == 200

    refused = ada.api.patch(path(clinic, "chosen"))

    message = "constraint violation: the invite has no email address"
    assert (refused.status_code, refused.json()) == (422, {"message": message})
    assert stored("chosen") is None
    assert emitted("mail.requested") == []


@pytest.mark.parametrize("method", ["get", "patch"])
def test_unknown_invitations_are_404_of_the_clinic_side(clinic, ada, method):
    response = ada.api.request(method, path(clinic, "unknown"))
    assert (response.status_code, response.json()) == (404, {"message": "clinician not found"})


def test_get_shows_no_profile(clinic, ada):
    key = invite(clinic, ada)
    invitation = ada.api.get(path(clinic, key)).json()
    assert invitation["creator"] == {
        "userid": "",
        "profile": None,
        "clinicId": clinic["id"],
        "clinicName": clinic["name"],
    }
    assert invitation["modified"] == "0001-01-01T00:00:00Z"
    assert invitation["context"] is None
    assert invitation["restrictions"] is None
    assert "expiresAt" not in invitation


def test_getting_an_invitation_without_pending_confirmation_is_404(clinic, ada):
    key = invite(clinic, ada)
    db.collection("confirmations").update_one({"_id": key}, {"$set": {"status": "declined"}})
    response = ada.api.get(path(clinic, key))
    assert (response.status_code, response.json()) == (404, NOT_FOUND)


def test_deleting_ends_both_documents_and_may_be_repeated(clinic, ada):
    key = invite(clinic, ada)
    for _ in range(2):
        response = ada.api.delete(path(clinic, key))
        assert (response.status_code, response.content) == (200, b"OK")
    assert stored(key)["status"] == "canceled"
    assert record(clinic, key) is None
    assert db.collection("clinician_deletions").count_documents({}) == 0


def test_an_admin_of_another_clinic_cannot_change_an_invitation(clinic, other_clinic, ada, cy):
    key = invite(clinic, ada)
    assert cy.api.delete(path(other_clinic, key)).status_code == 200
    assert stored(key)["status"] == "pending"
    assert record(clinic, key) is not None
    assert cy.api.patch(path(other_clinic, key)).status_code == 404


# --- the invited person ---------------------------------------------------------------------------
def test_an_invitation_from_before_the_account_is_accepted_without_being_listed(clinic, ada):
    key = invite(clinic, ada, "Fay.New@Example.org")
    fay = make_person("Fay New", roles=("clinician",))

    assert fay.api.put(own(fay, key)).json()["id"] == fay.user_id

    assert (stored(key)["status"], stored(key)["userId"]) == ("completed", fay.user_id)


def test_an_invitation_from_before_the_account_is_declined_without_being_listed(clinic, ada):
    key = invite(clinic, ada, "fay.new@example.org")
    fay = make_person("Fay New", roles=("clinician",))

    assert fay.api.delete(own(fay, key)).content == b"OK"

    assert (stored(key)["status"], record(clinic, key)) == ("declined", None)


@pytest.mark.parametrize("why", ["unproven", "another address"])
def test_an_account_without_the_proven_address_does_not_get_the_invitation(clinic, ada, why):
    key = invite(clinic, ada, "fay.new@example.org")
    fay = make_person("Fay New" if why == "unproven" else "Gil Other", roles=("clinician",))
    if why == "unproven":
        db.collection("accounts").update_one(
            {"_id": fay.user_id}, {"$set": {"emailVerified": False}}
        )

    assert fay.api.put(own(fay, key)).json() == NOT_FOUND
    assert fay.api.delete(own(fay, key)).content == b"OK"

    assert (stored(key)["status"], stored(key)["userId"]) == ("pending", "")


def test_listing_without_invitations_is_404(eve):
    response = eve.api.get(own(eve))
    assert (response.status_code, response.json()) == (
        404,
        {"code": 404, "reason": "Nothing found"},
    )


def test_an_account_without_address_has_no_invitations(backend, clinic, ada):
    from users.clients import embedded

    user = embedded.EmbeddedUserService().create_custodial_user("c" * 24, None)
    backend.token = accounts.issue_user_token(user.user_id)
    assert backend.get(f"/v1/clinicians/{user.user_id}/invites").status_code == 404


def test_only_the_receiver_may_answer(clinic, ada, eve, cy, backend):
    key = invite(clinic, ada, eve.email)
    for api, status in ((cy.api, 401), (backend, 401)):
        assert api.put(own(eve, key)).status_code == status
        assert api.delete(own(eve, key)).status_code == status
        assert api.get(own(eve)).status_code == status
    assert cy.api.put(own(cy, key)).json() == NOT_FOUND
    assert cy.api.delete(own(cy, key)).content == b"OK"
    assert stored(key)["status"] == "pending"


def test_dismissing_removes_the_record_and_may_be_repeated(clinic, ada, eve):
    key = invite(clinic, ada, eve.email)
    for _ in range(2):
        response = eve.api.delete(own(eve, key))
        assert (response.status_code, response.content) == (200, b"OK")
    assert stored(key)["status"] == "declined"
    assert record(clinic, key) is None
    assert eve.api.put(own(eve, key)).status_code == 404


def test_when_the_clinic_refuses_nothing_changes(clinic, ada, eve):
    key = invite(clinic, ada, eve.email)
    db.collection("clinicians").delete_one({"inviteId": key})

    response = eve.api.put(own(eve, key))

    assert (response.status_code, response.json()) == (404, {"message": "clinician not found"})
    assert stored(key)["status"] == "pending"


@pytest.mark.parametrize("key", ["k", "svcabc", "x" * 200, "with a blank", "ключ"])
def test_an_invitation_under_an_id_that_a_service_chose_is_shown_by_every_operation(
    clinic, ada, eve, backend, key
):
    """The test client validates each response against the API description."""
    body = {"email": eve.email, "roles": ["CLINIC_MEMBER"], "inviteId": key}
    assert backend.post(f"/v1/clinics/{clinic['id']}/clinicians", body).status_code == 200
    path = f"/v1/clinics/{clinic['id']}/invites/clinicians/{quote(key)}"

    assert ada.api.patch(path).json()["key"] == key
    assert ada.api.get(path).json()["key"] == key
    assert [row["key"] for row in eve.api.get(own(eve)).json()] == [key]
    assert eve.api.put(own(eve, quote(key))).json()["id"] == eve.user_id


DOMAIN = {"emailDomain": "Example.ORG"}
WITH_IDP = {"emailDomain": "example.org", "requiredIdp": "Lakeside-SSO"}
FOREIGN = {"emailDomain": "elsewhere.org"}
NEEDS = {"canAccept": False, "requiredIdp": "Lakeside-SSO"}
YES, NO = {"canAccept": True}, {"canAccept": False}


@pytest.mark.parametrize(
    ("restrictions", "provider", "expected"),
    [
        ([], None, YES),
        ([DOMAIN], None, YES),
        ([FOREIGN], None, NO),
        ([WITH_IDP], None, NEEDS),
        ([WITH_IDP], "other", NEEDS),
        ([WITH_IDP], "LAKESIDE-sso", YES),
        ([FOREIGN, DOMAIN], None, YES),
        ([WITH_IDP, DOMAIN], None, NEEDS),  # only the first matching domain counts
        ([DOMAIN, WITH_IDP], None, YES),
        ([{"emailDomain": "ample.org"}], None, NO),
        ([{"emailDomain": "example\u00ad.org"}], None, NO),
        ([{"emailDomain": "any@example.org"}], None, NO),
    ],
)
def test_restrictions_decide_who_may_accept(
    clinic, ada, eve, monkeypatch, restrictions, provider, expected
):
    key = invite(clinic, ada, eve.email)
    restrict(clinic, *restrictions)
    check = authn._checker()

    def through_provider(token):
        return dataclasses.replace(check(token), identity_provider=provider)

    monkeypatch.setattr(authn, "_checker", lambda: through_provider)

    [listed] = eve.api.get(own(eve)).json()
    assert listed["restrictions"] == expected
    response = eve.api.put(own(eve, key))
    if expected["canAccept"]:
        assert response.status_code == 200
    else:
        refusal = {"code": 403, "reason": "Error accepting invitation"}
        assert (response.status_code, response.json()) == (403, refusal)
        assert stored(key)["status"] == "pending"


def test_the_newest_invitation_comes_first(clinic, ada, eve):
    first = invite(clinic, ada, eve.email)
    second = invite(make_clinic(ada, name="Second"), ada, eve.email)
    assert [i["key"] for i in eve.api.get(own(eve)).json()] == [second, first]


def test_an_accepted_invitation_cannot_be_canceled(clinic, ada, eve):
    """After a 200 the clinic would believe that no one has joined."""
    key = invite(clinic, ada, eve.email)
    assert eve.api.put(own(eve, key)).status_code == 200

    answer = ada.api.delete(path(clinic, key))
    assert answer.status_code == 409
    assert answer.json() == {"code": 409, "reason": "The invite was accepted already"}


def test_deleting_a_user_deletes_received_invitations(clinic, ada, eve):
    from kernel import outbox
    from users.events import UserDeleted

    received = invite(clinic, ada, eve.email)
    sent = invite(clinic, ada, "b@example.org")
    outbox.emit(UserDeleted(user_id=eve.user_id))
    outbox.emit(UserDeleted(user_id=ada.user_id))
    deliver_all()
    assert stored(received) is None
    assert stored(sent) is not None
