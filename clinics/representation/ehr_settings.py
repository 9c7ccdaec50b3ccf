"""EHR settings as the API shows them (rules CLINIC-44 to CLINIC-53)."""

from clinics.choices import ReportCadence
from clinics.services.ehr_settings import destinations, present
from kernel import safe_reading
from kernel.db import Document

DEFAULT_CADENCE = ReportCadence.TWO_WEEKLY.value
DEFAULT_MRN_TYPE = "MRN"


@safe_reading.tolerant("ehr_settings")
def ehr_settings(stored: Document) -> Document:
    """Unset values are left out, except `tags.codes`, which is null then."""
    reports, tags = stored.get("scheduledReports") or {}, stored.get("tags") or {}
    shown = {
        "enabled": bool(stored.get("enabled")),
        "provider": stored.get("provider") or "",
        "sourceId": stored.get("sourceId") or "",
        "mrnIdType": stored.get("mrnIdType") or DEFAULT_MRN_TYPE,
        "procedureCodes": present(stored.get("procedureCodes") or {}),
        "scheduledReports": present(
            {
                "onUploadEnabled": bool(reports.get("onUploadEnabled")),
                "onUploadNoteEventType": reports.get("onUploadNoteEventType"),
                "cadence": reports.get("cadence") or DEFAULT_CADENCE,
            }
        ),
        "tags": {"codes": tags.get("codes"), **present({"separator": tags.get("separator")})},
        "flowsheets": {"icode": bool((stored.get("flowsheets") or {}).get("icode"))},
    }
    if stored.get("destinationIds"):
        shown["destinationIds"] = destinations(stored["destinationIds"])
    if (stored.get("notes") or {}).get("includeGmi"):
        shown["notes"] = {"includeGMI": True}
    return shown
