"""Embedded accounts under parallel changes: one address, one owner, one first password."""

import threading

import pytest
from bson import ObjectId

from kernel import db
from tests.events import emitted
from users.clients.embedded import EmbeddedProfileService, EmbeddedUserService
from users.clients.protocol import AccountChanged, EmailTaken, Expected, UserUpdate

CLINIC = str(ObjectId())


def together(count, work):
    """The results of the parallel calls; EmailTaken counts as a result."""
    gate, answers = threading.Barrier(count), []

    def run(number):
        gate.wait()
        try:
            answers.append(work(number))
        except EmailTaken:
            answers.append("taken")

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == count
    return answers


@pytest.mark.yardstick("C2")
def test_parallel_creations_with_one_address_make_one_account():
    answers = together(
        8, lambda _: EmbeddedUserService().create_custodial_user(CLINIC, "one@example.org")
    )

    assert answers.count("taken") == 7
    assert db.collection("accounts").count_documents({"username": "one@example.org"}) == 1


def test_parallel_updates_give_an_address_to_one_account():
    service = EmbeddedUserService()
    users = [service.create_custodial_user(CLINIC, None) for _ in range(6)]
    update = UserUpdate(username="one@example.org", emails=("one@example.org",))
    answers = together(6, lambda n: EmbeddedUserService().update_user(users[n].user_id, update))

    assert answers.count("taken") == 5
    assert len({event["userId"] for event in emitted("user.updated")}) == 1


def test_parallel_first_passwords_claim_an_account_once():
    user = EmbeddedUserService().create_custodial_user(CLINIC, "one@example.org")
    together(
        5,
        lambda n: EmbeddedUserService().update_user(
            user.user_id, UserUpdate(password=f"correct-horse-{n}")
        ),
    )

    handlers = 1  # clinics.end_custodianship
    assert len(emitted("user.password_set")) == handlers
    assert EmbeddedUserService().get_user(user.user_id).roles == ("patient",)


@pytest.mark.yardstick("C1")
def test_parallel_changes_of_different_profile_keys_all_count():
    together(8, lambda n: EmbeddedProfileService().update_profile("0123456789", {f"key{n}": n}))

    assert EmbeddedProfileService().get_profile("0123456789") == {f"key{n}": n for n in range(8)}


def test_a_deletion_during_an_update_leaves_no_incomplete_account():
    user = EmbeddedUserService().create_custodial_user(CLINIC, "one@example.org")
    service = EmbeddedUserService()

    def work(number):
        if number == 0:
            return service.delete_user(user.user_id)
        try:
            return service.update_user(user.user_id, UserUpdate(email_verified=True))
        except Exception as error:  # noqa: BLE001 (gone: 401)
            return error

    together(4, work)

    assert service.get_user(user.user_id) is None
    assert db.collection("accounts").count_documents({}) == 0


def test_of_a_claim_and_a_parallel_address_change_by_the_clinic_only_one_succeeds():
    service = EmbeddedUserService()
    for number in range(8):
        old, new = (f"{when}{number}@example.org" for when in ("old", "new"))
        user_id = service.create_custodial_user(CLINIC, old).user_id
        claim = UserUpdate(password="correct-horse", email_verified=True)
        change = UserUpdate(username=new, emails=(new,))
        acts = [
            (claim, Expected(address=old, is_custodial=True)),
            (change, Expected(is_custodial=True)),
        ]

        def act(n, user_id=user_id, acts=acts):
            try:
                return EmbeddedUserService().update_user(user_id, *acts[n]) and n
            except AccountChanged:
                return "refused"

        answers = together(2, act)

        after = service.get_user(user_id)
        assert answers.count("refused") == 1
        assert (after.username, after.is_custodial) in {(old, False), (new, True)}
        assert after.email_verified is not after.is_custodial
