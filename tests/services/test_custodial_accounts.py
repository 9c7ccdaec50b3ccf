"""Creating a patient, interrupted at any step (also by `kill -9`), leaves no account without a record."""

import pytest

from kernel import clock, db, outbox
from kernel.errors import Duplicate
from kernel.http import ServiceUnavailable
from patients.services import custodial_accounts, patients
from patients.services.patient_details import PatientDetails
from patients.store import account_requests
from patients.store import patients as store
from tests.clients import standin as wire
from tests.events import deliver_all
from users.clients import embedded, http
from users.clients.http import sessions
from users.services import neighbours
from users.services.neighbours import user_service

EMAIL = "iris@example.org"
DETAILS = PatientDetails({"fullName": "Iris Example", "birthDate": "1984-05-06", "email": EMAIL})


class Killed(BaseException):
    """Nothing after it runs, as after `kill -9`."""


@pytest.fixture(params=["embedded", "http"])
def service(request, settings):
    """The class that creates the account."""
    if request.param == "embedded":
        yield embedded.EmbeddedUserService
        return
    server = wire.StandIn().start()
    settings.SHORELINE_ADDRESS, settings.SERVER_TOKEN_SECRET = server.address, wire.SECRET
    use_fresh_clients()
    yield http.HttpUserService
    server.stop()
    use_fresh_clients()


def use_fresh_clients():
    neighbours.user_service.cache_clear()
    sessions.own_session.cache_clear()


def create(clinic):
    return patients.create_custodial_patient(clinic_id=clinic["id"], details=DETAILS)


def killed_in(monkeypatch, owner, name, *, afterwards):
    """Kill the process in this function, before or after its work."""
    original = getattr(owner, name)

    def die(*args, **options):
        if afterwards:
            original(*args, **options)
        raise Killed

    monkeypatch.setattr(owner, name, die)


def five_minutes_pass():
    rows = db.collection(outbox.COLLECTION)
    rows.update_many({}, {"$set": {"notBefore": clock.now(), "dueTime": clock.now()}})
    deliver_all()


STEPS = {
    "the request": (account_requests, "insert_request"),
    "the event": (outbox, "emit"),
    "the account": (None, "create_custodial_user"),
    "its id": (account_requests, "set_user"),
    "the record": (store, "insert_patient"),
    "everything": (patients, "_insert"),
}


@pytest.mark.yardstick("C3")
@pytest.mark.parametrize("afterwards", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_a_process_killed_at_any_step_leaves_the_address_free_or_with_its_record(
    clinic, service, monkeypatch, step, afterwards
):
    owner, name = STEPS[step]
    with monkeypatch.context() as dying:
        killed_in(dying, owner or service, name, afterwards=afterwards)
        with pytest.raises(Killed):
            create(clinic)
    five_minutes_pass()

    account = user_service().get_user(EMAIL)
    records = db.collection("patients").count_documents({"email": EMAIL})
    is_whole = step == "everything" and afterwards
    assert (account is not None, records) == (is_whole, int(is_whole))
    if not is_whole:
        assert create(clinic)["email"] == EMAIL
    assert db.collection(outbox.COLLECTION).count_documents({"lastError": {"$exists": True}}) == 0


def test_a_lost_response_of_the_user_service_frees_the_address(clinic, service, monkeypatch):
    """The user service has created the account, but its response comes too late."""
    create_user = service.create_custodial_user

    def lose(*args):
        create_user(*args)
        raise ServiceUnavailable(service.__name__)

    with monkeypatch.context() as losing:
        losing.setattr(service, "create_custodial_user", lose)
        with pytest.raises(custodial_accounts.Unavailable):
            create(clinic)
    five_minutes_pass()
    assert create(clinic)["email"] == EMAIL


def test_an_account_with_its_record_stays_and_the_request_is_deleted(clinic, service):
    record = create(clinic)
    five_minutes_pass()
    assert user_service().get_user(EMAIL).user_id == record["userId"]
    assert db.collection(account_requests.COLLECTION).find_one({}) is None


def test_an_account_that_existed_before_is_not_deleted(clinic, service):
    """A custodial account of another system, without a record here."""
    other = embedded.EmbeddedUserService().create_custodial_user("0" * 24, EMAIL)
    with pytest.raises(Duplicate):
        create(clinic)
    five_minutes_pass()
    assert user_service().get_user(EMAIL) == user_service().get_user(other.user_id) is not None


def test_a_second_request_for_the_address_keeps_its_account_when_the_first_is_cleaned_up(
    clinic, service, monkeypatch
):
    """The first is killed before its account is created; it is cleaned up while the second has an account but no record."""
    with monkeypatch.context() as dying:
        killed_in(dying, service, "create_custodial_user", afterwards=False)
        with pytest.raises(Killed):
            create(clinic)
    insert = store.insert_patient

    def clean_up_then_insert(document):
        first = db.collection(account_requests.COLLECTION).find_one({}, sort=[("_id", 1)])
        custodial_accounts.end_unfinished(str(first["_id"]))
        insert(document)

    monkeypatch.setattr(store, "insert_patient", clean_up_then_insert)
    assert create(clinic)["email"] == EMAIL
    assert user_service().get_user(EMAIL) is not None
