"""Flowsheet: a patient's statistics as observations (rules EHR-91 to EHR-107). The tables are data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ehr.summaries import BGM, CGM, PERIOD_LENGTH, Statistics
from ehr.units import MG_DL, in_units, of_preference
from kernel.clock import format_seconds
from redox.messages.common import Message, Sender, meta, patient, visit
from redox.messages.orders import Order

GMI = "GLUCOSE_MANAGEMENT_INDICATOR"
_EXTENSIONS = "https://api.redoxengine.com/extensions/"

Format = Callable[[float, str], str]


# --- formats: (value, glucose units) -> text ----------------------------------------------------------
def _fixed(digits: int) -> Format:
    return lambda value, _: format(value, f".{digits}f")


def _whole(value: float, _: str) -> str:
    """No decimals, or one if the value before rounding is below 1."""
    return format(value, ".1f" if value < 1 else ".0f")


def _integer(value: float, _: str) -> str:
    return str(int(value))


def _glucose(value: float, units: str) -> str:
    return _whole(value, units) if units == MG_DL else format(value, ".1f")


def _hundredfold(value: float, _: str) -> str:
    return format(value * 100, ".1f")


_FOUR, _TWO, _ONE = _fixed(4), _fixed(2), _fixed(1)


@dataclass(frozen=True, slots=True)
class Row:
    """One observation. `share`: a fraction sent as percent; `glucose`: stored in mmol/L, sent in the clinic's units."""

    code: str
    field: str
    description: str
    units: str | None = None
    share: bool = False
    glucose: bool = False
    always: bool = False  # a missing value is sent as 0
    default: Format = _FOUR
    icode: Format = _FOUR
    icode_units: str | None = None


def _share(code: str, field: str, description: str, icode: Format = _whole) -> Row:
    return Row(code, field, description, units="%", share=True, icode=icode)


_SD = "The standard deviation of {} measurements during the reporting period"
_CV = (
    "The coefficient of variation (standard deviation * 100 / mean) of {} measurements "
    "during the reporting period"
)

CGM_ROWS = (
    _share(
        "TIME_ABOVE_RANGE_VERY_HIGH_CGM",
        "timeInVeryHighPercent",
        "CGM Level 2 Hyperglycemia: Time above range (TAR-VH): % of readings and time >250 mg/dL (>13.9 mmol/L)",
    ),
    _share(
        "TIME_ABOVE_RANGE_HIGH_CGM",
        "timeInHighPercent",
        "CGM Time in Level 1 Hyperglycemia: Time above range (TAR-H): "
        "% of readings and time 181–250 mg/dL (10.1–13.9 mmol/L)",
    ),
    _share(
        "TIME_IN_RANGE_CGM",
        "timeInTargetPercent",
        "CGM Time in Range: Time in range (TIR): % of readings and time 70–180 mg/dL (3.9–10.0 mmol/L)",
    ),
    _share(
        "TIME_BELOW_RANGE_LOW_CGM",
        "timeInLowPercent",
        "CGM Time in Level 1 Hypoglycemia: Time below range (TBR-L): "
        "% of readings and time 54–69 mg/dL (3.0–3.8 mmol/L)",
    ),
    _share(
        "TIME_BELOW_RANGE_VERY_LOW_CGM",
        "timeInVeryLowPercent",
        # The stray < has always been sent, and receivers know the text.
        "CGM Time in Level 2 Hypoglycemia: <Time below range (TBR-VL): "
        "% of readings and time <54 mg/dL (<3.0 mmol/L)",
    ),
    Row(
        GMI,
        "glucoseManagementIndicator",
        "CGM Glucose Management Indicator during reporting period",
        icode=_ONE,
    ),
    Row(
        "AVERAGE_CGM",
        "averageGlucoseMmol",
        "CGM Average Glucose during reporting period",
        glucose=True,
        icode=_glucose,
    ),
    Row(
        "STANDARD_DEVIATION_CGM",
        "standardDeviation",
        _SD.format("CGM"),
        glucose=True,
        always=True,
        icode=_ONE,
    ),
    Row(
        "COEFFICIENT_OF_VARIATION_CGM",
        "coefficientOfVariation",
        _CV.format("CGM"),
        always=True,
        icode=_hundredfold,
        icode_units="%",
    ),
    _share(
        "ACTIVE_WEAR_TIME_CGM",
        "timeCGMUsePercent",
        "Percentage of time CGM worn during reporting period",
        icode=_TWO,
    ),
    Row(
        "DAYS_WITH_DATA_CGM",
        "daysWithData",
        "Number of days with at least one CGM datum during the reporting period",
        units="day",
        always=True,
        default=_integer,
        icode=_integer,
    ),
    Row(
        "HOURS_WITH_DATA_CGM",
        "hoursWithData",
        "Number of hours with at least one CGM datum during the reporting period",
        units="hour",
        always=True,
        default=_integer,
        icode=_integer,
    ),
)

BGM_ROWS = (
    _share(
        "TIME_ABOVE_RANGE_VERY_HIGH_SMBG",
        "timeInVeryHighPercent",
        "% of readings > 250 mg/dL (>13.9 mmol/L)",
    ),
    _share(
        "TIME_ABOVE_RANGE_HIGH_SMBG",
        "timeInHighPercent",
        "% of readings between 181–250 mg/dL (10.1–13.9 mmol/L)",
    ),
    _share(
        "TIME_IN_RANGE_SMBG",
        "timeInTargetPercent",
        "% of readings between 70–180 mg/dL (3.9–10.0 mmol/L)",
    ),
    _share(
        "TIME_BELOW_RANGE_LOW_SMBG",
        "timeInLowPercent",
        "% of readings between 54–69 mg/dL (3.0–3.8 mmol/L)",
    ),
    _share(
        "TIME_BELOW_RANGE_VERY_LOW_SMBG",
        "timeInVeryLowPercent",
        "% of readings < 54 mg/dL (<3.0 mmol/L)",
    ),
    Row(
        "READINGS_ABOVE_RANGE_VERY_HIGH_SMBG",
        "timeInVeryHighRecords",
        "SMBG Level 2 Hyperglycemia: Number of readings above range (TAR-VH) "
        "time >250 mg/dL (>13.9 mmol/L) during reporting period",
        default=_integer,
        icode=_integer,
    ),
    Row(
        "READINGS_BELOW_RANGE_VERY_LOW_SMBG",
        "timeInVeryLowRecords",
        "SMBG Level 2 Hypoglycemia Events: Number of readings <54 mg/dL (<3.0 mmol/L) during reporting period",
        default=_integer,
        icode=_integer,
    ),
    Row(
        "MAX_SMBG",
        "max",
        "Maximum blood glucose reading over the time period",
        glucose=True,
        always=True,
        icode=_glucose,
    ),
    Row(
        "MIN_SMBG",
        "min",
        "Minimum blood glucose reading over the time period",
        glucose=True,
        always=True,
        icode=_glucose,
    ),
    Row(
        "AVERAGE_SMBG",
        "averageGlucoseMmol",
        "SMBG Average Glucose during reporting period",
        glucose=True,
        icode=_glucose,
    ),
    Row(
        "STANDARD_DEVIATION_SMBG",
        "standardDeviation",
        _SD.format("SMBG"),
        glucose=True,
        icode=_ONE,
    ),
    Row(
        "COEFFICIENT_OF_VARIATION_SMBG",
        "coefficientOfVariation",
        _CV.format("SMBG"),
        icode=_hundredfold,
        icode_units="%",
    ),
    Row(
        "TOTAL_READING_COUNT_SMBG",
        "totalRecords",
        "The total number of SMBG readings taken during the SMBG Reporting Period",
        default=_integer,
        icode=_integer,
    ),
    Row(
        "CHECK_RATE_READINGS_DAY_SMBG",
        "averageDailyRecords",
        "Average Numeric of SMBG readings per day during reporting period",
    ),
    Row(
        "DAYS_WITH_DATA_SMBG",
        "daysWithData",
        "The total number of days with at least 1 SMBG reading over the reporting period",
        units="day",
        always=True,
        default=_integer,
        icode=_integer,
    ),
)

BLOCKS = ((CGM, "CGM", CGM_ROWS), (BGM, "SMBG", BGM_ROWS))


def observations(blocks: Mapping[str, Statistics], *, units: str, icode: bool) -> list[Message]:
    """In the order of the tables; a value that is missing or cannot be read is left out.

    `units` are the clinic's preferred ones; anything but mg/dL means mmol/L.
    """
    glucose_units = of_preference(units)
    messages: list[Message] = []
    for name, label, rows in BLOCKS:
        if blocks[name].is_dated:
            messages += _block(blocks[name], label, rows, glucose_units, icode=icode)
    return messages


def _block(
    stats: Statistics, label: str, rows: tuple[Row, ...], units: str, *, icode: bool
) -> list[Message]:
    observed_at = format_seconds(stats.updated)
    messages = _dates(stats, label, observed_at)
    if stats.values is None:
        return messages
    for row in rows:
        value = stats.values.get(row.field)
        if value is None and row.always and row.field not in stats.broken:
            value = 0
        if value is not None:
            messages.append(_observation(row, value, units, observed_at, icode=icode))
    return messages


def _dates(stats: Statistics, label: str, observed_at: str) -> list[Message]:
    start = stats.end - PERIOD_LENGTH
    texts = (
        (f"REPORTING_PERIOD_START_{label}", start, f"{label} Reporting Period Start"),
        (f"REPORTING_PERIOD_END_{label}", stats.end, f"{label} Reporting Period End"),
        (
            f"REPORTING_PERIOD_START_{label}_DATA",
            max(start, stats.first),
            f"{label} Reporting Period Start Date of actual Data",
        ),
    )
    return [
        _message(code, format_seconds(moment), "DateTime", None, description, observed_at)
        for code, moment, description in texts
    ]


def _observation(row: Row, value: float, units: str, observed_at: str, *, icode: bool) -> Message:
    if row.share:
        value *= 100
    elif row.glucose:
        value = in_units(value, units)
    write = row.icode if icode else row.default
    shown_units = units if row.glucose else row.units
    if icode and row.icode_units is not None:
        shown_units = row.icode_units
    return _message(
        row.code, write(value, units), "Numeric", shown_units, row.description, observed_at
    )


def _message(
    code: str, value: str, value_type: str, units: str | None, description: str, observed_at: str
) -> Message:
    return {
        "Code": code,
        "Value": value,
        "ValueType": value_type,
        "Units": units,
        "Description": description,
        "DateTime": observed_at,
    }


def build(
    order: Order,
    *,
    observed: list[Message],
    sender: Sender,
    destination: str,
    moment: datetime,
) -> Message:
    message: Message = {
        "Meta": meta("Flowsheet", sender=sender, destination=destination, moment=moment),
        "Patient": patient(order),
    }
    visit_part = visit(order)
    extensions = _extensions(order)
    if visit_part is not None or extensions:
        message["Visit"] = {
            **(visit_part or {}),
            **({"Extensions": extensions} if extensions else {}),
        }
    message["Observations"] = observed
    return message


def _extensions(order: Order) -> Message:
    """The data model has no other field for the order and its provider."""
    extensions: Message = {}
    if order.order_id:
        extensions["additional-identifier"] = {
            "url": f"{_EXTENSIONS}additional-identifier",
            "identifier": {"type": "orderId", "value": order.order_id},
        }
    provider = order.provider
    if provider.id and (provider.first_name or provider.last_name):
        given_names = [provider.first_name] if provider.first_name else None
        extensions["additional-provider-info"] = {
            "url": f"{_EXTENSIONS}additional-provider-info",
            "participants": [
                {
                    "id": provider.id,
                    "idType": provider.id_type,
                    "person": {"name": {"given": given_names, "family": provider.last_name}},
                }
            ],
        }
    return extensions
