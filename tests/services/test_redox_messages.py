"""Flowsheet, Notes, Results: formats, units and whole payloads (rules EHR-81 to EHR-107; people and ids are invented)."""

from datetime import datetime

import pytest

from ehr import summaries
from redox.messages import flowsheet, notes, results
from redox.messages.common import Sender
from redox.messages.orders import read_order
from tests import ehr

SENDER = Sender(source_id="our-source", source_name="Tidepool")
NOW = datetime.fromisoformat("2026-03-02T14:05:00+00:00")
UPDATED = datetime.fromisoformat("2026-03-02T14:02:33.512+00:00")
LAST = datetime.fromisoformat("2026-03-02T13:45:10+00:00")
CGM = {
    "timeInVeryHighPercent": 0.0538, "timeInHighPercent": 0.2011, "timeInTargetPercent": 0.7134,
    "timeInLowPercent": 0.0275, "timeInVeryLowPercent": 0.0042, "glucoseManagementIndicator": 6.94,
    "averageGlucoseMmol": 8.4321, "standardDeviation": 2.9876, "coefficientOfVariation": 0.354312,
    "timeCGMUsePercent": 0.8957, "daysWithData": 13, "hoursWithData": 301,
}  # fmt: skip
BGM = {
    "timeInVeryHighPercent": 0.025, "timeInHighPercent": 0.125, "timeInTargetPercent": 0.8,
    "timeInLowPercent": 0.0099, "timeInVeryLowPercent": 0.005, "timeInVeryHighRecords": 3,
    "timeInVeryLowRecords": 1, "max": 14.5, "min": 3.2, "averageGlucoseMmol": 7.5, "standardDeviation": 2.5,
    "coefficientOfVariation": 0.3333, "totalRecords": 40, "averageDailyRecords": 2.857, "daysWithData": 12,
}  # fmt: skip


def stats(period, **dates):
    data_dates = {
        "firstData": datetime.fromisoformat("2026-01-02T08:00:00+00:00"),
        "lastData": LAST,
    }
    return {
        "dates": {**data_dates, "lastUpdatedDate": UPDATED, **dates},
        "periods": {"14d": period},
    }


def values(summary, *, units="mg/dL", icode=False):
    return {
        observation["Code"]: observation
        for observation in flowsheet.observations(summaries.read(summary), units=units, icode=icode)
    }


@pytest.mark.parametrize(
    ("code", "default", "icode", "units", "icode_units"),
    [
        ("TIME_ABOVE_RANGE_VERY_HIGH_CGM", "5.3800", "5", "%", "%"),
        ("TIME_ABOVE_RANGE_HIGH_CGM", "20.1100", "20", "%", "%"),
        ("TIME_IN_RANGE_CGM", "71.3400", "71", "%", "%"),
        ("TIME_BELOW_RANGE_LOW_CGM", "2.7500", "3", "%", "%"),
        ("TIME_BELOW_RANGE_VERY_LOW_CGM", "0.4200", "0.4", "%", "%"),
        ("GLUCOSE_MANAGEMENT_INDICATOR", "6.9400", "6.9", None, None),
        ("AVERAGE_CGM", "151.9093", "152", "mg/dL", "mg/dL"),
        ("STANDARD_DEVIATION_CGM", "53.8234", "53.8", "mg/dL", "mg/dL"),
        ("COEFFICIENT_OF_VARIATION_CGM", "0.3543", "35.4", None, "%"),
        ("ACTIVE_WEAR_TIME_CGM", "89.5700", "89.57", "%", "%"),
        ("DAYS_WITH_DATA_CGM", "13", "13", "day", "day"),
        ("HOURS_WITH_DATA_CGM", "301", "301", "hour", "hour"),
    ],
)
def test_cgm_values_in_both_formats(code, default, icode, units, icode_units):
    summary = {"cgmStats": stats(CGM)}
    plain, rounded = values(summary)[code], values(summary, icode=True)[code]

    assert (plain["Value"], plain["Units"]) == (default, units)
    assert (rounded["Value"], rounded["Units"]) == (icode, icode_units)
    assert plain["DateTime"] == "2026-03-02T14:02:33Z"


@pytest.mark.parametrize(
    ("code", "default", "icode"),
    [
        ("TIME_ABOVE_RANGE_VERY_HIGH_SMBG", "2.5000", "2"),
        ("TIME_ABOVE_RANGE_HIGH_SMBG", "12.5000", "12"),
        ("TIME_BELOW_RANGE_LOW_SMBG", "0.9900", "1.0"),
        ("TIME_BELOW_RANGE_VERY_LOW_SMBG", "0.5000", "0.5"),
        ("READINGS_ABOVE_RANGE_VERY_HIGH_SMBG", "3", "3"),
        ("READINGS_BELOW_RANGE_VERY_LOW_SMBG", "1", "1"),
        ("MIN_SMBG", "57.6499", "58"),
        ("TOTAL_READING_COUNT_SMBG", "40", "40"),
        ("CHECK_RATE_READINGS_DAY_SMBG", "2.8570", "2.8570"),
        ("COEFFICIENT_OF_VARIATION_SMBG", "0.3333", "33.3"),
        ("DAYS_WITH_DATA_SMBG", "12", "12"),
    ],
)
def test_bgm_values_in_both_formats(code, default, icode):
    summary = {"bgmStats": stats(BGM)}

    assert values(summary)[code]["Value"] == default
    assert values(summary, icode=True)[code]["Value"] == icode


@pytest.mark.parametrize("units", ["mmol/L", "", "something"])
def test_any_unit_but_mg_dl_means_mmol_l(units):
    values_by_code = values({"cgmStats": stats(CGM), "bgmStats": stats(BGM)}, units=units)

    assert (values_by_code["AVERAGE_CGM"]["Value"], values_by_code["AVERAGE_CGM"]["Units"]) == (
        "8.4321",
        "mmol/L",
    )
    assert values_by_code["MIN_SMBG"]["Value"] == "3.2000"
    assert values({"bgmStats": stats(BGM)}, units=units, icode=True)["MAX_SMBG"]["Value"] == "14.5"
    assert values({"bgmStats": stats(BGM)}, units="MG/DL")["MIN_SMBG"]["Units"] == "mg/dL"


def test_cgm_comes_before_bgm_in_the_order_of_the_tables():
    summary = {"bgmStats": stats(BGM), "cgmStats": stats(CGM)}
    codes = [
        observation["Code"]
        for observation in flowsheet.observations(
            summaries.read(summary), units="mg/dL", icode=False
        )
    ]

    expected = [
        "REPORTING_PERIOD_START_CGM",
        "REPORTING_PERIOD_END_CGM",
        "REPORTING_PERIOD_START_CGM_DATA",
    ]
    expected += [row.code for row in flowsheet.CGM_ROWS]
    expected += [
        "REPORTING_PERIOD_START_SMBG",
        "REPORTING_PERIOD_END_SMBG",
        "REPORTING_PERIOD_START_SMBG_DATA",
    ]
    expected += [row.code for row in flowsheet.BGM_ROWS]
    assert codes == expected
    assert len(codes) == 15 + 18


def test_the_period_is_sent_as_dates():
    dates = values({"cgmStats": stats(CGM)})
    assert dates["REPORTING_PERIOD_START_CGM"]["Value"] == "2026-02-16T13:45:10Z"
    assert dates["REPORTING_PERIOD_END_CGM"]["Value"] == "2026-03-02T13:45:10Z"
    assert dates["REPORTING_PERIOD_START_CGM_DATA"]["Value"] == "2026-02-16T13:45:10Z"

    recent = datetime.fromisoformat("2026-02-25T00:00:00+00:00")
    dates = values({"cgmStats": stats(CGM, firstData=recent)})
    assert dates["REPORTING_PERIOD_START_CGM_DATA"]["Value"] == "2026-02-25T00:00:00Z"
    dates = values({"cgmStats": stats(CGM, firstData=None)})
    assert dates["REPORTING_PERIOD_START_CGM_DATA"]["Value"] == "2026-02-16T13:45:10Z"


@pytest.mark.parametrize(
    "summary",
    [
        None,
        {},
        {"cgmStats": None},
        {"cgmStats": stats(CGM, lastData=None)},
        {"cgmStats": stats(CGM, lastUpdatedDate=None)},
        {"cgmStats": stats(CGM, lastData=datetime.fromisoformat("0001-01-01T00:00:00+00:00"))},
    ],
)
def test_a_summary_without_data_yields_nothing(summary):
    assert flowsheet.observations(summaries.read(summary), units="mg/dL", icode=False) == []


def test_without_the_period_only_the_dates_remain():
    assert len(values({"cgmStats": {**stats(CGM), "periods": {}}})) == 3


def test_missing_values_are_left_out_or_zero_as_the_tables_say():
    sent = values({"cgmStats": stats({}), "bgmStats": stats({})})

    assert sent["STANDARD_DEVIATION_CGM"]["Value"] == "0.0000"
    assert sent["DAYS_WITH_DATA_CGM"]["Value"] == "0"
    assert sent["MAX_SMBG"]["Value"] == "0.0000"
    assert {"AVERAGE_CGM", "TIME_IN_RANGE_CGM", "STANDARD_DEVIATION_SMBG"}.isdisjoint(sent)


def build_flowsheet(message):
    observed = flowsheet.observations(
        summaries.read({"cgmStats": stats(CGM)}), units="mg/dL", icode=False
    )
    return flowsheet.build(
        read_order(message), observed=observed, sender=SENDER, destination="d-1", moment=NOW
    )


def test_a_flowsheet_has_exactly_these_fields():
    message = ehr.order()
    built = build_flowsheet(message)

    assert built["Meta"] == {
        "DataModel": "Flowsheet", "EventType": "New", "EventDateTime": "2026-03-02T14:05:00Z", "Test": None,
        "FacilityCode": None, "Source": {"ID": "our-source", "Name": "Tidepool"},
        "Destinations": [{"ID": "d-1", "Name": None}],
    }  # fmt: skip
    assert built["Patient"] == message["Patient"]
    assert built["Visit"] == {
        "VisitNumber": "V-1",
        "AccountNumber": "A-1",
        "Location": {"Type": "Outpatient", "Department": "Endocrinology"},
        "Extensions": {
            "additional-identifier": {
                "url": "https://api.redoxengine.com/extensions/additional-identifier",
                "identifier": {"type": "orderId", "value": "ORD-1"},
            },
            "additional-provider-info": {
                "url": "https://api.redoxengine.com/extensions/additional-provider-info",
                "participants": [
                    {
                        "id": "1999999984",
                        "idType": "NPI",
                        "person": {"name": {"given": ["Noor"], "family": "Falk"}},
                    }
                ],
            },
        },
    }
    assert set(built) == {"Meta", "Patient", "Visit", "Observations"}


def test_a_flowsheet_without_a_visit_names_the_order():
    built = build_flowsheet(ehr.order(Visit=None))

    assert built["Visit"]["Extensions"]["additional-identifier"]["identifier"]["value"] == "ORD-1"


@pytest.mark.parametrize(
    ("provider", "participants"),
    [
        (None, None),
        ({"ID": None, "FirstName": "N"}, None),
        ({"ID": "7"}, None),
        (
            {"ID": "7", "LastName": "F"},
            [{"id": "7", "idType": "", "person": {"name": {"given": None, "family": "F"}}}],
        ),
    ],
)
def test_the_provider_extension_needs_an_id_and_a_name(provider, participants):
    message = ehr.order()
    message["Order"]["Provider"] = provider
    extension = build_flowsheet(message)["Visit"]["Extensions"].get("additional-provider-info")

    assert (extension or {}).get("participants") == participants


def build_note(message, **options):
    arguments = {
        "replaces": None,
        "file": notes.File(content=b"%PDF-1.4\n"),
        "components": None,
        **options,
    }
    return notes.build(
        read_order(message),
        document_id="doc-1",
        sender=SENDER,
        destination="d-2",
        moment=NOW,
        **arguments,
    )


def test_a_new_note_has_exactly_these_fields():
    observed = flowsheet.observations(
        summaries.read({"cgmStats": stats(CGM)}), units="mg/dL", icode=False
    )
    built = build_note(ehr.order(), components=notes.gmi_components(observed))

    assert built["Meta"]["EventType"] == "New"
    assert built["Note"] == {
        "DocumentID": "doc-1", "DocumentType": "Tidepool Report", "Availability": "Available",
        "DocumentationDateTime": "2026-03-02T14:05:00Z", "ContentType": "Base64 Encoded",
        "FileName": "report.pdf", "FileType": "PDF", "FileContents": "JVBERi0xLjQK",
        "Provider": {"ID": "1999999984", "IDType": "NPI", "FirstName": "Noor", "LastName": "Falk"},
        "Components": [
            {
                "ID": "GLUCOSE_MANAGEMENT_INDICATOR",
                "Name": "CGM Glucose Management Indicator during reporting period",
                "Value": "6.9400",
                "Comments": "DateTime Observed: 2026-03-02T14:02:33Z",
            }
        ],
    }  # fmt: skip
    assert built["Visit"]["AdditionalStaff"] == [
        {"Role": {"Code": "ENABLE", "Codeset": "LOCAL", "Description": "Glucose reports"}}
    ]
    assert built["Orders"] == [{"ID": "ORD-1", "Name": None}]


def test_a_replacing_note_names_the_original_and_the_upload():
    built = build_note(ehr.order(), replaces="doc-0", file=notes.File(uri="https://blob/1"))

    assert built["Meta"]["EventType"] == "Replace"
    assert built["Note"]["OriginalDocumentID"] == "doc-0"
    assert (built["Note"]["ContentType"], built["Note"]["FileContents"]) == (
        "Plain Text",
        "https://blob/1",
    )
    assert "Components" not in built["Note"]


def test_a_note_of_an_order_without_provider_names_tidepool():
    message = ehr.order()
    message["Order"]["Provider"] = None

    assert build_note(message)["Note"]["Provider"]["ID"] == "Tidepool"
    assert build_note(ehr.order(), components=[])["Note"]["Components"] == []


def test_a_results_message_has_exactly_these_fields():
    message = ehr.order()
    built = results.build(
        read_order(message), kind=results.Kind.MATCHING, success=True, text="Patient was successfully matched",
        sender=Sender("our-source", "Tidepool", test=True), destination="d-3", moment=NOW,
    )  # fmt: skip

    assert built["Meta"]["Test"] is True
    (entry,) = built["Orders"]
    assert entry == {
        "ID": "ORD-1", "Status": "Resulted", "CompletionDateTime": "2026-03-02T14:05:00Z",
        "ResultsStatus": "Final", "Procedure": message["Order"]["Procedure"],
        "Provider": message["Order"]["Provider"],
        "Results": [
            {
                "Code": "MATCHING_RESULT",
                "Description": "Indicates whether the order was successfully matched",
                "Value": "SUCCESS", "ValueType": "String", "Status": "Final",
                "CompletionDateTime": "2026-03-02T14:05:00Z",
            },
            {
                "Code": "MATCHING_RESULT_MESSAGE",
                "Description": "Message indicating the result of the matching process",
                "Value": "Patient was successfully matched", "ValueType": "String", "Status": "Final",
                "CompletionDateTime": "2026-03-02T14:05:00Z",
            },
        ],
    }  # fmt: skip
    assert "AdditionalStaff" not in built["Visit"]
