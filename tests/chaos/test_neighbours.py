"""Each neighbour that this service calls hangs, or is dead, while work for it is in hand: web answers in time, nothing
is lost, nothing is done twice but what was on its way when it stopped, and the rest is done without help."""

import itertools
import secrets
import threading
import time
from collections import Counter
from contextlib import ExitStack, closing
from urllib.parse import parse_qs, urlsplit

import pytest
from bson import ObjectId
from django.conf import settings

from clinics.events import ClinicianSaved, MigrationCreated
from ehr.clients import reports as report_client
from kernel import clock, db, http, outbox
from kernel.events import MailRequested
from notifications.clients import marketing
from patients.events import ConnectRequested, PatientCreated
from redox.clients import redox as redox_client
from tests import ehr, mails, pace, xealth
from tests.bench import user_service
from tests.cast import make_person
from tests.chaos.gate import Gate
from tests.chaos.peers import MailServer, ReportService
from tests.chaos.test_ehr import run_of, sent, start_sync, subscribed_patients
from tests.chaos.test_xealth import enter_and_place, notify
from tests.clients import standin as wire
from tests.factories import make_clinic, make_patients
from tests.processes.conftest import service_in, unfinished_events
from tests.processes.service import comes_true, eventually
from tests.viewer import subscribed_patient
from tests.xealth import xealth_clinic
from tests.xealth_orders import records
from tests.xealth_peer import XealthPeer
from users.clients.embedded import (
    EmbeddedDataService,
    EmbeddedPermissionService,
    EmbeddedProfileService,
    EmbeddedTokenEndpoint,
    EmbeddedUserService,
)
from users.clients.http import server_session as user_client
from xealth.clients import xealth as xealth_client

pytestmark = [
    *(pytest.mark.processes, pytest.mark.timeout(300)),
    pytest.mark.parametrize("way", ["hang", "die"]),
]
REQUEST_SECONDS = 3
# Seconds until a call gives up. A neighbour hangs for longer than that, so that calls fail.
LIMIT = {
    "redox": redox_client.TIMEOUT.read,
    "report service": report_client.TIMEOUT.read,
    "xealth": xealth_client.TIMEOUT.read,
    "mail": settings.EMAIL_TIMEOUT,
    "user service": 5,  # a token's check gives up after one second
    # What is read is asked for twice.
    **dict.fromkeys(("profile", "permission", "data", "auth"), 2 * http.TIMEOUT.read),
    "marketing": marketing.TIMEOUT.read,
    **dict.fromkeys(("auth, for requests", "token endpoint"), REQUEST_SECONDS),
}
LONGER, DEAD = 3, 8
PROCESSES = 2  # of a worker, each with one call on its way
NOTHING = "the outage said nothing"
WINDOW = "on its way when it hung"
TOKEN_SECONDS = settings.TOKEN_CHECK_TIME_LIMIT.total_seconds() + 1.0
BACK = 90


@pytest.fixture
def service(tmp_path):
    with service_in(tmp_path / "service") as running_service:
        yield running_service


@pytest.fixture
def open_gate():
    with ExitStack() as stack:
        yield lambda port: stack.enter_context(closing(Gate(port)))


class Outage:
    """`break_down()` returns when the neighbour works again; `says(…)` is its row of the table. `SERVICE` is the
    name of a neighbour in the log."""

    SERVICE = {
        "redox": redox_client.SERVICE,
        "report service": report_client.SERVICE,
        "xealth": xealth_client.SERVICE,
        "marketing": marketing.SERVICE,
        **{name: name for name in ("profile", "permission", "data", "auth", "mail")},
        "user service": user_client.SERVICE,
        "auth, for requests": "auth",
        "token endpoint": "token",
    }

    def __init__(self, name, way, gate, fault):
        self.seconds = LIMIT[name] + LONGER if way == "hang" else DEAD
        self.title = f"{name} {'hangs' if way == 'hang' else 'is dead'} for {self.seconds:.0f} s"
        self._name, self._way, self._gate, self._fault = name, way, gate, fault

    def break_down(self):
        getattr(self._gate, self._way)(self.seconds)
        self._ended = time.monotonic()

    def says(self, **found):
        recovered = time.monotonic() - self._ended
        window = WINDOW if found.get("doubled") else ""
        self._fault.says(self.title, window=window, recovered=recovered, **found)

    def said_something(self, service):
        """Whether a call failed: for time, if the neighbour hung."""
        event, of_service = '"event":"http.failed"', f'"service":"{self.SERVICE[self._name]}"'
        failed = [x for x in service.logs().splitlines() if event in x and of_service in x]
        return any("Timeout" in line for line in failed) if self._way == "hang" else bool(failed)


def through(environment, port, gate):
    old, new = f"127.0.0.1:{port}", f"127.0.0.1:{gate.port}"
    return {name: value.replace(old, new) for name, value in environment.items()}


def port_of(url):
    return int(url.rpartition(":")[2])


@pytest.mark.parametrize("name", ["redox", "report service"])
@pytest.mark.yardstick("V2")
def test_reports_of_a_sync_arrive(service, peer, open_gate, fault, name, way):
    count = 40
    with closing(ReportService()) as reports:
        gate = open_gate(port_of(peer.url) if name == "redox" else reports.port)
        env = {
            **peer.environment(),
            "TIDEPOOL_EXPORT_CLIENT_ADDRESS": f"http://127.0.0.1:{reports.port}",
        }
        outage = Outage(name, way, gate, fault)
        clinic = ehr.ehr_clinic()
        subscribed_patients(clinic, count)
        port = port_of(peer.url) if name == "redox" else reports.port
        service.start(env=through(env, port, gate))
        start_sync(service, clinic)
        eventually(lambda: len(peer.messages) > 6, within=60, every=0.01)
        outage.break_down()
        assert run_of(clinic).done < count, "the outage came too late to say anything"
        is_all = comes_true(lambda: run_of(clinic).done == count, within=BACK, every=0.2)
    notes, flowsheets = sent(peer, "Notes"), sent(peer, "Flowsheet")
    doubled = notes.total() + flowsheets.total() - len(notes) - len(flowsheets)
    lost = 2 * count - len({mrn for mrn, _ in notes}) - len({mrn for mrn, _ in flowsheets})
    outage.says(acknowledged=count, lost=lost, doubled=doubled)
    assert outage.said_something(service), NOTHING
    assert is_all
    assert lost == 0
    assert doubled <= PROCESSES


@pytest.mark.yardstick("V2")
def test_orders_of_xealth_are_read(service, open_gate, fault, tmp_path, way):
    count, folder = 16, tmp_path / "mail"
    with closing(XealthPeer()) as partner:
        port = port_of(partner.configuration()["base_url"].removesuffix("/v2"))
        gate = open_gate(port)
        outage = Outage("xealth", way, gate, fault)
        xealth_clinic()
        for number in range(count):
            enter_and_place(partner, number)
        env = {**through(partner.environment(), port, gate), **mails.environment(folder)}
        service.start(env=env)
        broken = threading.Thread(target=outage.break_down)
        notify(service, 0)
        eventually(lambda: partner.reads, every=0.01)
        broken.start()
        for number in range(1, count):
            notify(service, number)
        broken.join()
        is_all = comes_true(
            lambda: {one["state"] for one in records()} == {"done"}, within=BACK, every=0.5
        ) and comes_true(lambda: len(mails.count(folder)) >= 2 * count, within=BACK, every=0.5)
    patients = Counter(one["mrn"] for one in db.collection("patients").find({}))
    copies = (
        mails.count(folder).total() - len(mails.count(folder)) + patients.total() - len(patients)
    )
    outage.says(acknowledged=count, lost=count - len(patients), doubled=copies)
    assert outage.said_something(service), NOTHING
    assert is_all
    assert (len(patients), copies) == (count, 0)


@pytest.mark.yardstick("V2")
def test_mails_are_sent(service, open_gate, fault, way):
    count = 120
    with closing(MailServer()) as server:
        gate = open_gate(server.port)
        outage = Outage("mail", way, gate, fault)
        env = {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(gate.port),
        }
        service.start(env=env, only=("worker", "beat"))
        variables = {"Key": "k", "Email": "dot@example.org", "FullName": "Dot"}
        for number in range(count):
            address = f"dot.{number}@example.org"
            outbox.emit(
                MailRequested(recipient=address, template="password_reset", variables=variables)
            )
        outbox.nudge()
        eventually(lambda: len(server.received) > 3, within=60, every=0.005)
        outage.break_down()
        assert len(server.received) < count, "the outage came too late to say anything"
        is_all = comes_true(lambda: len(server.received) == count, within=BACK) and comes_true(
            lambda: done_mails() == count, within=BACK
        )
    doubled = server.received.total() - len(server.received)
    outage.says(acknowledged=count, lost=count - len(server.received), doubled=doubled)
    assert '"event":"outbox.retry"' in service.logs(), NOTHING
    assert is_all
    assert doubled <= PROCESSES


def done_mails():
    return db.collection(outbox.COLLECTION).count_documents({"state": outbox.DONE})


class Work:
    """Events whose handlers call a neighbour: `begin` causes them, `done` counts those that have their effect, and
    `doubled` the effects beyond one each. The stand-in of the neighbours keeps its state in the same database."""

    def __init__(self, count: int) -> None:
        self.people = [secrets.token_hex(5) for _ in range(count)]
        self.clinic = make_clinic()
        self.calls: list[str] = []  # of the stand-in

    def _emit(self, event, **more):
        clinic_id = str(self.clinic["_id"])
        outbox.emit_many(
            event(clinic_id=clinic_id, user_id=person, **more) for person in self.people
        )

    def unfinished(self):
        return [row for row in unfinished_events() if row["handler"] == self.HANDLER]

    def _calls(self, begin, end):
        """How often each person was named by a call of this kind."""
        calls = [call.removeprefix(begin) for call in self.calls if call.startswith(begin)]
        return Counter(call.removesuffix(end) for call in calls if call.endswith(end))

    def _beyond_one(self, counted):
        return counted.total() - len(counted)


class Profiles(Work):
    """What a clinic knows of the people whose accounts it has made."""

    ADDRESS, HANDLER = "TIDEPOOL_SEAGULL_CLIENT_ADDRESS", "clinics.fill_profile"

    def begin(self):
        made = [
            EmbeddedUserService().create_custodial_user(
                str(self.clinic["_id"]), f"{one}@example.org"
            )
            for one in self.people
        ]
        self.people = [user.user_id for user in made]
        make_patients(self.clinic, [{"userId": one, "fullName": one} for one in self.people])
        self._emit(PatientCreated)

    def done(self):
        profiles = EmbeddedProfileService()
        return sum((profiles.get_profile(one) or {}).get("fullName") == one for one in self.people)

    def doubled(self):
        return self._beyond_one(self._calls("POST /metadata/", "/profile"))


class DataSources(Work):
    """What there is of the people who have joined a clinic."""

    ADDRESS, HANDLER = "TIDEPOOL_DATA_CLIENT_ADDRESS", "clinics.copy_data_sources"

    def begin(self):
        for one in self.people:
            sources = [{"providerName": "dexcom", "state": "connected"}]
            EmbeddedDataService().set_data_sources(one, sources)
        make_patients(
            self.clinic, [{"userId": one, "permissions": {"view": {}}} for one in self.people]
        )
        self._emit(PatientCreated)

    def _sources(self):
        return [len(row.get("dataSources") or ()) for row in db.collection("patients").find({})]

    def done(self):
        return sum(1 for number in self._sources() if number)

    def doubled(self):
        return sum(number - 1 for number in self._sources() if number)


class Grants(Work):
    """The people of a legacy account, who are moved into its clinic: the grant of each of them goes."""

    ADDRESS, HANDLER = "TIDEPOOL_PERMISSION_CLIENT_ADDRESS", "clinics.migrate_patients"

    def begin(self):
        people = [make_person(one, roles=("patient",)).user_id for one in self.people]
        self.people = [make_person("Lee Legacy", roles=("clinic",)).user_id]
        for one in people:
            EmbeddedPermissionService().set_permissions(one, self.people[0], {"view": {}})
        moment = clock.now()
        db.collection("migrations").insert_one(
            {
                "_id": ObjectId(),
                "clinicId": self.clinic["_id"],
                "userId": self.people[0],
                "status": "PENDING",
                "createdTime": moment,
                "updatedTime": moment,
            }
        )
        self._count = len(people)
        self._emit(MigrationCreated)

    def done(self):
        owners = EmbeddedPermissionService().list_owners(self.people[0])
        return self._count - len(owners.keys() - set(self.people))

    def doubled(self):
        return self._beyond_one(
            Counter(row["userId"] for row in db.collection("patients").find({}))
        )


class Refreshes(Work):
    """The marketing service keeps data about members."""

    ADDRESS, HANDLER = "TIDEPOOL_MARKETO_SERVICE_HOST", "notifications.refresh_marketing"

    def begin(self):
        self._emit(ClinicianSaved)

    def _told(self):
        return self._calls("POST /v1/users/", "/marketo")

    def done(self):
        return len(self._told())

    def doubled(self):
        return self._beyond_one(self._told())


class Links(Work):
    """People are asked to connect a device maker's account: the link in the mail holds a restricted token, and a week
    later they are reminded of it."""

    ADDRESS, HANDLER = "TIDEPOOL_AUTH_CLIENT_ADDRESS", "notifications.ask_to_connect"

    def begin(self):
        self.people = [make_person(one, roles=("patient",)).user_id for one in self.people]
        make_patients(self.clinic, [{"userId": one, "fullName": one} for one in self.people])
        self._emit(ConnectRequested, provider="dexcom")

    def done(self):
        """With a link that works."""
        tokens = db.collection("accountRestrictedTokens")
        due = db.collection(outbox.COLLECTION).find(
            {"event": "notification.connection_reminder_due"}
        )
        return sum(
            1 for row in due if tokens.find_one({"_id": row["payload"]["restrictedTokenId"]})
        )

    def doubled(self):
        """Mails, and links that no later mail would revoke."""
        rows = db.collection(outbox.COLLECTION).count_documents({"event": "mail.requested"})
        tokens = db.collection("accountRestrictedTokens").find({})
        return rows - len(self.people) + self._beyond_one(Counter(one["userId"] for one in tokens))


WORK = {
    "auth": Links,
    "profile": Profiles,
    "permission": Grants,
    "data": DataSources,
    "marketing": Refreshes,
}


@pytest.mark.parametrize("name", WORK)
@pytest.mark.yardstick("V2")
def test_what_follows_a_change_reaches_the_other_services(service, open_gate, fault, name, way):
    count, work = 60, WORK[name](60)
    standin = wire.StandIn().start()
    work.calls = standin.calls
    gate = open_gate(port_of(standin.address))
    outage = Outage(name, way, gate, fault)
    env = {
        "TIDEPOOL_SHORELINE_CLIENT_ADDRESS": standin.address,
        "TIDEPOOL_SERVER_TOKEN": wire.SECRET,
        work.ADDRESS: f"http://127.0.0.1:{gate.port}",
    }
    service.start(env=env, only=("worker", "beat"))
    work.begin()
    outbox.nudge()
    eventually(lambda: work.done() > 3, within=60, every=0.005)
    outage.break_down()
    assert work.done() < count, "the outage came too late to say anything"
    is_all = comes_true(lambda: work.done() == count, within=BACK)
    is_ended = comes_true(lambda: not work.unfinished(), within=BACK)
    standin.stop()
    outage.says(acknowledged=count, lost=count - work.done(), doubled=work.doubled())
    assert outage.said_something(service), NOTHING
    assert is_all
    assert is_ended, work.unfinished()
    assert work.doubled() <= PROCESSES


@pytest.mark.yardstick("V2")
def test_tokens_are_checked_or_answered_with_503(service, open_gate, fault, way):
    """Never let through and never a logout, and what needs no new check of a token is answered meanwhile."""
    principals = {"her-token": {"isserver": False, "userid": "00000000aa"}}
    with user_service.running(principals) as address:
        gate = open_gate(port_of(address))
        outage = Outage("user service", way, gate, fault)
        env = {
            "TIDEPOOL_SHORELINE_CLIENT_ADDRESS": f"http://127.0.0.1:{gate.port}",
            "TIDEPOOL_SERVER_TOKEN": "a-secret-of-the-tests",
        }
        service.start(env=env, only=("web",))
        with Asking(lambda: service.get("/v1/clinics", token="her-token").status) as answers:
            eventually(lambda: len(answers) > 10)
            outage.break_down()
            ended = time.monotonic()
            eventually(lambda: answers[-1][1] == 403 and answers[-1][0] > ended)
    statuses = Counter(status for _, status, _ in answers)
    worst = max(seconds for *_, seconds in answers)
    outage.says(acknowledged=statuses[403], worst=worst)
    assert set(statuses) == {403, 503}, "a member of no clinic may not list clinics"
    assert worst < TOKEN_SECONDS + pace.slowness()


class Asking:
    """Four clients that ask all the time: a list of (when it began, status, seconds). Without an answer the status is
    what happened instead."""

    def __init__(self, ask):
        self._ask = ask
        self._ended, self._answers = threading.Event(), []
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(4)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self._answers

    def __exit__(self, *_):
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _work(self):
        while not self._ended.wait(0.1):
            began = time.monotonic()
            try:
                status = self._ask()
            except OSError as error:  # no answer
                status = type(error).__name__
            self._answers.append((began, status, time.monotonic() - began))


class ServiceAccounts:
    """API clients become members of a clinic, once the token endpoint has named their accounts."""

    ADDRESS, PATH = "TIDEPOOL_AUTH_SERVICE_TOKEN_ENDPOINT", "/oidc/token"

    def __init__(self, service):
        self._service, self._token = service, service.server_token()
        clinic = make_clinic(isMigrated=True, admins=["ffffffffff"])
        self._path = f"/v1/clinics/{clinic['_id']}/service_accounts"
        self._numbers, self.acknowledged = itertools.count(), []

    def ask(self):
        user_id = f"{next(self._numbers):010x}"
        EmbeddedTokenEndpoint().register_client(f"client {user_id}", "s3cret", user_id)
        body = {"name": "Bridge", "client_id": f"client {user_id}", "client_secret": "s3cret"}
        answer = self._service.post(self._path, body, token=self._token)
        if answer.status == 200:
            self.acknowledged.append(user_id)
        return answer.status

    def stored(self):
        return Counter(one["userId"] for one in db.collection("clinicians").find({}))


class Reports:
    """Clinicians open a report in Xealth: the auth service makes the token in its address, and is asked about it."""

    ADDRESS, PATH = "TIDEPOOL_AUTH_CLIENT_ADDRESS", ""

    def __init__(self, service):
        self._service, self.acknowledged = service, []
        subscribed_patient(xealth_clinic())

    def ask(self):
        body = xealth.request(eventType="getProgramUrl")
        answer = self._service.put(xealth.PROGRAM_URL, body, headers=xealth.TOKEN)
        if answer.status != 200:
            return answer.status
        url = urlsplit(answer.json()["url"])
        self.acknowledged += parse_qs(url.query)["restricted_token"]
        return self._service.get(f"{url.path}?{url.query}").status

    def stored(self):
        return Counter(one["_id"] for one in db.collection("accountRestrictedTokens").find({}))


REQUESTS = {"auth, for requests": Reports, "token endpoint": ServiceAccounts}


@pytest.mark.parametrize("name", REQUESTS)
@pytest.mark.yardstick("V2")
def test_requests_that_need_it_are_answered_with_503_and_others_as_always(
    service, open_gate, fault, name, way
):
    standin = wire.StandIn().start()
    gate, requests = open_gate(port_of(standin.address)), REQUESTS[name](service)
    outage = Outage(name, way, gate, fault)
    env = {
        "REQUEST_TIME_LIMIT": f"{REQUEST_SECONDS}s",
        "TIDEPOOL_SERVICE_SECRET": wire.SECRET,
        "TIDEPOOL_XEALTH_ENABLED": "true",
        "TIDEPOOL_XEALTH_BEARER_TOKEN": xealth.TOKEN["Authorization"].removeprefix("Bearer "),
        requests.ADDRESS: f"http://127.0.0.1:{gate.port}{requests.PATH}",
    }
    service.start(env=env, only=("web",))
    token = make_person("Dot").token
    with (
        Asking(requests.ask) as answers,
        Asking(lambda: service.get("/v1/clinics", token=token).status) as others,
    ):
        eventually(lambda: len(requests.acknowledged) > 10 and len(others) > 10)
        outage.break_down()
        ended = time.monotonic()
        is_back = comes_true(lambda: answers[-1][1] == 200 and answers[-1][0] > ended)
    standin.stop()
    assert is_back, Counter(status for began, status, _ in answers if began > ended)
    statuses, stored = Counter(status for _, status, _ in answers), requests.stored()
    worst, worst_of_others = (max(seconds for *_, seconds in one) for one in (answers, others))
    lost, copies = set(requests.acknowledged) - stored.keys(), stored.total() - len(stored)
    outage.says(
        acknowledged=len(requests.acknowledged), lost=len(lost), doubled=copies, worst=worst
    )
    assert outage.said_something(service), NOTHING
    assert set(statuses) == {200, 503}
    assert worst < REQUEST_SECONDS + pace.slowness()
    assert (lost, copies) == (set(), 0)
    assert {status for _, status, _ in others} == {403}, "a member of no clinic may not list them"
    assert worst_of_others < pace.slowness()
