"""`manage.py ehr patients enroll`: enrolment orders for a Xealth clinic's patients (rules EHR-124 to EHR-131, EHR-183 to EHR-186)."""

from io import StringIO

import pytest
from bson import ObjectId
from django.core.management import CommandError, call_command

from kernel import db
from tests import ehr
from tests.factories import make_clinic
from tests.xealth_peer import XealthPeer
from xealth.services import enrolment

PROGRAM = {"createAccountAndEnableReports": "program-1"}


@pytest.fixture(autouse=True)
def peer(settings):
    server = XealthPeer()
    settings.XEALTH = {**settings.XEALTH, **server.configuration()}
    yield server
    server.close()


@pytest.fixture
def clinic():
    return xealth_clinic()


@pytest.fixture
def people(clinic):
    """In the order of their MRNs: A and B can be enrolled; the others have no MRN, a subscription, another clinic."""
    b = ehr.ehr_patient(clinic, mrn="B", fullName="Bo Berg")
    a = ehr.ehr_patient(clinic, mrn="A", fullName="Al Abel")
    ehr.ehr_patient(clinic, mrn=None)
    ehr.ehr_patient(clinic, mrn="")
    ehr.subscribe(ehr.ehr_patient(clinic, mrn="0"))
    ehr.ehr_patient(make_clinic(), mrn="Z")
    return a, b


@pytest.fixture
def answered(monkeypatch):
    def answer(text):
        monkeypatch.setattr("builtins.input", lambda: text)

    return answer


def xealth_clinic(**settings):
    defaults = {"provider": "xealth", "sourceId": "east", "procedureCodes": PROGRAM}
    return ehr.ehr_clinic(**{**defaults, **settings})


def run(*words, out=None):
    out = out or StringIO()
    call_command("ehr", "patients", "enroll", *map(str, words), stdout=out)
    return out.getvalue().splitlines()


def line(patient):
    return f"MRN {patient['mrn']} - {patient['fullName']} [{patient['userId']}]"


def order(mrn, *, id_type="MRN", origin="cerner"):
    return {
        "orderType": "enrollment",
        "partnerId": "tidepool",
        "programId": "program-1",
        "programTitle": "Tidepool",
        "patientId": {"id": mrn, "type": id_type, "origin": origin},
    }


def audited():
    query = {"action": "ehr.enrolment_ordered"}
    return list(db.collection("auditEvents").find(query, sort=[("number", 1)]))


def whole_database():
    database = db.database()
    return {name: list(database[name].find({})) for name in database.list_collection_names()}


def test_patients_with_an_mrn_and_without_subscription_are_ordered(peer, clinic, people):
    a, b = people

    assert run(clinic["_id"], "--no-input") == [
        f"{line(a)} - Enrolled",
        f"{line(b)} - Enrolled",
        "2 patients were enrolled",
    ]
    path = "/v2/partner/write/order/east"
    assert peer.orders == [(path, order("A")), (path, order("B"))]


def test_each_order_is_an_audit_event_without_the_mrn(clinic, people):
    run(clinic["_id"], "--no-input")

    assert [event["object"]["id"] for event in audited()] == [p["userId"] for p in people]
    assert {event["clinicId"] for event in audited()} == {clinic["_id"]}
    assert "Abel" not in str(audited())


def test_a_dry_run_lists_the_patients_and_sends_and_changes_nothing(peer, clinic, people, settings):
    settings.XEALTH = {**settings.XEALTH, "enabled": False}
    before = whole_database()

    assert run(clinic["_id"], "--dry-run") == [
        *map(line, people),
        "2 patients would be enrolled",
    ]
    assert (peer.orders, peer.tokens) == ([], [])
    assert whole_database() == before


def test_dry_run_with_no_input_sends_nothing(peer, clinic, people):
    run(clinic["_id"], "--dry-run", "--no-input")

    assert peer.orders == []


def test_without_flags_the_list_comes_first_and_a_yes_sends(peer, clinic, people, answered):
    a, b = people
    answered("yes")

    lines = run(clinic["_id"])

    assert lines[:3] == [line(a), line(b), "2 patients would be enrolled"]
    assert lines[3:] == [
        f"Send these orders to Xealth? [yes/no] {line(a)} - Enrolled",
        f"{line(b)} - Enrolled",
        "2 patients were enrolled",
    ]
    assert len(peer.orders) == 2


@pytest.mark.parametrize("text", ["no", "", "y", "YES "])
def test_anything_but_yes_sends_nothing(peer, clinic, people, answered, text):
    answered(text)

    assert run(clinic["_id"])[-1].endswith("0 patients were enrolled")
    assert (peer.orders, audited()) == ([], [])


def test_without_a_terminal_nothing_is_sent(peer, clinic, people, monkeypatch):
    monkeypatch.setattr("sys.stdin", StringIO())

    with pytest.raises(CommandError, match="nothing was sent"):
        run(clinic["_id"])
    assert peer.orders == []


def test_without_patients_to_enrol_nothing_is_asked(clinic):
    assert run(clinic["_id"]) == ["0 patients would be enrolled", "0 patients were enrolled"]


@pytest.mark.parametrize("flag", ["--limit", "-l"])
def test_the_limit_counts_in_the_order_of_mrns(peer, clinic, people, flag):
    run(clinic["_id"], "--no-input", flag, 1)

    assert [sent["patientId"]["id"] for _, sent in peer.orders] == ["A"]


def test_without_a_limit_twenty_are_ordered(peer, clinic):
    for number in range(21):
        ehr.ehr_patient(clinic, mrn=f"M{number:02}")

    assert run(clinic["_id"], "--no-input")[-1] == "20 patients were enrolled"
    assert len(peer.orders) == 20


def test_a_user_id_orders_that_patient(peer, clinic, people):
    run(clinic["_id"], "--no-input", "--user-id", people[1]["userId"])

    assert [sent["patientId"]["id"] for _, sent in peer.orders] == ["B"]


@pytest.mark.parametrize("origin", ["cerner", "epic", "initiate", "xealth"])
def test_the_order_names_the_origin_and_the_id_type_of_the_clinic(peer, origin):
    clinic = xealth_clinic(mrnIdType="PATIENT ID")
    ehr.ehr_patient(clinic, mrn="A")

    run(clinic["_id"], "--no-input", "--mrn-origin", origin)

    assert [sent for _, sent in peer.orders] == [order("A", id_type="PATIENT ID", origin=origin)]


def test_an_empty_id_type_means_mrn(peer):
    clinic = xealth_clinic(mrnIdType="")
    ehr.ehr_patient(clinic, mrn="A")

    run(clinic["_id"], "--no-input")

    assert [sent for _, sent in peer.orders] == [order("A")]


def test_an_unknown_origin_is_refused(clinic):
    with pytest.raises(CommandError, match="invalid choice"):
        run(clinic["_id"], "--mrn-origin", "elsewhere")


def test_a_refused_order_is_reported_and_skipped(peer, clinic, people):
    a, b = people
    peer.answers = [404]

    assert run(clinic["_id"], "--no-input") == [
        f"{line(a)} - Xealth answered 404",
        f"{line(b)} - Enrolled",
        "1 patients were enrolled",
    ]


def test_an_outage_stops_the_run_and_names_the_order_that_may_have_arrived(peer, clinic, people):
    a, b = people
    ehr.ehr_patient(clinic, mrn="C")
    peer.answers = [200, "close"]
    out = StringIO()

    with pytest.raises(CommandError, match="Xealth cannot be reached"):
        run(clinic["_id"], "--no-input", out=out)
    assert out.getvalue().splitlines() == [
        f"{line(a)} - Enrolled",
        f"{line(b)} - No answer",
        "1 patients were enrolled",
    ]
    assert len(peer.orders) == 1


def test_refused_credentials_stop_before_any_order(peer, clinic, people, settings):
    settings.XEALTH = {**settings.XEALTH, "client_secret": "wrong"}

    with pytest.raises(CommandError, match="token endpoint answered 401"):
        run(clinic["_id"], "--no-input")
    assert peer.orders == []


@pytest.mark.parametrize("missing", ["enabled", "client_id", "client_secret"])
def test_without_configuration_the_command_is_refused(clinic, people, settings, missing):
    settings.XEALTH = {**settings.XEALTH, missing: ""}
    settings.MAY_EMBED_XEALTH = False

    with pytest.raises(CommandError, match="Xealth is not configured"):
        run(clinic["_id"], "--no-input")
    assert audited() == []


def test_redox_is_refused():
    with pytest.raises(CommandError, match="provider redox is not supported"):
        run(ehr.ehr_clinic()["_id"], "--dry-run")


@pytest.mark.parametrize("codes", [None, {}, {"createAccountAndEnableReports": ""}])
def test_a_clinic_without_a_program_is_refused(codes):
    clinic = xealth_clinic(procedureCodes=codes)

    with pytest.raises(CommandError, match="no Xealth program"):
        run(clinic["_id"], "--dry-run")


def test_a_clinic_without_active_connection_is_refused():
    for clinic_id in (xealth_clinic(enabled=False)["_id"], ObjectId(), "nonsense"):
        with pytest.raises(CommandError, match="does not have an active EHR integration"):
            run(clinic_id)


def test_the_stand_in_keeps_the_orders_and_says_that_nothing_was_sent(
    peer, clinic, people, settings
):
    settings.XEALTH = {**settings.XEALTH, "client_id": ""}

    assert run(clinic["_id"], "--no-input") == [
        "No Xealth is configured: a stand-in keeps the orders, and nothing is sent",
        *(f"{line(patient)} - Kept by the embedded Xealth, not sent" for patient in people),
        "0 patients were enrolled",
    ]
    kept = list(db.collection("embeddedXealthOrders").find({}, sort=[("_id", 1)]))
    assert [document["askedFor"] for document in kept] == [order("A"), order("B")]
    assert [event["scope"] for event in audited()] == [{"embedded": True}] * 2
    assert peer.orders == []


class TestOrderedBefore:
    """Rules EHR-183 to EHR-186."""

    def noted(self):
        enrolments = db.collection("xealthEnrolments").find({}, sort=[("_id", 1)])
        return {enrolment["userId"]: enrolment["state"] for enrolment in enrolments}

    def lose_the_answer(self, peer, clinic, *words):
        peer.answers = ["close"]
        with pytest.raises(CommandError, match="Xealth cannot be reached"):
            run(clinic["_id"], "--no-input", *words)

    def ordered(self, peer):
        return [sent["patientId"]["id"] for _, sent in peer.orders]

    def test_a_second_run_leaves_out_whom_the_first_has_ordered(self, peer, clinic, people):
        a, b = people
        assert run(clinic["_id"], "--no-input", "--limit", 1)[0] == f"{line(a)} - Enrolled"
        assert self.noted() == {a["userId"]: "sent"}

        assert run(clinic["_id"], "--no-input", "--limit", 1) == [
            "1 patients were ordered before and are left out",
            f"{line(b)} - Enrolled",
            "1 patients were enrolled",
        ]
        assert self.ordered(peer) == ["A", "B"]

    def test_the_order_is_noted_before_it_is_sent(self, peer, clinic, people):
        self.lose_the_answer(peer, clinic)

        assert self.noted() == {people[0]["userId"]: "sending"}

    def test_one_without_an_answer_is_listed_and_not_ordered(self, peer, clinic, people):
        a, b = people
        self.lose_the_answer(peer, clinic)
        left_out = f"{line(a)} - An earlier order got no answer and may have arrived: left out"

        assert run(clinic["_id"], "--dry-run") == [
            left_out,
            line(b),
            "1 patients would be enrolled",
        ]
        assert run(clinic["_id"], "--no-input") == [
            left_out,
            f"{line(b)} - Enrolled",
            "1 patients were enrolled",
        ]
        assert self.ordered(peer) == ["B"]

    def test_one_without_an_answer_is_repeated_on_request(self, peer, clinic, people):
        a, b = people
        run(clinic["_id"], "--no-input", "--user-id", b["userId"])
        self.lose_the_answer(peer, clinic)

        lines = run(clinic["_id"], "--no-input", "--repeat", "unanswered")

        assert lines == [
            "1 patients were ordered before and are left out",
            f"{line(a)} - Enrolled",
            "1 patients were enrolled",
        ]
        assert self.noted() == {a["userId"]: "sent", b["userId"]: "sent"}
        assert [event.get("scope") for event in audited()] == [None, None, {"repeated": True}]

    def test_all_are_repeated_on_request(self, peer, clinic, people):
        run(clinic["_id"], "--no-input")

        assert run(clinic["_id"], "--no-input", "--repeat", "all")[-1] == "2 patients were enrolled"
        assert self.ordered(peer) == ["A", "B", "A", "B"]

    def test_a_refused_order_can_be_placed_again(self, peer, clinic, people):
        peer.answers = [404, 404]
        run(clinic["_id"], "--no-input")
        assert self.noted() == {}

        assert run(clinic["_id"], "--no-input")[-1] == "2 patients were enrolled"

    def test_a_refused_repetition_says_nothing_about_the_earlier_order(self, peer, clinic, people):
        self.lose_the_answer(peer, clinic, "--user-id", people[0]["userId"])
        peer.answers = [404]

        run(clinic["_id"], "--no-input", "--repeat", "unanswered", "--limit", 1)

        assert self.noted() == {people[0]["userId"]: "sending"}

    def test_without_a_token_nothing_is_noted(self, clinic, people, settings):
        settings.XEALTH = {**settings.XEALTH, "client_secret": "wrong"}

        with pytest.raises(CommandError, match="token endpoint answered 401"):
            run(clinic["_id"], "--no-input")
        settings.XEALTH = {**settings.XEALTH, "token_url": "http://127.0.0.1:9/token"}
        out = StringIO()
        with pytest.raises(CommandError, match="token endpoint cannot be reached"):
            run(clinic["_id"], "--no-input", out=out)

        assert self.noted() == {}
        assert out.getvalue().splitlines() == ["0 patients were enrolled"]

    def test_of_two_runs_at_once_one_orders_a_patient(self, peer, clinic, people):
        a, _ = people
        chosen = enrolment.prepare(clinic, mrn_origin="cerner")
        both = [enrolment.choose(chosen, user_id=a["userId"], limit=1) for _ in range(2)]

        answers = [
            answer for found in both for _, answer in enrolment.enroll_each(chosen, found.patients)
        ]

        assert answers == ["Enrolled", "Ordered by someone else just now"]
        assert self.ordered(peer) == ["A"]

    def test_another_program_and_a_record_that_came_back_are_ordered(self, peer, clinic, people):
        a, _ = people
        one = ("--no-input", "--user-id", a["userId"])
        run(clinic["_id"], *one)
        codes = {"ehrSettings.procedureCodes": {"createAccountAndEnableReports": "program-2"}}
        db.collection("clinics").update_one({"_id": clinic["_id"]}, {"$set": codes})
        assert run(clinic["_id"], *one)[-1] == "1 patients were enrolled"

        record = db.collection("patients").find_one_and_delete({"_id": a["_id"]})
        db.collection("patients").insert_one({**record, "_id": ObjectId()})

        assert run(clinic["_id"], *one)[-1] == "1 patients were enrolled"
        assert self.ordered(peer) == ["A", "A", "A"]

    def test_patients_behind_a_page_of_ordered_ones_are_reached(self, peer, clinic, monkeypatch):
        monkeypatch.setattr(enrolment, "PAGE", 2)
        for number in range(5):
            ehr.ehr_patient(clinic, mrn=f"M{number}")
        run(clinic["_id"], "--no-input", "--limit", 3)

        assert run(clinic["_id"], "--no-input", "--limit", 2)[-1] == "2 patients were enrolled"
        assert self.ordered(peer) == [f"M{number}" for number in range(5)]
