"""A creation that ends anywhere, also by `kill -9`, leaves no account without a record and no address taken."""

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
DETAILS = PatientDetails(full_name="Iris Example", birth_date="1984-05-06", email=EMAIL)


class Killed(BaseException):
    """Nothing after it runs, as after `kill -9`."""


@pytest.fixture(params=["embedded", "http"])
def service(request, settings):
    """The class whose account is made."""
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
    """Also one that has done its work, but could not say so."""
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


@pytest.mark.parametrize("afterwards", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_wherever_the_process_dies_the_address_is_free_or_has_its_record(
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


def test_an_answer_that_was_lost_frees_the_address_too(clinic, service, monkeypatch):
    """The service has made the account and could not say so in time."""
    made = service.create_custodial_user

    def lose(*args):
        made(*args)
        raise ServiceUnavailable(service.__name__)

    with monkeypatch.context() as losing:
        losing.setattr(service, "create_custodial_user", lose)
        with pytest.raises(custodial_accounts.Unavailable):
            create(clinic)
    five_minutes_pass()
    assert create(clinic)["email"] == EMAIL


def test_what_got_its_record_stays_and_nothing_else_is_kept_of_the_request(clinic, service):
    record = create(clinic)
    five_minutes_pass()
    assert user_service().get_user(EMAIL).user_id == record["userId"]
    assert db.collection(account_requests.COLLECTION).find_one({}) is None


def test_an_account_that_was_there_before_is_no_one_elses_to_end(clinic, service):
    """A custodial account of another system, without a record here; the asking process dies before the answer."""
    other = embedded.EmbeddedUserService().create_custodial_user("0" * 24, EMAIL)
    with pytest.raises(Duplicate):
        create(clinic)
    five_minutes_pass()
    assert user_service().get_user(EMAIL) == user_service().get_user(other.user_id) is not None


def test_a_later_request_for_the_address_decides_about_its_account(clinic, service, monkeypatch):
    """The first dies before its account is made, the second is between its account and its record just then."""
    with monkeypatch.context() as dying:
        killed_in(dying, service, "create_custodial_user", afterwards=False)
        with pytest.raises(Killed):
            create(clinic)
    insert = store.insert_patient

    def look_first(document):
        first = db.collection(account_requests.COLLECTION).find_one({}, sort=[("_id", 1)])
        custodial_accounts.end_unfinished(str(first["_id"]))
        insert(document)

    monkeypatch.setattr(store, "insert_patient", look_first)
    assert create(clinic)["email"] == EMAIL
    assert user_service().get_user(EMAIL) is not None
