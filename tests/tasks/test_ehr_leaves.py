"""Every leaf of what an order's processing reads, mutated: the work ends, with a reason that people
understand, and no one is told of a success that does not come (rules EHR-51 to EHR-55)."""

import copy
from dataclasses import replace

import orjson
import pytest
from bson import ObjectId

from kernel import clock, db
from kernel.errors import PermanentFailure
from redox.admin import reasons
from redox.clients import reports
from redox.messages import flowsheet, notes, results
from redox.messages.common import Sender
from redox.messages.orders import read_order
from redox.messages.reading import Unreadable
from redox.report import content, pdf
from redox.services import orders, processing, scheduled
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

# One of each type, and the odd ones of a kind: for walks in which each costs a whole order or a drawn report.
FEW = {
    name: MUTATIONS[name]
    for name in ("null", "blank", "a text", "infinite", "64 bits", "a list of null", "nested", "a zero character")
}  # fmt: skip


def places(value, path=()):
    """The path of everything in a document, containers too."""
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
        yield from places(inner, (*path, name))


def mutated(document, path, value):
    """A copy in which that place holds the value."""
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
    for path in places(document):
        for name, value in (kinds or MUTATIONS).items():
            yield f"{'.'.join(map(str, path))}: {name}", mutated(document, path, value)


def whole_order(code="ENABLE"):
    message = ehr.order(code)
    message["Order"]["ClinicalInfo"] = [{"Code": "TP_TAGS", "Value": "Adult,Type 1"}]
    return message


def carry_out(message):
    """Process a stored message as a worker does; its record afterwards."""
    document_id = ObjectId()
    meta = {"DataModel": "Order", "EventType": "New"}
    db.collection("redox").insert_one({"_id": document_id, "meta": meta, "message": message})
    processing.expect_message(document_id, clock.now(), about="")
    return work_off("message", document_id, orders.process_message)


def work_off(kind, document_id, work):
    try:
        processing.run(kind, str(document_id), work)
    except PermanentFailure as failure:
        processing.park(kind, str(document_id), failure.reason)
    return db.collection("ehrProcessing").find_one({"kind": kind, "documentId": document_id})


def check_ended(place, record):
    assert record["state"] in ("done", "ignored", "failed"), place
    if record["state"] != "failed":
        return
    words = reasons.in_words(record["lastError"])
    assert words, place
    assert not words.startswith("A fault"), (place, record["lastError"])
    results = db.collection("redoxDeliveries").find_one(
        {"kind": "results", "documentId": record["documentId"]}
    )
    assert results is None, f"{place}: told, and then {record['lastError']}"


@pytest.fixture
def quick_report(monkeypatch):
    """The report has a walk of its own."""
    monkeypatch.setattr("redox.services.delivery.draw_report", lambda wanted: b"%PDF")


@pytest.fixture
def place(quick_report):
    clinic = ehr.ehr_clinic()
    return clinic, ehr.ehr_patient(clinic, summary=ehr.summary())


def read_of(message):
    """All that processing knows of an order besides what it passes on; or why it knows nothing."""
    try:
        return repr(replace(read_order(message), message=None))
    except Unreadable as error:
        return error.reason


def differently_read(document):
    """The mutations that are read in a way of their own: the others end as one of these does."""
    seen = set()
    for where, message in mutations(document):
        read = read_of(message)
        if read not in seen:
            seen.add(read)
            yield where, message


SENDER = Sender(source_id="our-source", source_name="Tidepool")


def test_what_is_passed_on_of_a_readable_order_can_be_sent():
    given = {"sender": SENDER, "destination": "d", "moment": DRAWN}
    count = 0
    for where, message in mutations(whole_order()):
        try:
            order = read_order(message)
        except Unreadable:
            continue
        sent = [
            results.build(order, kind=results.Kind.MATCHING, success=True, text="t", **given),
            flowsheet.build(order, observed=[], **given),
            notes.build(
                order,
                document_id="x",
                replaces=None,
                file=notes.File(uri="u"),
                components=None,
                **given,
            ),
        ]
        count += 1
        for outgoing in sent:
            assert isinstance(outgoing["Patient"]["Identifiers"], list), where
            assert orjson.loads(orjson.dumps(outgoing, default=str)), where
    assert count > 300


@pytest.mark.parametrize("code", ["ENABLE", "CREATE-ENABLE"])
def test_an_order_ends_whatever_stands_in_one_of_its_places(place, code):
    states = set()
    for where, message in differently_read(whole_order(code)):
        record = carry_out(message)
        check_ended(where, record)
        states.add(record["state"])
    assert states == {"done", "ignored", "failed"}


def test_a_scheduled_send_ends_whatever_stands_in_one_place_of_its_order(place):
    clinic, patient = place
    ehr.subscribe(patient)
    for where, message in differently_read(whole_order()):
        frozen = {
            "_id": ObjectId(),
            "meta": {"DataModel": "Order", "EventType": "New"},
            "message": message,
        }
        check_ended(where, send_scheduled(clinic, patient, frozen))


def send_scheduled(clinic, patient, frozen):
    document_id, moment = ObjectId(), clock.now()
    db.collection("scheduledSummaryAndReportsOrders").insert_one(
        {
            "_id": document_id,
            "clinicId": clinic["_id"],
            "userId": patient["userId"],
            "createdTime": moment,
            "lastMatchedOrder": frozen,
        }
    )
    expected = processing.ScheduledSend(
        document_id, frozen["_id"], clinic["_id"], patient["userId"], moment
    )
    processing.expect_scheduled([expected])
    return work_off("scheduled", document_id, scheduled.process_scheduled)


def whole_summary():
    return {
        "cgmStats": stats(CGM, lastUploadDate=DRAWN),
        "bgmStats": stats(BGM, lastUploadDate=DRAWN),
    }


def test_what_cannot_be_read_of_a_summary_is_in_no_message_and_on_no_page():
    """And never replaced by a number that no one has measured."""
    pages = set()
    for where, summary in mutations(whole_summary()):
        for icode in (False, True):
            seen = flowsheet.observations(flowsheet.read(summary), units="mg/dL", icode=icode)
            numbers = [float(one["Value"]) for one in seen if one["ValueType"] == "Numeric"]
            assert all(0 <= number <= 10**9 for number in numbers), where
        shown = repr(content.sections(summary, "mg/dL"))
        if shown not in pages:
            pages.add(shown)
            assert pdf.draw(subject(), summary, drawn=DRAWN).startswith(b"%PDF"), where
    missing = mutated(whole_summary(), ("cgmStats", "periods", "14d", "daysWithData"), None)
    broken = mutated(whole_summary(), ("cgmStats", "periods", "14d", "daysWithData"), "13")
    assert "DAYS_WITH_DATA_CGM" in codes_of(missing)
    assert "DAYS_WITH_DATA_CGM" not in codes_of(broken)


def test_the_report_is_drawn_whatever_the_clinic_is_called_and_wherever_it_is():
    patient = {"userId": "u", "fullName": "x" * 40_000, "summary": whole_summary()}
    clinic = {
        "name": "Lakeside",
        "timezone": "US/Central",
        "country": "US",
        "PreferredBgUnits": "mg/dL",
    }
    for where, changed in mutations(clinic, FEW):
        wanted = reports.ReportRequest(changed, patient, start=DRAWN, end=DRAWN)
        assert reports.draw_report(wanted).startswith(b"%PDF"), where
    for zone in ("Europe", "../etc", "x" * 5000, "\0"):
        wanted = reports.ReportRequest(
            {**clinic, "timezone": zone}, patient, start=DRAWN, end=DRAWN
        )
        assert reports.draw_report(wanted).startswith(b"%PDF"), zone


def codes_of(summary):
    seen = flowsheet.observations(flowsheet.read(summary), units="mg/dL", icode=False)
    return {one["Code"] for one in seen}


def test_an_order_ends_whatever_stands_in_a_place_of_the_summary(place):
    _, patient = place
    summary = ehr.summary()
    for path in places(summary):
        for name in ("null", "a text", "infinite", "nested"):
            changed = mutated(summary, path, MUTATIONS[name])
            store_in("patients", patient["_id"], {"summary": changed})
            check_ended(f"{path} {name}", carry_out(ehr.order()))


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


def test_an_order_ends_whatever_stands_in_a_place_of_the_patient(place):
    _, patient = place
    for field in READ_OF_PATIENT:
        for name, value in FEW.items():
            replace_in("patients", {**patient, field: value})
            check_ended(f"{field}: {name}", carry_out(whole_order()))


def replace_in(collection, document):
    db.database()[collection].replace_one({"_id": document["_id"]}, document)


@pytest.mark.parametrize("path", ["", "summaryAndReports", "summaryAndReports.matchedMessages"])
def test_an_order_ends_whatever_stands_in_a_place_of_the_subscription(place, path):
    _, patient = place
    whole = {"summaryAndReports": {"active": True, "matchedMessages": [{"id": ObjectId()}]}}
    names = tuple(path.split(".")) if path else ()
    for name, value in MUTATIONS.items():
        changed = mutated({"ehrSubscriptions": whole}, ("ehrSubscriptions", *names), value)
        store_in("patients", patient["_id"], {"ehrSubscriptions": None, **changed})
        record = carry_out(ehr.order())
        check_ended(f"{path}: {name}", record)
        if value is None or value is ABSENT:
            assert record["state"] == "done"


def differently_connected(clinic):
    """As `differently_read`, of clinics."""
    seen = set()
    for where, changed in mutations(clinic, {**FEW, "absent": ABSENT}):
        try:
            read = repr(replace(read_connection(changed), clinic=None))
        except Unreadable as error:
            read = error.reason
        if read not in seen or where.partition(":")[0] in clinic:
            seen.add(read)
            yield where, changed


def test_an_order_ends_whatever_stands_in_a_place_of_the_clinics_settings(place):
    clinic, _ = place
    more = {
        "patientTags": [{"_id": ObjectId(), "name": "Adult"}],
        "mrnSettings": {},
        "patientCountSettings": {},
    }
    names = ("ehrSettings", "PreferredBgUnits", "timezone", "name", "country", *more)
    whole = {**clinic, **more}
    others = {name: value for name, value in whole.items() if name not in names}
    for where, fields in differently_connected({name: whole[name] for name in names}):
        replace_in("clinics", {**others, **fields})
        check_ended(where, carry_out(whole_order()))
