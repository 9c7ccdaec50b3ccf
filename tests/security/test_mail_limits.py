"""Mails that a person with a token can cause to others are limited for each address and each caller, in every
operation."""

from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from kernel import db, mail_limits, ratelimit
from tests import bodies
from tests.cast import Api, described_operations, json_body_of, make_clinic
from tests.events import deliver_all, emitted
from tests.policy.callers import call
from tests.policy.test_matrix import ALLOWED
from tests.replay import replayed
from tests.security.test_enumeration import at_once

# Operations of people that cause a mail to another's address. A new one fails the test below until it is
# limited and has a row here.
LIMITED = {
    "ConnectProvider",
    "CreatePatientAccount",
    "InviteClinician",
    "ResendCareTeamInvite",
    "ResendInvite",
    "SendAccountSignupConfirmation",
    "SendCareTeamInvite",
    "SendClinicShareInvite",
    "SendUploadReminder",
    "UpdatePatient",
}
# The change must not be refused; only its mail is left out.
LEAVES_OUT = {"UpdateClinician"}
# Refused in this world, because there is nothing to act on: they read, accept or end, and cause no mail to
# others. Accepting a share makes a patient with their own account, who gets no link.
NOTHING_TO_DO = {
    "AcceptCareTeamInvite",
    "AcceptClinicianInvite",
    "AcceptPatientInvitation",
    "AssignPatientTagToClinicPatients",
    "BulkCreatePatients",
    "CancelInvite",
    "DeleteClinic",
    "DeletePatientInvite",
    "DeletePatientListExport",
    "DeletePatientPermission",
    "DeletePatientReviews",
    "DeleteSite",
    "CreatePatientView",
    "DeletePatientView",
    "DeleteWebhook",
    "DismissInvite",
    "ExportPatientList",
    "FetchBulkCreation",
    "FetchPatientListExport",
    "GetBulkCreation",
    "GetPatientListExport",
    "ListBulkCreations",
    "StartPatientListExport",
    "GetAccountSignupConfirmation",
    "GetClinicByShareCode",
    "GetEHRSettings",
    "GetMRNSettings",
    "GetMigration",
    "GetPatientView",
    "GetReceivedInvitations",
    "GetWebhook",
    "ListClinicianInvites",
    "ListWebhookDeliveries",
    "ReplayWebhookDelivery",
    "RotateWebhookSecret",
    "SetConnectionIssueHidden",
    "TestWebhook",
    "TideReport",
    "TriggerInitialMigration",
    "UpdatePatientPermissions",
    "UpdatePatientTag",
    "UpdatePatientView",
    "UpdateSite",
    "UpdateWebhook",
}
# All operations for a person's token; operations without a token have their own limits (test_enumeration.py).
WALKED = sorted(
    name
    for name, callers in ALLOWED.items()
    if name in described_operations() and "none" not in callers and callers != {"backend"}
)
IRIS = {"fullName": "Iris Example", "birthDate": "1990-01-02", "email": "iris@example.org"}
VICTIM = "victim@example.org"
SHARED = {"view": {}}


@dataclass(frozen=True)
class World:
    """Everything that operations of Ada, the clinic's admin, and of Ben may need."""

    ada: Any
    ids: dict[str, str]
    of_operation: dict[str, dict[str, str]]
    share_code: str
    member: dict[str, Any]  # Ben, as the clinic's member

    def call(self, name: str, api: Api | None = None):
        _, _, operation = described_operations()[name]
        raw = None
        schema = json_body_of(operation)
        if schema is not None:
            raw = orjson.dumps(self._arguments(name) or bodies.sample(schema))
        ids = {**self.ids, **self.of_operation.get(name, {})}
        return call(api or self.ada.api, name, body=raw, **ids)

    def _arguments(self, name: str) -> dict[str, Any]:
        return {
            "CreatePatientAccount": {**IRIS, "email": VICTIM},
            "UpdatePatient": {**IRIS, "email": VICTIM},
            "InviteClinician": {"email": VICTIM, "roles": ["CLINIC_MEMBER"]},
            "UpdateClinician": {**self.member, "roles": ["CLINIC_ADMIN"]},
            "SendCareTeamInvite": {"email": VICTIM, "permissions": SHARED},
            "SendClinicShareInvite": {"shareCode": self.share_code, "permissions": SHARED},
        }.get(name, {})


@pytest.fixture
def world(clinic, ada, ben, cy) -> World:
    return replayed("world", lambda: make_world(clinic, ada, ben, cy))


def make_world(clinic, ada, ben, cy) -> World:
    path = f"/v1/clinics/{clinic['id']}"
    patient = ada.api.post(f"{path}/patients", IRIS).json()["id"]
    db.collection("patients").update_one(
        {"userId": patient},
        {"$set": {"dataSources": [{"providerName": "dexcom", "state": "error"}]}},
    )
    body = {"email": "new@example.org", "roles": ["CLINIC_MEMBER"]}
    ada.api.post(f"{path}/invites/clinicians", body)
    clinician = db.collection("confirmations").find_one({"email": "new@example.org"})["_id"]
    body = {"email": "team@example.org", "permissions": SHARED}
    team = ada.api.post(f"/confirm/send/invite/{ada.user_id}", body).json()["key"]
    elsewhere = make_clinic(cy, name="Elsewhere")
    deliver_all()
    db.collection("confirmations").delete_many({"type": "signup_confirmation"})
    ids = {
        "clinicId": clinic["id"],
        "patientId": patient,
        "userId": ada.user_id,
        "clinicianId": ben.user_id,
        "inviteId": clinician,
        "providerId": "dexcom",
    }
    of_operation = {
        "ResendCareTeamInvite": {"inviteId": team},
        "SendAccountSignupConfirmation": {"userId": patient},
    }
    member = ada.api.get(f"{path}/clinicians/{ben.user_id}").json()
    return World(ada, ids, of_operation, elsewhere["shareCode"], member)


def mailed_to_others(world, mailoutbox):
    """The recipients of mails so far, except the caller."""
    deliver_all()
    recipients = {address for mail in mailoutbox for address in mail.to} - {world.ada.email}
    mailoutbox.clear()
    return recipients


@pytest.mark.walk
@pytest.mark.parametrize("name", WALKED)
def test_no_operation_mails_others_beyond_the_limits(name, world, settings, mailoutbox, backend):
    mailed_to_others(world, mailoutbox)
    settings.MAILS_PER_ADDRESS = "0/hour"
    refused = world.call(name)
    assert mailed_to_others(world, mailoutbox) == set()
    assert (refused.status_code == 429) == (name in LIMITED), refused.content
    assert (refused.status_code < 300) == (name not in LIMITED | NOTHING_TO_DO), refused.content
    if name in LIMITED:
        assert int(refused["Retry-After"]) > 0
        assert refused.json().keys() in ({"message"}, {"code", "reason"})
        if "backend" in ALLOWED[name]:
            assert world.call(name, backend).status_code < 300, "services are not counted"
            assert mailed_to_others(world, mailoutbox)
            return
    settings.MAILS_PER_ADDRESS = "20/hour"
    if name in LEAVES_OUT:
        assert refused.status_code == 200
        db.collection("clinicians").update_one(
            {"userId": world.ids["clinicianId"]}, {"$set": {"roles": ["CLINIC_MEMBER"]}}
        )
    world.call(name)
    assert bool(mailed_to_others(world, mailoutbox)) == (name in LIMITED | LEAVES_OUT)


@pytest.mark.parametrize("name", sorted(LIMITED))
def test_a_caller_has_a_limit_over_all_addresses(name, world, settings):
    settings.MAILS_PER_CALLER = "0/hour"
    assert world.call(name).status_code == 429


RESENDS = ["ResendCareTeamInvite", "ResendInvite"]


@pytest.mark.parametrize("name", RESENDS)
def test_resending_an_invitation_is_limited(name, world, settings):
    settings.MAILS_PER_ADDRESS = "5/hour"
    assert [world.call(name).status_code for _ in range(7)] == [200] * 5 + [429] * 2


@pytest.mark.yardstick("L1")
@pytest.mark.parametrize("name", RESENDS)
def test_the_limit_is_exact_for_parallel_calls(name, world, settings):
    settings.MAILS_PER_ADDRESS = "5/hour"
    before = len(emitted("mail.requested"))
    answers = at_once(lambda _: world.call(name), 16)
    mailed = len(emitted("mail.requested")) - before
    statuses = [answer.status_code for answer in answers]
    assert mailed == 5
    assert statuses.count(429) == 11


def test_changing_an_address_back_and_forth_is_limited(world, settings, ada):
    settings.MAILS_PER_ADDRESS = "3/hour"
    url = f"/v1/clinics/{world.ids['clinicId']}/patients/{world.ids['patientId']}"
    statuses = []
    for number in range(5):
        statuses.append(ada.api.put(url, {**IRIS, "email": VICTIM}).status_code)
        ada.api.put(url, {**IRIS, "email": f"other{number}@example.org"})
    assert statuses == [200] * 3 + [429] * 2
    same = ada.api.get(url).json()["email"]
    assert ada.api.put(url, {**IRIS, "email": same}).status_code == 200


def test_different_callers_and_operations_share_the_limit_of_an_address(world, settings, eve):
    settings.MAILS_PER_ADDRESS = "2/hour"
    body = {"email": VICTIM, "permissions": SHARED}
    assert eve.api.post(f"/confirm/send/invite/{eve.user_id}", body).status_code == 200
    assert world.call("InviteClinician").status_code == 200
    assert world.call("SendCareTeamInvite").status_code == 429
    spelt = eve.api.post(
        f"/confirm/send/invite/{eve.user_id}", {**body, "email": "ＶＩＣＴＩＭ@Example.org"}
    )
    assert spelt.status_code in (409, 429)
    other_body = {**body, "email": "somebody@example.org"}
    assert eve.api.post(f"/confirm/send/invite/{eve.user_id}", other_body).status_code == 200


def test_a_call_refused_for_another_reason_does_not_count(world, settings, eve):
    settings.MAILS_PER_ADDRESS = "2/hour"
    assert world.call("InviteClinician").status_code == 200
    for _ in range(5):
        assert world.call("InviteClinician").status_code == 409
    body = {"email": VICTIM, "permissions": SHARED}
    assert eve.api.post(f"/confirm/send/invite/{eve.user_id}", body).status_code == 200


def test_one_person_who_shares_too_often_does_not_lock_out_others(world, settings, dot, ben):
    settings.MAILS_PER_ADDRESS = "1/hour"
    body = {"shareCode": world.share_code, "permissions": SHARED}

    def offer(person):
        url = f"/confirm/send/invite/{person.user_id}/clinic"
        answer = person.api.post(url, body)
        db.collection("confirmations").delete_many({"creatorId": person.user_id})
        return answer.status_code

    assert [offer(ben), offer(ben), offer(dot)] == [200, 429, 200]


@pytest.mark.yardstick("L2")
def test_without_redis_invitations_are_not_limited(world, monkeypatch, settings):
    from redis.exceptions import ConnectionError as Down

    class Broken:
        def hit(self, *_):
            raise Down

        test = get_window_stats = hit

    monkeypatch.setattr(ratelimit, "_limiter", Broken)
    settings.MAILS_PER_CALLER = "1/hour"
    room = mail_limits.Room("someone")
    assert [room.take("a@example.org") for _ in range(30)] == [True] * 30
    for name in sorted(LIMITED - {"UpdatePatient"}):  # gives Iris the address that was just changed
        assert world.call(name).status_code < 300, name
