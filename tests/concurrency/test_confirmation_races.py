"""Parallel uses of one key: every confirmation takes effect exactly once (rules CONFIRM-25 to CONFIRM-40)."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from confirmations.services import people
from kernel import db
from tests.events import emitted
from users.embedded.accounts import find_by_credentials
from users.services.neighbours import permission_service, profile_service, user_service

TWENTY = 20


def at_once(act, count=TWENTY):
    """The statuses of `count` calls `act(n)` that start at the same moment."""
    barrier = Barrier(count)

    def run(number):
        barrier.wait()
        return act(number).status_code

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def confirmations(**query):
    return list(db.collection("confirmations").find(query))


@pytest.mark.yardstick("T2", "C2")
def test_one_of_twenty_parallel_acceptances_makes_a_clinician(clinic, ada, eve):
    key = ada.api.post(
        f"/v1/clinics/{clinic['id']}/invites/clinicians",
        {"email": eve.email, "roles": ["CLINIC_MEMBER"]},
    ).json()["inviteId"]

    statuses = at_once(lambda _: eve.api.put(f"/v1/clinicians/{eve.user_id}/invites/{key}"))

    assert sorted(statuses) == [200] + [404] * 19
    assert db.collection("clinicians").count_documents({"userId": eve.user_id}) == 1


def test_of_a_parallel_accept_and_cancel_only_one_succeeds(clinic, ada, eve):
    key = ada.api.post(
        f"/v1/clinics/{clinic['id']}/invites/clinicians",
        {"email": eve.email, "roles": ["CLINIC_MEMBER"]},
    ).json()["inviteId"]
    accept = f"/v1/clinicians/{eve.user_id}/invites/{key}"
    cancel = f"/v1/clinics/{clinic['id']}/invites/clinicians/{key}"

    statuses = at_once(lambda n: ada.api.delete(cancel) if n % 2 else eve.api.put(accept))

    is_member = db.collection("clinicians").count_documents({"userId": eve.user_id}) == 1
    accepted = statuses[::2].count(200)
    [document] = confirmations(_id=key)
    assert accepted == int(is_member)
    assert document["status"] == ("completed" if is_member else "canceled")


@pytest.mark.yardstick("T2", "C2")
def test_one_of_twenty_parallel_acceptances_makes_a_patient(clinic, ben, dot):
    key = dot.api.post(
        f"/confirm/send/invite/{dot.user_id}/clinic",
        {"shareCode": clinic["shareCode"], "permissions": {"view": {}}},
    ).json()["key"]
    url = f"/v1/clinics/{clinic['id']}/invites/patients/{key}"

    statuses = at_once(lambda _: ben.api.put(url))

    assert sorted(statuses) == [200] + [403] * 19
    assert db.collection("patients").count_documents({"userId": dot.user_id}) == 1
    rows = list(db.collection("outbox").find({"event": "patient.created"}))
    assert len(rows) == len({row["handler"] for row in rows}) > 0, "told each handler once"


@pytest.mark.yardstick("T2", "C2")
def test_one_of_twenty_parallel_acceptances_joins_a_care_team(dot, eve):
    key = dot.api.post(
        f"/confirm/send/invite/{dot.user_id}",
        {"email": eve.email, "permissions": {"view": {}}},
    ).json()["key"]
    url = f"/confirm/accept/invite/{eve.user_id}/{dot.user_id}"

    statuses = at_once(lambda _: eve.api.put(url, {"key": key}))

    assert statuses.count(200) == 1
    assert set(statuses) == {200, 403}
    assert permission_service().get_permissions(dot.user_id, eve.user_id) == {"view": {}}


@pytest.mark.yardstick("T2", "C2")
def test_one_of_twenty_parallel_claims_succeeds(backend, anonymous):
    user = user_service().create_custodial_user("c" * 24, "iris@example.org")
    profile_service().update_profile(user.user_id, {"patient": {"birthday": "1990-01-02"}})
    backend.post(f"/confirm/send/signup/{user.user_id}")
    [document] = confirmations(userId=user.user_id)
    url = f"/confirm/accept/signup/{document['_id']}"

    def claim(number):
        return anonymous.put(url, {"password": f"password-{number}", "birthday": "1990-01-02"})

    statuses = at_once(claim)

    assert statuses.count(200) == 1
    winner = f"password-{statuses.index(200)}"
    assert find_by_credentials("iris@example.org", winner) is not None


def test_a_claim_that_starts_before_another_and_checks_after_it_is_refused(
    backend, anonymous, monkeypatch
):
    user = user_service().create_custodial_user("c" * 24, "iris@example.org")
    profile_service().update_profile(user.user_id, {"patient": {"birthday": "1990-01-02"}})
    backend.post(f"/confirm/send/signup/{user.user_id}")
    [document] = confirmations(userId=user.user_id)
    url = f"/confirm/accept/signup/{document['_id']}"
    get_account = people.get_account

    def winner_first(user_id):
        monkeypatch.setattr(people, "get_account", get_account)
        body = {"password": "password-winner", "birthday": "1990-01-02"}
        assert anonymous.put(url, body).status_code == 200
        return get_account(user_id)

    monkeypatch.setattr(people, "get_account", winner_first)
    late = anonymous.put(url, {"password": "password-late", "birthday": "1990-01-02"})

    assert late.status_code == 404
    user = find_by_credentials("iris@example.org", "password-winner")
    assert user is not None


@pytest.mark.yardstick("T2", "C2")
def test_one_of_twenty_parallel_resets_succeeds(eve, anonymous):
    anonymous.post(f"/confirm/send/forgot/{eve.email}")
    [document] = confirmations(userId=eve.user_id)

    def reset(number):
        body = {"key": document["_id"], "email": eve.email, "password": f"password-{number}"}
        return anonymous.put("/confirm/accept/forgot", body)

    statuses = at_once(reset)

    assert statuses.count(200) == 1
    winner = f"password-{statuses.index(200)}"
    assert find_by_credentials(eve.email, winner) is not None


@pytest.mark.yardstick("C2")
def test_parallel_equal_invitations_make_one_record(dot):
    body = {"email": "a@example.org", "permissions": {"view": {}}}
    statuses = at_once(lambda _: dot.api.post(f"/confirm/send/invite/{dot.user_id}", body), 10)
    assert sorted(statuses) == [200] + [409] * 9
    assert len(emitted("mail.requested")) == 1


@pytest.mark.yardstick("C2")
def test_parallel_equal_offers_make_one_record(clinic, dot):
    body = {"shareCode": clinic["shareCode"], "permissions": {"view": {}}}
    url = f"/confirm/send/invite/{dot.user_id}/clinic"
    statuses = at_once(lambda _: dot.api.post(url, body), 10)
    assert sorted(statuses) == [200] + [409] * 9


@pytest.mark.yardstick("C2")
def test_parallel_equal_sign_ups_make_one_record(eve):
    url = f"/confirm/send/signup/{eve.user_id}"
    statuses = at_once(lambda _: eve.api.post(url), 10)
    assert sorted(statuses) == [200] + [403] * 9
    assert len(emitted("mail.requested")) == 1


def test_parallel_resends_leave_one_valid_link(eve, anonymous):
    eve.api.post(f"/confirm/send/signup/{eve.user_id}")
    statuses = at_once(lambda _: anonymous.post(f"/confirm/resend/signup/{eve.email}"), 5)
    assert statuses == [200] * 5
    assert len(confirmations(userId=eve.user_id)) == 1
