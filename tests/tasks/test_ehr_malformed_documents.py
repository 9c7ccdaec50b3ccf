"""Processing of malformed documents: with every value that it reads mutated, the work ends with a readable reason, and
no success is reported that does not follow (rules EHR-51 to EHR-55)."""

import copy
from dataclasses import replace

import orjson
import pytest
from bson import ObjectId

from ehr import summaries
from ehr.admin import reasons
from ehr.clients import reports
from ehr.reading import Unreadable
from ehr.report import content, pdf
from ehr.services import processing
from kernel import clock, db
from kernel.errors import PermanentFailure
from redox.messages import flowsheet, notes, results
from redox.messages.common import Sender
from redox.messages.orders import read_order
from redox.services import expected, orders, scheduled_sends
from redox.services.connections import read_connection
from tests import ehr
from tests.services.test_redox_messages import BGM, CGM, stats
from tests.services.test_redox_report import DRAWN, subject

pytestmark = pytest.mark.walk

ABSENT = object()
MUTATIONS = {
    "absent": ABSENT, "null": None, "empty": "", "blank": " ", "a text": "text", "zero": 0, "negative": -1,
    "huge": 1e308, "infinite": float("inf"), "no number": float("nan"), "64 bits": 2**63 - 1, "true": True,
    "a list": [], "an object": {}, "a list of null": [None], "nested": {"a": {"b": [{"c": 1}]}},
    "a very long text": "x" * 40_000, "a zero character": "a\0b", "another type": ObjectId(),
}  # fmt: skip

# One of each type and the most unusual ones, for walks in which each costs a whole order or a drawn report.
FEW = {
    name: MUTATIONS[name]
    for name in ("null", "blank", "a text", "infinite", "64 bits", "a list of null", "nested", "a zero character")
}  # fmt: skip


def paths(value, path=()):
    """The path of every value in a document, containers included."""
    if path:
        yield path
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for name, inner in items:
        yield from paths(inner, (*path, name))


def mutated(document, path, value):
    """A copy that has the value at that path."""
    changed = copy.deepcopy(document)
    node = changed
    for name in path[:-1]:
        node = node[name]
    if value is not ABSENT:
        node[path[-1]] = value
    else:
        del node[path[-1]]
    return changed


def mutations(document, kinds=None):
    for path in paths(document):
        for name, value in (kinds or MUTATIONS).items():
            yield f"{'.'.join(map(str, path))}: {name}", mutated(document, path, value)


def complete_order(code="ENABLE"):
    message = ehr.order(code)
    message["Order"]["ClinicalInfo"] = [{"Code": "TP_TAGS", "Value": "Adult,Type 1"}]
    return message


def process(message):
    """Process a stored message as a worker does. Returns its record afterwards."""
    document_id = ObjectId()
    meta = {"DataModel": "Order", "EventType": "New"}
    db.collection("redox").insert_one({"_id": document_id, "meta": meta, "message": message})
    expected.expect_message(document_id, clock.now(), about="")
    return run_as_worker("message", document_id, orders.process_message)


def run_as_worker(kind, document_id, work):
    try:
        processing.run(kind, str(document_id), work)
    except PermanentFailure as failure:
        processing.park(kind, str(document_id), failure.reason)
    return db.collection("ehrProcessing").find_one({"kind": kind, "documentId": document_id})


def check_ended(case, record):
    assert record["state"] in ("done", "ignored", "failed"), case
    if record["state"] != "failed":
        return
    words = reasons.in_words(record["lastError"])
    assert words, case
    assert not words.startswith("A fault"), (case, record["lastError"])
    results = db.collection("redoxDeliveries").find_one(
        {"kind": "results", "documentId": record["documentId"]}
    )
    assert results is None, f"{case}: told, and then {record['lastError']}"


@pytest.fixture
def clinic_and_patient(quick_report):
    clinic = ehr.ehr_clinic()
    return clinic, ehr.ehr_patient(clinic, summary=ehr.summary())


def read_of(message):
    """All that processing reads from an order, apart from what it passes on; or the reason why it reads nothing."""
    try:
        return repr(replace(read_order(message), message=None))
    except Unreadable as error:
        return error.reason


def distinct_orders(document):
    """One mutation for each different result of reading: the others end like one of these."""
    results_seen = set()
    for case, message in mutations(document):
        result = read_of(message)
        if result not in results_seen:
            results_seen.add(result)
            yield case, message


SENDER = Sender(source_id="our-source", source_name="Tidepool")


def test_messages_built_from_any_readable_order_can_be_sent():
    common = {"sender": SENDER, "destination": "d", "moment": DRAWN}
    count = 0
    for case, message in mutations(complete_order()):
        try:
            order = read_order(message)
        except Unreadable:
            continue
        sent = [
            results.build(order, kind=results.Kind.MATCHING, success=True, text="t", **common),
            flowsheet.build(order, observed=[], **common),
            notes.build(
                order,
                document_id="x",
                replaces=None,
                file=notes.File(uri="u"),
                components=None,
                **common,
            ),
        ]
        count += 1
        for outgoing in sent:
            assert isinstance(outgoing["Patient"]["Identifiers"], list), case
            assert orjson.loads(orjson.dumps(outgoing, default=str)), case
    assert count > 300


@pytest.mark.parametrize("code", ["ENABLE", "CREATE-ENABLE"])
def test_processing_ends_for_any_value_in_an_order(clinic_and_patient, code):
    states = set()
    for case, message in distinct_orders(complete_order(code)):
        record = process(message)
        check_ended(case, record)
        states.add(record["state"])
    assert states == {"done", "ignored", "failed"}


def test_a_scheduled_send_ends_for_any_value_in_its_order(clinic_and_patient):
    clinic, patient = clinic_and_patient
    ehr.subscribe(patient)
    for case, message in distinct_orders(complete_order()):
        order_copy = {
            "_id": ObjectId(),
            "meta": {"DataModel": "Order", "EventType": "New"},
            "message": message,
        }
        check_ended(case, send_scheduled(clinic, patient, order_copy))


def send_scheduled(clinic, patient, order_copy):
    document_id, moment = ObjectId(), clock.now()
    db.collection("scheduledSummaryAndReportsOrders").insert_one(
        {
            "_id": document_id,
            "clinicId": clinic["_id"],
            "userId": patient["userId"],
            "createdTime": moment,
            "lastMatchedOrder": order_copy,
        }
    )
    send = expected.ScheduledSend(
        document_id, order_copy["_id"], clinic["_id"], patient["userId"], moment
    )
    expected.expect_scheduled([send])
    return run_as_worker("scheduled", document_id, scheduled_sends.process_scheduled)


def complete_summary():
    return {
        "cgmStats": stats(CGM, lastUploadDate=DRAWN),
        "bgmStats": stats(BGM, lastUploadDate=DRAWN),
    }


def test_unreadable_statistics_are_in_no_message_and_in_no_report():
    """Nor are they replaced by a number that no one has measured."""
    pages = set()
    for case, summary in mutations(complete_summary()):
        for icode in (False, True):
            observations = flowsheet.observations(
                summaries.read(summary), units="mg/dL", icode=icode
            )
            numbers = [
                float(observation["Value"])
                for observation in observations
                if observation["ValueType"] == "Numeric"
            ]
            assert all(0 <= number <= 10**9 for number in numbers), case
        sections = repr(content.sections(summary, "mg/dL"))
        if sections not in pages:
            pages.add(sections)
            assert pdf.draw(subject(), summary, drawn=DRAWN).startswith(b"%PDF"), case
    missing = mutated(complete_summary(), ("cgmStats", "periods", "14d", "daysWithData"), None)
    broken = mutated(complete_summary(), ("cgmStats", "periods", "14d", "daysWithData"), "13")
    assert "DAYS_WITH_DATA_CGM" in codes_of(missing)
    assert "DAYS_WITH_DATA_CGM" not in codes_of(broken)


def test_the_report_is_drawn_for_any_value_in_the_clinic():
    patient = {"userId": "u", "fullName": "x" * 40_000, "summary": complete_summary()}
    clinic = {
        "name": "Lakeside",
        "timezone": "US/Central",
        "country": "US",
        "PreferredBgUnits": "mg/dL",
    }
    for case, changed in mutations(clinic, FEW):
        request = reports.ReportRequest(changed, patient, start=DRAWN, end=DRAWN)
        assert reports.draw_report(request).startswith(b"%PDF"), case
    for zone in ("Europe", "../etc", "x" * 5000, "\0"):
        request = reports.ReportRequest(
            {**clinic, "timezone": zone}, patient, start=DRAWN, end=DRAWN
        )
        assert reports.draw_report(request).startswith(b"%PDF"), zone


def codes_of(summary):
    observations = flowsheet.observations(summaries.read(summary), units="mg/dL", icode=False)
    return {observation["Code"] for observation in observations}


def test_processing_ends_for_any_value_in_the_summary(clinic_and_patient):
    _, patient = clinic_and_patient
    summary = ehr.summary()
    for path in paths(summary):
        for name in ("null", "a text", "infinite", "nested"):
            changed = mutated(summary, path, MUTATIONS[name])
            store_in("patients", patient["_id"], {"summary": changed})
            check_ended(f"{path} {name}", process(ehr.order()))


def store_in(collection, document_id, fields):
    db.collection(collection).update_one({"_id": document_id}, {"$set": fields})


READ_OF_PATIENT = (
    "fullName",
    "email",
    "targetDevices",
    "permissions",
    "tags",
    "sites",
    "dataSources",
    "summary",
)


@pytest.mark.foreign_writes
def test_processing_ends_for_any_value_in_the_patient(clinic_and_patient):
    _, patient = clinic_and_patient
    for field in READ_OF_PATIENT:
        for name, value in FEW.items():
            replace_in("patients", {**patient, field: value})
            check_ended(f"{field}: {name}", process(complete_order()))


def replace_in(collection, document):
    db.database()[collection].replace_one({"_id": document["_id"]}, document)


@pytest.mark.parametrize("path", ["", "summaryAndReports", "summaryAndReports.matchedMessages"])
def test_processing_ends_for_any_value_in_the_subscription(clinic_and_patient, path):
    _, patient = clinic_and_patient
    subscriptions = {"summaryAndReports": {"active": True, "matchedMessages": [{"id": ObjectId()}]}}
    names = tuple(path.split(".")) if path else ()
    for name, value in MUTATIONS.items():
        changed = mutated({"ehrSubscriptions": subscriptions}, ("ehrSubscriptions", *names), value)
        store_in("patients", patient["_id"], {"ehrSubscriptions": None, **changed})
        record = process(ehr.order())
        check_ended(f"{path}: {name}", record)
        if value is None or value is ABSENT:
            assert record["state"] == "done"


def distinct_clinics(clinic):
    """Like `distinct_orders`, for clinics."""
    results_seen = set()
    for case, changed in mutations(clinic, {**FEW, "absent": ABSENT}):
        try:
            result = repr(replace(read_connection(changed), clinic=None))
        except Unreadable as error:
            result = error.reason
        if result not in results_seen or case.partition(":")[0] in clinic:
            results_seen.add(result)
            yield case, changed


def test_processing_ends_for_any_value_in_the_settings_of_the_clinic(clinic_and_patient):
    clinic, _ = clinic_and_patient
    added = {
        "patientTags": [{"_id": ObjectId(), "name": "Adult"}],
        "mrnSettings": {},
        "patientCountSettings": {},
    }
    names = ("ehrSettings", "PreferredBgUnits", "timezone", "name", "country", *added)
    document = {**clinic, **added}
    other_fields = {name: value for name, value in document.items() if name not in names}
    for case, fields in distinct_clinics({name: document[name] for name in names}):
        replace_in("clinics", {**other_fields, **fields})
        check_ended(case, process(complete_order()))
